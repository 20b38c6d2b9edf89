# SPDX-License-Identifier: GPL-3.0-or-later
"""What is left of a recorded iptables-save without Docker: other people's rules, in their order, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest
from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._docker_rules import (
    forward_policy,
    without_docker,
)

RECORDED = (Path(__file__).parents[4] / "recordings" / "iptables" / "swarm-host.save.txt").read_text(encoding="utf-8")
WITH_DROP = RECORDED.replace(":FORWARD ACCEPT [0:0]", ":FORWARD DROP [0:0]")  # the filter table's, as Docker sets it

OTHERS = [
    ":friends - [0:0]",
    ":DOCKERS - [0:0]",
    "-A INPUT -p tcp -m tcp --dport 22 -j ACCEPT",
    "-A FORWARD -i eth0 -o eth1 -j ACCEPT",
    '-A FORWARD -s 192.0.2.0/24 -m comment --comment "not for DOCKER or docker0 at all" -j friends',
    "-A FORWARD -s 192.0.2.1/32 -m comment --comment DOCKER -j ACCEPT",
    "-A FORWARD -i br-lan -o br-0123456789abcdef -j ACCEPT",
    "-A FORWARD -i docker1 -j DROP",
    "-A FORWARD -j DOCKERS",
    "-A friends -j RETURN",
]


def rules(text: str) -> list[str]:
    """Everything but comments and the counters of chains."""
    return [line.split(" [")[0] for line in text.splitlines() if not line.startswith("#")]


def with_others(text: str) -> str:
    """Other people's chains and rules before and between Docker's in the filter table."""
    head, filter_table = text.split("*filter\n")
    lines = filter_table.splitlines()
    chains = [line for line in OTHERS if line.startswith(":")]
    first_rule = next(index for index, line in enumerate(lines) if line.startswith("-A"))
    appended = [line for line in OTHERS if line.startswith("-A")]
    mixed = [*chains, *lines[:first_rule], *appended[:3], *lines[first_rule : first_rule + 4], *appended[3:]]
    return "\n".join([head + "*filter", *mixed, *lines[first_rule + 4 :]]) + "\n"


def test_nothing_but_the_built_in_chains_is_left_of_a_host_that_has_only_docker() -> None:
    assert rules(without_docker(WITH_DROP, "ACCEPT")) == [
        *("*mangle", *(f":{chain} ACCEPT" for chain in ("PREROUTING", "INPUT", "FORWARD", "OUTPUT", "POSTROUTING"))),
        "COMMIT",
        *("*nat", *(f":{chain} ACCEPT" for chain in ("PREROUTING", "INPUT", "OUTPUT", "POSTROUTING"))),
        "COMMIT",
        *("*filter", *(f":{chain} ACCEPT" for chain in ("INPUT", "FORWARD", "OUTPUT"))),
        "COMMIT",
    ]


def test_other_peoples_rules_stay_as_they_are() -> None:
    left = without_docker(with_others(WITH_DROP), "ACCEPT").splitlines()
    without = without_docker(WITH_DROP, "ACCEPT").splitlines()
    assert [line for line in left if line in OTHERS] == OTHERS
    assert [line for line in left if line not in OTHERS] == without


def test_what_has_no_docker_is_not_changed() -> None:
    text = without_docker(with_others(WITH_DROP), "DROP")
    assert without_docker(text, "DROP") == text


@pytest.mark.parametrize("policy", ["ACCEPT", "DROP"])
def test_the_policy_of_forwarding_is_put_back(policy: str) -> None:
    text = without_docker(WITH_DROP, policy)
    assert f":FORWARD {policy} [0:0]" in text.splitlines()
    assert forward_policy(text) == policy


def test_only_the_filter_tables_policy_is_docker_s() -> None:
    text = RECORDED.replace(":FORWARD ACCEPT [46:3704]", ":FORWARD DROP [46:3704]")  # the mangle table's
    assert ":FORWARD DROP [46:3704]" in without_docker(text, "ACCEPT").splitlines()
    assert forward_policy(text) == "ACCEPT"


@pytest.mark.parametrize(
    ("text", "policy"),
    [
        (RECORDED, "ACCEPT"),
        (WITH_DROP, "DROP"),
        # Other tables after filter, as iptables-save of the nft variant prints them.
        ("*filter\n:FORWARD DROP [0:0]\nCOMMIT\n*mangle\n:FORWARD ACCEPT [0:0]\nCOMMIT\n", "DROP"),
        # A kernel whose filter table nobody has used yet.
        ("", "ACCEPT"),
    ],
)
def test_the_policy_before_docker(text: str, policy: str) -> None:
    assert forward_policy(text) == policy


@pytest.mark.parametrize(
    "rule",
    [
        # Docker 28.
        ":DOCKER-FORWARD - [0:0]",
        "-A DOCKER-CT -o br-1a2b3c4d5e6f -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT",
        "-A FORWARD -j DOCKER-FORWARD",
        # A network of its own.
        "-A POSTROUTING -s 172.19.0.0/16 ! -o br-1a2b3c4d5e6f -j MASQUERADE",
        "-A FORWARD -i br-1a2b3c4d5e6f ! -o br-1a2b3c4d5e6f -j ACCEPT",
    ],
)
def test_rules_of_other_docker_versions_and_networks(rule: str) -> None:
    assert without_docker(f"*filter\n{rule}\nCOMMIT\n", "ACCEPT") == "*filter\nCOMMIT\n"
