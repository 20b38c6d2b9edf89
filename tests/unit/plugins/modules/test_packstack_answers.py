# SPDX-License-Identifier: GPL-3.0-or-later
"""The module that edits the answer file, on a recorded one."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.packetwalk.labs.plugins.modules import packstack_answers, packstack_wait

sys.path.insert(0, str(Path(__file__).parent))
import isolation  # noqa: E402

RECORDED = Path(__file__).parents[3] / "recordings" / "packstack"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    file = tmp_path / "answer.txt"
    file.write_bytes((RECORDED / "answer.txt").read_bytes())
    file.chmod(0o600)
    return file


def edit(path: Path, check: bool = False, **options: Any) -> dict[str, Any]:
    return isolation.run(packstack_answers, check, path=str(path), **options)


def test_edit(path: Path) -> None:
    before = path.read_bytes()
    wanted = {"CONFIG_NEUTRON_ML2_TYPE_DRIVERS": ["vxlan", "flat", "geneve"], "CONFIG_PROVISION_DEMO": False}
    predicted = edit(path, True, answers=wanted)
    assert path.read_bytes() == before
    done = edit(path, answers=wanted)
    assert done["changed"]
    assert done["changed_keys"] == predicted["changed_keys"] == list(wanted)
    assert done["diff"]["before"] == "CONFIG_NEUTRON_ML2_TYPE_DRIVERS=geneve,flat\nCONFIG_PROVISION_DEMO=y\n"
    assert done["diff"]["after"] == "CONFIG_NEUTRON_ML2_TYPE_DRIVERS=vxlan,flat,geneve\nCONFIG_PROVISION_DEMO=n\n"
    assert done["answers"]["CONFIG_PROVISION_DEMO"] == "n"
    assert path.read_bytes() == before.replace(b"=geneve,flat\n", b"=vxlan,flat,geneve\n").replace(
        b"PROVISION_DEMO=y\n", b"PROVISION_DEMO=n\n"
    )
    assert not edit(path, answers=wanted)["changed"]


def test_mode(path: Path) -> None:
    path.chmod(0o644)
    assert edit(path, True)["changed"]
    assert path.stat().st_mode & 0o777 == 0o644
    assert edit(path)["changed"]
    assert path.stat().st_mode & 0o777 == 0o600
    assert not edit(path)["changed"]


def test_secrets_are_written_and_not_shown(path: Path) -> None:
    made_up = path.read_text(encoding="latin-1").split("CONFIG_MARIADB_PW=")[1].split("\n")[0]
    done = edit(path, secrets={"CONFIG_MARIADB_PW": "correct-horse"})
    assert done["diff"]["before"] == "CONFIG_MARIADB_PW=(a secret)\n"
    assert done["diff"]["after"] == "CONFIG_MARIADB_PW=(another secret)\n"
    assert "correct-horse" not in str(done)
    assert made_up not in str(done)
    assert b"\nCONFIG_MARIADB_PW=correct-horse\n" in path.read_bytes()


@pytest.mark.parametrize(
    ("options", "problems"),
    [
        (
            {"answers": {"CONFIG_NEUTRON_OVN_BRIDGE_MAPPING": "extnet:br-ex", "CONFIG_PROVISION_DEMO": "n"}},
            ["The installed packstack has no key CONFIG_NEUTRON_OVN_BRIDGE_MAPPING. Did you mean"],
        ),
        (
            {"answers": {"CONFIG_MARIADB_PW": "correct-horse"}},
            ["CONFIG_MARIADB_PW is a secret, which would be shown. Give it in secrets instead of answers."],
        ),
        (
            {"answers": {"CONFIG_NTP_SERVERS": "a\nb"}},
            ["The value of CONFIG_NTP_SERVERS has more than one line. Give one line."],
        ),
        (
            {"answers": {"CONFIG_NTP_SERVERS": "a"}, "secrets": {"CONFIG_NTP_SERVERS": "correct-horse"}},
            ["CONFIG_NTP_SERVERS is in answers and in secrets. Take it out of one."],
        ),
    ],
)
def test_refused(path: Path, options: dict[str, Any], problems: list[str]) -> None:
    before = path.read_bytes()
    done = edit(path, **options)
    assert done["failed"]
    assert [said[: len(wanted)] for said, wanted in zip(done["problems"], problems)] == problems
    assert len(done["problems"]) == len(problems)
    assert path.read_bytes() == before


def test_no_file(tmp_path: Path) -> None:
    path = tmp_path / "none.txt"
    assert edit(path)["msg"] == f"There is no {path}. Have it written with packstack --gen-answer-file={path}."


def test_another_file(tmp_path: Path) -> None:
    path = tmp_path / "clouds.yaml"
    path.write_text("clouds: {}\n", encoding="utf-8")
    assert edit(path)["msg"].startswith(f"{path} is no answer file of packstack: ")


def wait(path: Path, **files: Path) -> dict[str, Any]:
    options = {"output": path.parent / "output", "exit_status": path.parent / "exit", "answer_file": path, **files}
    return isolation.run(packstack_wait, **{name: str(file) for name, file in options.items()})


def test_wait_before_anything_is_there(path: Path) -> None:
    seen = wait(path)
    assert (seen["exit_status"], seen["where"], seen["error"]) == (None, "it has begun", None)


def test_wait_at_the_end(path: Path) -> None:
    (path.parent / "exit").write_text("1\n", encoding="utf-8")
    seen = wait(path, output=RECORDED / "dry-run.txt")
    assert (seen["exit_status"], seen["where"]) == (1, "Setting up ssh keys: error")
    assert "restorecon: command not found" in seen["error"]


def test_wait_hides_secrets(path: Path) -> None:
    secret = path.read_text(encoding="latin-1").split("CONFIG_MARIADB_PW=")[1].split("\n")[0]
    output = path.parent / "output"
    output.write_text(f"ERROR : Error appeared during Puppet run: mysql -p{secret} failed\n", encoding="utf-8")
    assert wait(path)["error"] == "Error appeared during Puppet run: mysql -p******** failed"
    path.unlink()
    assert secret not in wait(path)["error"]
