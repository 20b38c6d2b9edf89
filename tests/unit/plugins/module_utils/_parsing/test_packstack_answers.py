# SPDX-License-Identifier: GPL-3.0-or-later
"""The answer file of packstack 26, read and edited."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ansible_collections.packetwalk.labs.plugins.module_utils._parsing import _packstack_answers as answers
from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._errors import ParseError

RECORDED = Path(__file__).parents[4] / "recordings" / "packstack" / "answer.txt"
TEXT = RECORDED.read_text(encoding="utf-8", errors="surrogateescape")


def test_read() -> None:
    read = answers.parse(TEXT)
    assert list(read)[0] == "CONFIG_SSH_KEY"
    assert read["CONFIG_NEUTRON_OVN_BRIDGE_MAPPINGS"] == "extnet:br-ex"
    assert read["EXCLUDE_SERVERS"] == ""
    assert read["CONFIG_AMQP_AUTH_PASSWORD"] == "PW_PLACEHOLDER"


def test_edit_changes_only_those_lines() -> None:
    wanted = {"CONFIG_NEUTRON_OVN_BRIDGE_IFACES": "br-ex:ens3", "CONFIG_NEUTRON_L2_AGENT": "ovn"}
    edited = answers.edited(TEXT, wanted)
    before, after = TEXT.split("\n"), edited.split("\n")
    different = [(old, new) for old, new in zip(before, after) if old != new]
    assert len(before) == len(after)
    assert different == [("CONFIG_NEUTRON_OVN_BRIDGE_IFACES=", "CONFIG_NEUTRON_OVN_BRIDGE_IFACES=br-ex:ens3")]
    assert answers.changes(answers.parse(TEXT), wanted) == ["CONFIG_NEUTRON_OVN_BRIDGE_IFACES"]
    assert "\0" in edited


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (True, "y"),
        (False, "n"),
        (None, ""),
        (8, "8"),
        ([], ""),
        (["vxlan", "flat", "geneve"], "vxlan,flat,geneve"),
        (" ovn ", "ovn"),
    ],
)
def test_spelling(value: Any, text: str) -> None:
    assert answers.spelled(value) == text


def test_no_value_of_two_lines() -> None:
    with pytest.raises(ValueError, match="has more than one line"):
        answers.spelled("ovn\nCONFIG_DEBUG_MODE=y")


@pytest.mark.parametrize(
    ("key", "sentence"),
    [
        (
            "CONFIG_NEUTRON_OVN_BRIDGE_IFACE",
            "The installed packstack has no key CONFIG_NEUTRON_OVN_BRIDGE_IFACE. "
            "Did you mean CONFIG_NEUTRON_OVN_BRIDGE_IFACES or",
        ),
        ("config_neutron_l2_agent", "Did you mean CONFIG_NEUTRON_L2_AGENT"),
        (
            "CONFIG_XYZZY",
            "The installed packstack has no key CONFIG_XYZZY. No other key is like it.",
        ),
    ],
)
def test_unknown_key(key: str, sentence: str) -> None:
    said = answers.unknown_keys(answers.parse(TEXT), {key: "y", "CONFIG_NTP_SERVERS": ""})
    assert len(said) == 1
    assert sentence in said[0]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "it has no answers"),
        ("[general]\n# nothing\n", "it has no answers"),
        ("CONFIG_DEBUG_MODE=n\n", "line 1"),
        ("[general]\nCONFIG_DEBUG_MODE=n\nmistyped\n", "line 3"),
        ("[general]\nCONFIG_DEBUG_MODE=n\n[other]\n", "line 3"),
        ("[general]\nCONFIG_DEBUG_MODE=n\nCONFIG_DEBUG_MODE=y\n", "for the second time"),
    ],
)
def test_no_answer_file(text: str, reason: str) -> None:
    with pytest.raises(ParseError, match=reason):
        answers.parse(text)


def test_an_error_shows_no_line() -> None:
    with pytest.raises(ParseError) as raised:
        answers.parse("[general]\nconfig_mariadb_pw=hunter2\n")
    assert "hunter2" not in str(raised.value)


def test_secrets_are_hidden() -> None:
    read = answers.parse(TEXT)
    shown = answers.without_secrets(read)
    assert shown["CONFIG_MARIADB_PW"] == answers.HIDDEN
    assert shown["CONFIG_HEAT_AUTH_ENC_KEY"] == answers.HIDDEN
    assert shown["CONFIG_DEFAULT_PASSWORD"] == ""
    assert shown["CONFIG_SSH_KEY"] == "/root/.ssh/id_rsa.pub"
    assert answers.lines(read, ["CONFIG_MARIADB_PW", "CONFIG_MARIADB_HOST"], "(a secret)") == (
        "CONFIG_MARIADB_PW=(a secret)\nCONFIG_MARIADB_HOST=192.168.122.39\n"
    )
