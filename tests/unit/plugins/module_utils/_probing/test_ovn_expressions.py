# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from ansible_collections.packetwalk.labs.plugins.module_utils._probing import _ovn_expressions

sys.path.insert(0, os.path.dirname(__file__))
import ovn_daemons  # noqa: E402

UNDERSTOOD = (
    "ip4 && tcp.dst == {22, 80}",
    'inport == "vm1" || outport == @pg_web',
    "ip4.src == $as_admins && ip4.dst == $pg_web_ip4 && ip6.src != $pg_web_ip6",
)


@pytest.fixture
def ovn() -> None:
    if ovn_daemons.missing():
        pytest.skip(f"OVN cannot be asked here: {ovn_daemons.missing()}")


@pytest.mark.usefixtures("ovn")
def test_refused() -> None:
    expressions = [*UNDERSTOOD, "ip4 &&", "tcp.dst == 70000", "ip4.src == $as_none", ""]
    assert _ovn_expressions.refused(expressions, ["as_admins"], ["pg_web"]) == {
        "ip4 &&": "Syntax error at end of input expecting constant",
        "tcp.dst == 70000": "17-bit constant is not compatible with 16-bit field tcp.dst",
        "ip4.src == $as_none": "Syntax error at `$as_none' expecting address set name",
        "": "Syntax error at end of input expecting constant",
    }


@pytest.mark.usefixtures("ovn")
def test_a_server_may_take_its_time_to_listen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = _ovn_expressions.find
    bind = "import socket, sys, time; socket.socket(socket.AF_UNIX).bind(sys.argv[1][15:]); time.sleep(0.3)"
    tool = tmp_path / "ovsdb-server"
    tool.write_text(
        f'#!/bin/sh\n{sys.executable} -c "{bind}" "$1"\nexec {real("ovsdb-server")} "$@"\n', encoding="ascii"
    )
    tool.chmod(0o755)
    monkeypatch.setattr(_ovn_expressions, "find", lambda name: str(tool) if name == tool.name else real(name))
    assert list(_ovn_expressions.refused([*UNDERSTOOD, "ip4 &&"], ["as_admins"], ["pg_web"])) == ["ip4 &&"]


@pytest.mark.usefixtures("ovn")
@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ("unknown datapath", "ovn-trace did not refuse what is no expression, and said unknown datapath"),
        ("", "ovn-trace did not refuse what is no expression, and said nothing"),
    ],
)
def test_a_tool_that_says_nothing_wrong_is_not_believed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, said: str, reason: str
) -> None:
    """As one of another version might, whose warnings read differently."""
    tool = tmp_path / "ovn-trace"
    tool.write_text(f"#!/bin/sh\necho {said}\n", encoding="ascii")
    tool.chmod(0o755)
    real = _ovn_expressions.find
    monkeypatch.setattr(_ovn_expressions, "find", lambda name: str(tool) if name == tool.name else real(name))
    with pytest.raises(_ovn_expressions.Unanswered, match=reason):
        _ovn_expressions.refused(UNDERSTOOD, [], [])


@pytest.mark.parametrize(
    ("tools", "reason"),
    [
        ({}, "there is no ovn-trace here"),
        ({"ovn-trace": "/bin/true", "ovsdb-server": "/bin/true"}, "there is no ovsdb-tool here"),
    ],
)
def test_what_is_missing_is_named(monkeypatch: pytest.MonkeyPatch, tools: dict[str, str], reason: str) -> None:
    monkeypatch.setattr(_ovn_expressions, "find", tools.get)
    with pytest.raises(_ovn_expressions.Unanswered, match=reason):
        _ovn_expressions.refused(UNDERSTOOD, [], [])
