# SPDX-License-Identifier: GPL-3.0-or-later
"""iptables-save and ``iptables -S``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._errors import ParseError
from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._iptables import parse_rules, parse_save

RECORDINGS = Path(__file__).parents[4] / "recordings" / "iptables"


def rule(arguments: str) -> dict[str, Any]:
    """The rule of one line of ``iptables -S``."""
    return parse_rules(f"-N X\n-A X {arguments}\n")["X"]["rules"][0]


def shown(parsed: dict[str, Any]) -> dict[str, Any]:
    """What a rule says beyond matching everything."""
    return {key: value for key, value in parsed.items() if value and key != "text"}


def test_ingress_sandbox_marks_the_published_port() -> None:
    tables = parse_save((RECORDINGS / "swarm-ingress-sandbox.save.txt").read_text())

    assert sorted(tables) == ["filter", "mangle", "nat"]
    prerouting = tables["mangle"]["chains"]["PREROUTING"]
    assert (prerouting["policy"], prerouting["packets"], prerouting["bytes"]) == ("ACCEPT", 56, 4548)
    assert prerouting["rules"] == [
        {
            "text": "-A PREROUTING -p tcp -m tcp --dport 8080 -j MARK --set-xmark 0x101/0xffffffff",
            "source": None,
            "destination": None,
            "protocol": "tcp",
            "in_interface": None,
            "out_interface": None,
            "negated": [],
            "matches": [{"module": "tcp", "dport": "8080"}],
            "target": "MARK",
            "goto": False,
            "options": {"mark": 257, "mask": 0xFFFFFFFF},
            "packets": None,
            "bytes": None,
        }
    ]
    snat = tables["nat"]["chains"]["POSTROUTING"]["rules"][1]
    assert snat["matches"] == [{"module": "ipvs", "ipvs": True}]
    assert snat["options"] == {"to_source": "10.0.0.2"}
    assert tables["nat"]["chains"]["DOCKER_OUTPUT"]["policy"] is None


@pytest.mark.parametrize("backend", ["legacy", "nft"])
def test_counters_of_both_backends(backend: str) -> None:
    tables = parse_save((RECORDINGS / f"many-matches-{backend}.save.txt").read_text())

    docker = tables["nat"]["chains"]["DOCKER"]["rules"]
    assert [rule["target"] for rule in docker] == ["DNAT", "REDIRECT", "REDIRECT"]
    assert docker[0]["packets"] == docker[0]["bytes"] == 0
    assert docker[0]["text"].startswith("-A DOCKER ! -i docker0")
    comment = tables["nat"]["chains"]["POSTROUTING"]["rules"][1]["matches"][0]["comment"]
    assert comment == 'it is "quoted" and -dashed'


@pytest.mark.parametrize("backend", ["legacy", "nft"])
@pytest.mark.parametrize("table", ["nat", "mangle", "filter"])
def test_listing_rules_and_saving_them_agree(backend: str, table: str) -> None:
    saved = parse_save((RECORDINGS / f"many-matches-{backend}.save.txt").read_text())
    listed = parse_rules((RECORDINGS / f"many-matches-{backend}.{table}.Sv.txt").read_text())

    for name, chain in saved[table]["chains"].items():
        assert [shown(rule) for rule in listed[name]["rules"]] == [shown(rule) for rule in chain["rules"]]
        assert listed[name]["policy"] == chain["policy"]


def test_user_chains_of_neutron() -> None:
    chains = parse_rules((RECORDINGS / "neutron-router.nat.S.txt").read_text())

    (floating,) = chains["neutron-l3-agent-PREROUTING"]["rules"]
    assert shown(floating) == {
        "destination": "10.11.48.106/32",
        "in_interface": "rfp-5338c110-f",
        "target": "DNAT",
        "options": {"to_destination": "10.10.10.56"},
    }


def test_ipv6() -> None:
    (dnat, counting) = parse_save((RECORDINGS / "ipv6.save.txt").read_text())["nat"]["chains"]["OUTPUT"]["rules"]

    assert dnat["options"] == {"to_destination": "[2001:db8::8]:8080"}
    assert (counting["source"], counting["target"]) == ("fe80::1/128", None)


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ("! -s 10.0.0.0/8 -j ACCEPT", {"source": "10.0.0.0/8", "negated": ["source"], "target": "ACCEPT"}),
        ("-d ! 10.0.0.1 -j DROP", {"destination": "10.0.0.1/32", "negated": ["destination"], "target": "DROP"}),
        ("-p all -s 0.0.0.0/0 -g DOCKER", {"target": "DOCKER", "goto": True}),
        ("-p 6 -j RETURN", {"protocol": "tcp", "target": "RETURN"}),
        ("-p tcp --dport 80", {"protocol": "tcp", "matches": [{"module": "tcp", "dport": "80"}]}),
        (
            "-p tcp -m tcp --dport ! 80",
            {"protocol": "tcp", "matches": [{"module": "tcp", "dport": "80", "not": ["dport"]}]},
        ),
        ("-m ipvs ! --ipvs", {"matches": [{"module": "ipvs", "ipvs": True, "not": ["ipvs"]}]}),
        (
            "-m set ! --match-set allowed src,dst -j DROP",
            {
                "matches": [{"module": "set", "match_set": "allowed src,dst", "not": ["match_set"]}],
                "target": "DROP",
            },
        ),
        ('-m comment --comment "-j DROP"', {"matches": [{"module": "comment", "comment": "-j DROP"}]}),
        ('-j LOG --log-prefix "! "', {"target": "LOG", "options": {"log_prefix": "! "}}),
        ("-c 7 420 -j MASQUERADE", {"target": "MASQUERADE", "packets": 7, "bytes": 420}),
    ],
)
def test_arguments(arguments: str, expected: dict[str, Any]) -> None:
    assert shown(rule(arguments)) == expected


@pytest.mark.parametrize(
    ("printed", "mark", "mask"),
    [
        ("--set-xmark 0x103/0xffffffff", 0x103, 0xFFFFFFFF),
        ("--set-mark 259", 259, 0xFFFFFFFF),
        ("--set-mark 0x5/0xf", 0x5, 0xF),
        ("--or-mark 0x4", 0x4, 0x4),
        ("--and-mark 0xff", 0, 0xFFFFFF00),
        ("--xor-mark 0x3", 0x3, 0),
    ],
)
def test_every_spelling_of_a_mark_is_one_operation(printed: str, mark: int, mask: int) -> None:
    assert rule(f"-j MARK {printed}")["options"] == {"mark": mark, "mask": mask}


def test_no_output_is_no_tables() -> None:
    assert parse_save("") == {}


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("*nat\n:OUTPUT ACCEPT [0:0]\n", "ends without COMMIT"),
        ("*nat\n*filter\n", "no COMMIT"),
        ("*nat\nCOMMIT\n*nat\nCOMMIT\n", "there twice"),
        ("-A OUTPUT -j ACCEPT\n", "name of a table"),
        ("*nat\n-A OUTPUT -j ACCEPT\nCOMMIT\n", "not declared"),
        ("*nat\n:OUTPUT ACCEPT [0:\nCOMMIT\n", "a chain, its policy"),
        ("*nat\n:X - [0:0]\n-A X -j\nCOMMIT\n", "-j has no value"),
        ("*nat\n:X - [0:0]\n-A X --dport 80\nCOMMIT\n", "belongs to no match"),
        ("*nat\n:X - [0:0]\n-A X -j DNAT\nCOMMIT\n", "DNAT without its to destination"),
        ("*nat\n:X - [0:0]\n-A X -j MARK\nCOMMIT\n", "MARK without its mark"),
        ('*nat\n:X - [0:0]\n-A X -m comment --comment "cut\nCOMMIT\n', "No closing quotation"),
        ("*nat\n:X - [0:0]\n-A X -m new [unsupported revision] -j ACCEPT\nCOMMIT\n", "too old"),
        ("# Table `nat' is incompatible, use 'nft' tool.\n", "written by nft"),
    ],
)
def test_broken_output_names_the_line(text: str, complaint: str) -> None:
    with pytest.raises(ParseError, match="iptables-save: cannot read") as caught:
        parse_save(text)
    assert complaint in str(caught.value)


@pytest.mark.parametrize("text", ["", "Chain INPUT (policy ACCEPT)\n", "-P INPUT\n"])
def test_broken_rules(text: str) -> None:
    with pytest.raises(ParseError):
        parse_rules(text)


@pytest.mark.parametrize("name", ["swarm-host", "many-matches-nft"])
def test_a_cut_anywhere_is_an_error_or_whole_tables(name: str) -> None:
    text = (RECORDINGS / f"{name}.save.txt").read_text()
    whole = parse_save(text)
    errors = 0
    for position in range(0, len(text), 7):
        try:
            tables = parse_save(text[:position])
        except ParseError:
            errors += 1
        else:
            assert tables == {table: whole[table] for table in list(whole)[: len(tables)]}
    assert errors > 100
