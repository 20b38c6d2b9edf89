# SPDX-License-Identifier: GPL-3.0-or-later
"""Rulesets that nft 1.0.6 printed, and what it says of the rules as we write them."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._errors import ParseError
from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._nft import parse_ruleset
from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._nft_rule import rule_text

RECORDINGS = Path(__file__).resolve().parents[4] / "recordings" / "nftables"
RULESET = (RECORDINGS / "many-kinds.json").read_text()
METAINFO = {"metainfo": {"json_schema_version": 1}}
TABLE = {"table": {"family": "ip", "name": "t"}}
CHAIN = {"chain": {"family": "ip", "table": "t", "name": "c"}}


def table(name: str, family: str = "inet") -> dict[str, Any]:
    return next(row for row in parse_ruleset(RULESET) if (row["family"], row["name"]) == (family, name))


def rules(ruleset: str) -> dict[tuple[str, str, str], list[dict[str, Any]]]:
    return {
        (row["family"], row["name"], chain): content["rules"]
        for row in parse_ruleset(ruleset)
        for chain, content in row["chains"].items()
    }


def test_tables_are_sorted() -> None:
    assert [f"{row['family']} {row['name']}" for row in parse_ruleset(RULESET)] == [
        "arp requests",
        "bridge wall",
        "inet shop",
        "ip nated",
        "ip6 unused",
        "netdev edge",
    ]


@pytest.mark.parametrize(
    ("family", "name", "chain", "expected"),
    [
        ("inet", "shop", "input", {"type": "filter", "hook": "input", "priority": 0, "policy": "drop"}),
        ("inet", "shop", "helper", {"type": None, "hook": None, "priority": None, "policy": None}),
        ("inet", "shop", "out", {"type": "route", "hook": "output", "priority": -150, "policy": "accept"}),
        ("ip", "nated", "post", {"type": "nat", "hook": "postrouting", "priority": 100, "policy": "accept"}),
        ("netdev", "edge", "early", {"type": "filter", "hook": "ingress", "priority": 0, "policy": "accept"}),
    ],
)
def test_chains(family: str, name: str, chain: str, expected: dict[str, Any]) -> None:
    found = table(name, family)["chains"][chain]
    assert {key: found[key] for key in expected} == expected


@pytest.mark.parametrize(
    ("printed", "devices"), [("eth0", ["eth0"]), (["eth0", "eth1"], ["eth0", "eth1"])], ids=["one", "two"]
)
def test_devices_of_a_chain(printed: Any, devices: list[str]) -> None:
    """Nft 1.0.6 does not tell them, later versions do."""
    chain = {"chain": {**CHAIN["chain"], "type": "filter", "hook": "ingress", "prio": 0, "dev": printed}}
    (found,) = parse_ruleset(json.dumps({"nftables": [METAINFO, TABLE, chain]}))
    assert found["chains"]["c"]["devices"] == devices


def test_a_rule_has_its_expressions_and_counters() -> None:
    counted = next(rule for rule in table("shop")["chains"]["input"]["rules"] if rule["packets"] is not None)
    assert counted == {
        "text": "ip saddr @blocked counter packets 5 bytes 400 drop",
        "expressions": [
            {"match": {"op": "==", "left": {"payload": {"protocol": "ip", "field": "saddr"}}, "right": "@blocked"}},
            {"counter": {"packets": 5, "bytes": 400}},
            {"drop": None},
        ],
        "packets": 5,
        "bytes": 400,
    }


def test_a_comment_is_in_the_text() -> None:
    (rule,) = table("shop")["chains"]["helper"]["rules"]
    assert rule["text"] == 'meta mark set 18 return comment "marks"'


@pytest.mark.parametrize(
    ("part", "name", "expected"),
    [
        (
            "sets",
            "blocked",
            {
                "type": "ipv4_addr",
                "flags": ["interval"],
                "elements": [
                    "10.2.3.4",
                    {"prefix": {"addr": "10.1.0.0", "len": 16}},
                    {"range": ["10.5.0.1", "10.5.0.9"]},
                ],
            },
        ),
        (
            "sets",
            "pairs",
            {"type": ["ipv4_addr", "inet_service"], "flags": [], "elements": [{"concat": ["10.0.0.1", 80]}]},
        ),
        (
            "maps",
            "verdicts",
            {
                "type": "ipv4_addr",
                "map": "verdict",
                "flags": [],
                "elements": [["10.0.0.7", {"drop": None}], ["10.0.0.8", {"jump": {"target": "helper"}}]],
            },
        ),
    ],
)
def test_sets_and_maps(part: str, name: str, expected: dict[str, Any]) -> None:
    assert table("shop")[part][name] == expected


def test_nft_reads_the_text_of_rules_as_the_same_expressions() -> None:
    loaded = (RECORDINGS / "many-kinds.nft").read_text()
    # Before the rules are made again, the ruleset is listed as this version of nft does.
    before = _in_namespace(["-f", "-"], ["-j", "list", "ruleset"], text=loaded)
    if before.returncode:
        pytest.skip(f"the ruleset cannot be loaded here: {before.stderr.splitlines()[0]}")
    written = {name: [rule for rule in rows if '{"' not in rule["text"]] for name, rows in rules(before.stdout).items()}
    again = "".join(f"flush chain {' '.join(name)}\n" for name in written) + "".join(
        f"add rule {' '.join(name)} {rule['text']}\n" for name, rows in written.items() for rule in rows
    )
    after = _in_namespace(["-f", "-"], ["-j", "list", "ruleset"], text=loaded + again)
    assert after.returncode == 0, after.stderr
    assert rules(after.stdout) == written
    assert sum(map(len, written.values())) > 40


def _in_namespace(*commands: list[str], text: str) -> subprocess.CompletedProcess[str]:
    """Run ``nft`` with each of the arguments in a network namespace that nobody else has; ``text`` is for the first."""
    script = " && ".join(f"nft {' '.join(arguments)}" for arguments in commands)
    return subprocess.run(
        ["unshare", "--map-root-user", "--net", "sh", "-c", script],
        input=text,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


@pytest.mark.parametrize(
    ("expression", "text"),
    [
        ({"xt": {"type": "target", "name": "MASQUERADE"}}, "xt target MASQUERADE"),
        ({"limit": {"rate": 1, "per": "second", "inv": True}}, "limit rate over 1/second"),
        (
            {"limit": {"rate": 10, "rate_unit": "kbytes", "per": "second", "burst": 5, "burst_unit": "kbytes"}},
            "limit rate 10 kbytes/second burst 5 kbytes",
        ),
        ({"log": {"prefix": "in ", "group": 2, "snaplen": 80}}, 'log prefix "in " group 2 snaplen 80'),
        ({"dnat": {"family": "ip6", "addr": "fd00::1", "port": 80}}, "dnat ip6 to [fd00::1]:80"),
        (
            {"match": {"op": "==", "left": {"meta": {"key": "iifname"}}, "right": {"set": ["eth0", "lo"]}}},
            'iifname { "eth0", "lo" }',
        ),
        (
            {"match": {"op": "==", "left": {"meta": {"key": "iifname"}}, "right": "@inside"}},
            "iifname @inside",
        ),
        # What is not known, as a whole or in its form, stays JSON.
        ({"osf": {"key": "name"}}, '{"osf": {"key": "name"}}'),
        (
            {"match": {"op": "==", "left": {"ct": {"key": "mark"}}}},
            '{"match": {"left": {"ct": {"key": "mark"}}, "op": "=="}}',
        ),
    ],
)
def test_text_of_a_statement(expression: dict[str, Any], text: str) -> None:
    assert rule_text([expression]) == text


@pytest.mark.parametrize(
    ("entries", "complaint"),
    [
        ([], "begins with metainfo"),
        ([TABLE], "begins with metainfo"),
        ([{"metainfo": {"json_schema_version": 2}}], "only schema 1 is understood"),
        ([METAINFO, {"weather": {}}], "weather is not known"),
        ([METAINFO, "table"], "an object with one key"),
        ([METAINFO, {"table": "t"}], "an object in table"),
        ([METAINFO, {"table": {"family": "ip"}}], "'name' is missing"),
        ([METAINFO, CHAIN], "table ip t was not declared"),
        ([METAINFO, TABLE, {"rule": {"family": "ip", "table": "t", "chain": "c", "expr": []}}], "chain c was not"),
        (
            [METAINFO, TABLE, CHAIN, {"rule": {"family": "ip", "table": "t", "chain": "c", "expr": ["drop"]}}],
            "objects with one key in expr",
        ),
    ],
)
def test_what_is_no_ruleset_is_refused(entries: list[Any], complaint: str) -> None:
    with pytest.raises(ParseError, match=complaint):
        parse_ruleset(json.dumps({"nftables": entries}))


@pytest.mark.parametrize("length", [0, 1, len(RULESET) // 2, len(RULESET.rstrip()) - 1])
def test_a_cut_ruleset_is_refused(length: int) -> None:
    with pytest.raises(ParseError, match=r"^nft -j list ruleset: .*no JSON"):
        parse_ruleset(RULESET[:length])
