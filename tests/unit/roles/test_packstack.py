# SPDX-License-Identifier: GPL-3.0-or-later
"""The role with the real packstack of PyPI, as far as that goes without Enterprise Linux."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.packetwalk.labs.plugins.module_utils._parsing import _packstack_answers, _packstack_output

sys.path.insert(0, str(Path(__file__).parent))
import packstack_host  # noqa: E402

LAST_STEP = {"title": "Setting up ssh keys", "state": "error"}


@pytest.fixture(scope="module")
def found() -> dict[str, Any]:
    outcome = packstack_host.outcome()
    if "refused" in outcome:
        pytest.skip(f"packstack cannot run here: {outcome['refused']}")
    return outcome


def plays(shown: str) -> dict[str, str]:
    """What was shown of each play, by its name."""
    parts = re.split(r"^PLAY (?:\[(.*)\]|RECAP) \*+$", shown, flags=re.MULTILINE)[1:]
    return dict(zip(parts[::2], parts[1::2]))


def changed(play: str) -> int:
    return len(re.findall(r"^changed: ", play, re.MULTILINE))


def test_generated_keys(found: dict[str, Any]) -> None:
    """All that the role answers is asked by this version, which leaves the rest as it was."""
    unedited, edited = (_packstack_answers.parse(found[name]) for name in ("unedited", "edited"))
    assert list(unedited) == list(edited)
    different = {key: edited[key] for key in edited if edited[key] != unedited[key]}
    assert {key: value for key, value in different.items() if not _packstack_answers.is_secret(key)} == {
        "CONFIG_SWIFT_INSTALL": "n",
        "CONFIG_CEILOMETER_INSTALL": "n",
        "CONFIG_AODH_INSTALL": "n",
        "CONFIG_COMPUTE_HOSTS": "192.168.122.15,192.168.122.207",
        "CONFIG_NEUTRON_ML2_TYPE_DRIVERS": "vxlan,flat,geneve",
        "CONFIG_NEUTRON_OVN_BRIDGE_IFACES": "br-ex:eth1",
        "CONFIG_NEUTRON_OVN_BRIDGES_COMPUTE": "br-ex",
        "CONFIG_PROVISION_DEMO": "n",
    }
    comments = [[line for line in found[name].split("\n") if "=" not in line] for name in ("unedited", "edited")]
    assert comments[0] == comments[1]


def test_packstack_comes_as_far_with_the_edited_file(found: dict[str, Any]) -> None:
    unedited, edited = (_packstack_output.parse(found[name]) for name in ("unedited_output", "output"))
    assert unedited["steps"] == edited["steps"]
    assert edited["steps"][-1] == LAST_STEP
    assert "restorecon: command not found" in unedited["error"]
    assert "Connection closed by 192.168.122." in edited["error"]


def test_the_dry_run_validates(found: dict[str, Any]) -> None:
    progress = _packstack_output.parse(found["invalid_output"])
    assert progress["steps"] == []
    assert progress["error"].startswith("Failed handling answer file: Given value is not member of allowed values")


def test_progress_and_failure_are_told(found: dict[str, Any]) -> None:
    shown = plays(found["played"])["real"]
    assert re.search(r"^  packstack \(\d+ s\): Setting up ssh keys: error$", shown, re.MULTILINE)
    assert "packstack failed (Setting up ssh keys: error): Failed to run remote script" in shown


def test_no_run_after_one_that_succeeded(found: dict[str, Any]) -> None:
    shown = plays(found["played"])
    assert "packstack failed" not in shown["succeeding"]
    assert changed(shown["succeeding"]) > 0
    assert changed(shown["again"]) == 0
    assert found["runs"] == 1
    answers = _packstack_answers.parse(found["answers"])
    assert answers["CONFIG_HEAT_DB_PW"] == packstack_host.SECRETS["CONFIG_HEAT_DB_PW"]
    assert answers["CONFIG_HEAT_AUTH_ENC_KEY"] == "0123456789abcdef"


def test_secrets_are_not_shown(found: dict[str, Any]) -> None:
    answers = {**_packstack_answers.parse(found["edited"]), **_packstack_answers.parse(found["answers"])}
    # Everybody's password for shares of Manila is "ubuntu".
    known = {"", "PW_PLACEHOLDER", "ubuntu"}
    secrets = {value for key, value in answers.items() if _packstack_answers.is_secret(key)} - known
    assert secrets >= set(packstack_host.SECRETS.values())
    assert len(secrets) > 15
    assert [secret for secret in secrets if secret in found["played"] + found["checked"]] == []
    assert found["mode"] == "0o600"


def test_check_mode_before_the_first_run(found: dict[str, Any]) -> None:
    assert re.search(r"^controller .* changed=2 .* failed=0 ", found["checked"], re.MULTILINE)


def test_all_that_packstack_masks_is_a_secret(found: dict[str, Any]) -> None:
    masked = found["masked"].split()
    assert len(masked) > 50
    assert [key for key in masked if not _packstack_answers.is_secret(key)] == []
