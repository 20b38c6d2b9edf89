# SPDX-License-Identifier: GPL-3.0-or-later
"""What the role of the store refuses, with the sentence."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from role_checks import Variables, check  # noqa: E402


def host(number: int, *seen: str, **more: Any) -> Variables:
    return {
        "nodes_address": f"192.0.2.{number}",
        "etcd_member_hosts": ["one"],
        "etcd_look": {"stdout_lines": ["version 3.4.23", f"address 192.0.2.{number}", *seen]},
        **more,
    }


ONE = host(1)
MADE = ("data", "cluster one=http://192.0.2.1:2380")


@pytest.mark.parametrize(
    ("hosts", "refused", "sentence"),
    [
        pytest.param({"one": ONE, "two": host(2)}, [], "", id="a member and a proxy"),
        pytest.param({"one": host(1, *MADE), "two": host(2)}, [], "", id="the same once more"),
        pytest.param(
            {
                name: host(
                    number,
                    "data",
                    "cluster one1=http://192.0.2.2:2380,one=http://192.0.2.1:2380",
                    etcd_member_hosts=["one", "one1"],
                )
                for number, name in ((1, "one"), (2, "one1"))
            },
            [],
            "",
            id="a name that begins like another",
        ),
        pytest.param(
            {"one": {**ONE, "etcd_look": {"skipped": True, "stdout_lines": ["address 192.0.2.1"]}}},
            [],
            "",
            id="not installed",
        ),
        pytest.param(
            {"one": host(1, etcd_member_hosts=[])},
            ["one"],
            "etcd_member_hosts is empty, so nobody would keep the store. Name one host, or three.",
            id="no member",
        ),
        pytest.param(
            {"one": host(1, etcd_member_hosts=["one", "tow"])},
            ["one"],
            "etcd_member_hosts names tow, but the inventory has no such host. Correct it, or add the host.",
            id="a member that is no host",
        ),
        pytest.param(
            {"one": ONE, "two": {**host(2), "nodes_address": "192.0.2.1"}},
            ["one", "two"],
            "Hosts of this play have the same nodes_address (192.0.2.1, 192.0.2.1). Give each one of its own.",
            id="an address twice",
        ),
        pytest.param(
            {"one": {**ONE, "nodes_address": "192.0.2.9"}},
            ["one"],
            "192.0.2.9 is no address of one (it has 192.0.2.1). Correct nodes_address.",
            id="an address of another host",
        ),
        pytest.param(
            {"one": {**ONE, "etcd_look": {"stdout_lines": ["version 3.6.4", "address 192.0.2.1"]}}},
            ["one"],
            "etcd of one is version 3.6.4, but the API of version 2 left etcd in 3.6, and Docker's cluster store, "
            "legacy Swarm and Contiv speak no other. Install 3.4 or 3.5, on Debian 12 the package etcd-server.",
            id="a version without the API",
        ),
        pytest.param(
            {"one": host(1, "data", "cluster one=http://192.0.2.1:2380,two=http://192.0.2.2:2380"), "two": host(2)},
            ["one"],
            "/var/lib/etcd/packetwalk of one has the data of the cluster one=http://192.0.2.1:2380, "
            "two=http://192.0.2.2:2380, but it shall be one=http://192.0.2.1:2380. Name the same members again, or "
            "remove the folder on all of them to start with an empty store.",
            id="data of other members",
        ),
    ],
)
def test_hosts_are_refused_with_the_reason(
    tmp_path: Path, hosts: dict[str, Variables], refused: list[str], sentence: str
) -> None:
    shown, passed = check("etcd", {"etcd": hosts}, tmp_path)
    assert passed == {name: name not in refused for name in hosts}
    assert sentence in shown


def test_an_even_number_of_members_is_only_said(tmp_path: Path) -> None:
    members = {"etcd_member_hosts": ["one", "two"]}
    shown, passed = check("etcd", {"etcd": {"one": host(1, **members), "two": host(2, **members)}}, tmp_path)
    assert passed == {"one": True, "two": True}
    assert "The store has 2 members (one, two) and works while more than half of them do" in shown


def test_members_are_compared_whatever_their_order(tmp_path: Path) -> None:
    lines = ["one1=http://192.0.2.2:2380", "one=http://192.0.2.1:2380"]
    answered = {"etcd_member_hosts": ["one", "one1"], "etcd_answer": {"rc": 0, "stdout_lines": lines}}
    hosts = {"one": host(1, **answered), "one1": host(2, **answered)}
    _shown, passed = check("etcd", {"etcd": hosts}, tmp_path, "check_answer.yml")
    assert passed == {"one": True, "one1": True}


def test_answers_are_refused_with_the_reason(tmp_path: Path) -> None:
    answers: dict[str, tuple[dict[str, Any], str]] = {
        "well": ({"rc": 0, "stdout_lines": ["well=http://192.0.2.1:2380"]}, ""),
        "ill": (
            {"rc": 1, "stdout_lines": ["member 662512d82f22e142 is unreachable", "cluster is unavailable"]},
            "etcd is not healthy, asked at 192.0.2.2:2379 of ill for 30 seconds: member 662512d82f22e142 is "
            "unreachable; cluster is unavailable. Look at /var/log/etcd.log, or with systemd at journalctl --unit "
            "etcd, of the hosts well.",
        ),
        "other": (
            {"rc": 0, "stdout_lines": ["m=http://192.0.2.77:2380"]},
            "etcd of other works with data of another cluster, whose members are m=http://192.0.2.77:2380; asked for "
            "were well=http://192.0.2.1:2380. Name those, or stop etcd and remove /var/lib/etcd/packetwalk on all "
            "members to start with an empty store.",
        ),
    }
    hosts = {
        name: host(number, etcd_member_hosts=["well"], etcd_answer=answer)
        for number, (name, (answer, _sentence)) in enumerate(answers.items(), 1)
    }
    shown, passed = check("etcd", {"etcd": hosts}, tmp_path, "check_answer.yml")
    assert passed == {"well": True, "ill": False, "other": False}
    for _answer, sentence in answers.values():
        assert sentence in shown
