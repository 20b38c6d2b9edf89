# SPDX-License-Identifier: GPL-3.0-or-later
"""``iptables -L`` in its many forms."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._errors import ParseError
from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._iptables import parse_save
from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._iptables_listing import parse_listing

RECORDINGS = Path(__file__).parents[4] / "recordings" / "iptables"

# Of the Swarm articles of 2017: inside a client's namespace, and in the ingress sandbox without -n.
CLIENT_MANGLE = """\
Chain PREROUTING (policy ACCEPT 60 packets, 23741 bytes)
 pkts bytes target     prot opt in     out     source               destination

Chain OUTPUT (policy ACCEPT 105 packets, 6489 bytes)
 pkts bytes target     prot opt in     out     source               destination
    0     0 MARK       all  --  *      *       0.0.0.0/0            10.0.0.2             MARK set 0x101
   39  2484 MARK       all  --  *      *       0.0.0.0/0            10.0.0.4             MARK set 0x103
"""
INGRESS_NAT = """\
Chain OUTPUT (policy ACCEPT)
target     prot opt source               destination
DOCKER_OUTPUT  all  --  anywhere             127.0.0.11
DNAT       icmp --  anywhere             10.255.0.4           icmp echo-request to:127.0.0.1

Chain POSTROUTING (policy ACCEPT)
target     prot opt source               destination
DOCKER_POSTROUTING  all  --  anywhere             127.0.0.11
SNAT       all  --  anywhere             10.255.0.0/16        ipvs to:10.255.0.2

Chain DOCKER_OUTPUT (1 references)
target     prot opt source               destination
DNAT       tcp  --  anywhere             127.0.0.11           tcp dpt:domain to:127.0.0.11:42792

Chain DOCKER_POSTROUTING (1 references)
target     prot opt source               destination
SNAT       tcp  --  127.0.0.11           anywhere             tcp spt:42792 to::53
"""
# Of the Swarm networking deep dive, whose page lost the blanks.
WITHOUT_BLANKS = """\
Chain DOCKER-INGRESS (2 references)
pkts bytes target prot opt in out source destination
0 0 DNAT tcp -- * * 0.0.0.0/0 0.0.0.0/0 tcp dpt:30000 to:172.18.0.2:30000
31 1744 RETURN all -- * * 0.0.0.0/0 0.0.0.0/0
"""


def shown(parsed: dict[str, Any]) -> dict[str, Any]:
    """What a rule says beyond matching everything."""
    return {key: value for key, value in parsed.items() if value and key not in ("text", "packets", "bytes")}


def test_marks_of_a_client() -> None:
    chains = parse_listing(CLIENT_MANGLE)

    assert (chains["OUTPUT"]["policy"], chains["OUTPUT"]["packets"], chains["OUTPUT"]["bytes"]) == ("ACCEPT", 105, 6489)
    rule = chains["OUTPUT"]["rules"][1]
    assert shown(rule) == {
        "destination": "10.0.0.4/32",
        "target": "MARK",
        "options": {"mark": 259, "mask": 0xFFFFFFFF},
    }
    assert (rule["packets"], rule["bytes"]) == (39, 2484)
    assert chains["PREROUTING"]["rules"] == []


def test_names_stay_names() -> None:
    chains = parse_listing(INGRESS_NAT)

    assert [shown(rule) for chain in chains.values() for rule in chain["rules"]] == [
        {"destination": "127.0.0.11/32", "target": "DOCKER_OUTPUT"},
        {
            "destination": "10.255.0.4/32",
            "protocol": "icmp",
            "target": "DNAT",
            "matches": [{"module": "icmp", "icmp_type": "echo-request"}],
            "options": {"to_destination": "127.0.0.1"},
        },
        {"destination": "127.0.0.11/32", "target": "DOCKER_POSTROUTING"},
        {
            "destination": "10.255.0.0/16",
            "target": "SNAT",
            "matches": [{"module": "ipvs", "ipvs": True}],
            "options": {"to_source": "10.255.0.2"},
        },
        {
            "destination": "127.0.0.11/32",
            "protocol": "tcp",
            "target": "DNAT",
            "matches": [{"module": "tcp", "dport": "domain"}],
            "options": {"to_destination": "127.0.0.11:42792"},
        },
        {
            "source": "127.0.0.11/32",
            "protocol": "tcp",
            "target": "SNAT",
            "matches": [{"module": "tcp", "sport": "42792"}],
            "options": {"to_source": ":53"},
        },
    ]
    assert chains["DOCKER_OUTPUT"]["policy"] is None
    assert chains["OUTPUT"]["packets"] is None


def test_lost_blanks_do_not_matter() -> None:
    dnat, back = parse_listing(WITHOUT_BLANKS)["DOCKER-INGRESS"]["rules"]

    assert (dnat["options"], dnat["matches"]) == (
        {"to_destination": "172.18.0.2:30000"},
        [{"module": "tcp", "dport": "30000"}],
    )
    assert (back["target"], back["packets"], back["bytes"]) == ("RETURN", 31, 1744)


# A listing says these in words that have no counterpart in iptables-save.
KNOWN_DIFFERENCES = ("flags:0x06/0x02", "limit: avg 3/min burst 5", "CONNMARK restore")


@pytest.mark.parametrize("backend", ["legacy", "nft"])
@pytest.mark.parametrize("table", ["nat", "mangle", "filter"])
def test_a_numeric_listing_says_what_iptables_save_says(backend: str, table: str) -> None:
    saved = parse_save((RECORDINGS / f"many-matches-{backend}.save.txt").read_text())[table]["chains"]
    listed = parse_listing((RECORDINGS / f"many-matches-{backend}.{table}.nvL.txt").read_text())

    compared = 0
    for name, chain in saved.items():
        assert len(listed[name]["rules"]) == len(chain["rules"])
        for of_save, of_listing in zip(chain["rules"], listed[name]["rules"]):
            if not any(words in of_listing["text"] for words in KNOWN_DIFFERENCES):
                assert shown(of_listing) == shown(of_save)
                compared += 1
    assert compared >= 5


def test_what_is_not_recognised_is_kept() -> None:
    chains = parse_listing((RECORDINGS / "many-matches-nft.filter.nvL.txt").read_text())

    assert {"module": None, "text": "limit: avg 3/min burst 5"} in chains["INPUT"]["rules"][3]["matches"]


@pytest.mark.parametrize("dialect", ["L", "nvL"])
def test_neutron(dialect: str) -> None:
    chains = parse_listing((RECORDINGS / f"neutron-router.nat.{dialect}.txt").read_text())

    (accept,) = chains["neutron-l3-agent-POSTROUTING"]["rules"]
    assert accept["matches"] == [{"module": "conntrack", "ctstate": "DNAT", "not": ["ctstate"]}]
    assert accept["out_interface"] == ("rfp-5338c110-f" if dialect == "nvL" else None)
    (snat,) = chains["neutron-l3-agent-float-snat"]["rules"]
    assert snat["options"] == {"to_source": "10.11.48.106", "random_fully": True}


def test_ipv6_and_a_rule_without_target() -> None:
    dnat, counting = parse_listing((RECORDINGS / "ipv6.nat.nvL.txt").read_text())["OUTPUT"]["rules"]

    assert (dnat["destination"], dnat["options"]) == ("2001:db8::7/128", {"to_destination": "[2001:db8::8]:8080"})
    assert (counting["source"], counting["target"]) == ("fe80::1/128", None)


def test_old_ip6tables_has_an_empty_column() -> None:
    header = " pkts bytes target     prot opt in     out     source               destination\n"
    lines = "   12K  3M ACCEPT     tcp      eth0   *       ::/0                 2001:db8::7\n"
    lines += "    0     0            all      *      *       fe80::1              ::/0\n"
    accept, counting = parse_listing("Chain INPUT (policy DROP 1M packets, 2G bytes)\n" + header + lines)["INPUT"][
        "rules"
    ]

    assert (accept["in_interface"], accept["destination"]) == ("eth0", "2001:db8::7/128")
    assert (accept["packets"], accept["bytes"]) == (12_000, 3_000_000)
    assert (counting["target"], counting["source"]) == (None, "fe80::1/128")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "DNAT       tcp  --  anywhere             anywhere             tcp dpt:webcache to:172.18.0.2:8080\n",
        "Chain INPUT (policy ACCEPT)\n",
        "Chain INPUT (policy ACCEPT)\nDROP all -- anywhere anywhere\n",
        CLIENT_MANGLE[:-20],
        CLIENT_MANGLE + "    0     0 MARK       all  --  *\n",
        CLIENT_MANGLE + "    x     0 DROP       all  --  *      *       0.0.0.0/0            10.0.0.4\n",
    ],
    ids=["empty", "through grep", "no columns", "no header", "cut in a rule", "cut in the columns", "no counter"],
)
def test_broken_listing(text: str) -> None:
    with pytest.raises(ParseError, match="iptables -L: cannot read"):
        parse_listing(text)


def test_a_cut_after_any_line_gives_a_beginning_or_an_error() -> None:
    text = (RECORDINGS / "many-matches-legacy.nat.nvL.txt").read_text()
    whole = [rule for chain in parse_listing(text).values() for rule in chain["rules"]]
    lines = text.splitlines(keepends=True)
    for count in range(len(lines)):
        try:
            chains = parse_listing("".join(lines[:count]))
        except ParseError:
            continue
        rules = [rule for chain in chains.values() for rule in chain["rules"]]
        assert rules == whole[: len(rules)]
