# SPDX-License-Identifier: GPL-3.0-or-later
"""``ovn-nbctl lr-nat-list`` of OVN 2.7, 22.03, 23.03 and younger."""

from __future__ import annotations

from pathlib import Path

import pytest
from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._errors import ParseError
from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._ovn_nat_list import parse_list

RECORDINGS = Path(__file__).parents[4] / "recordings" / "ovn"
LISTING = (RECORDINGS / "three-chassis.lr-nat-list.txt").read_text()
# The formats of ovn-nbctl 22.03 and 25.03.
WITH_PORTS = (
    "TYPE             EXTERNAL_IP        EXTERNAL_PORT    LOGICAL_IP            EXTERNAL_MAC         LOGICAL_PORT\n"
    "snat             203.0.113.10       1024-2048        10.10.0.0/16\n"
)
WITH_MATCH = "{:17}{:22}{:22}{:19}{:17}{:20}{:21}{}\n".format(
    *("TYPE", "GATEWAY_PORT", "MATCH", "EXTERNAL_IP", "EXTERNAL_PORT", "LOGICAL_IP", "EXTERNAL_MAC", "LOGICAL_PORT")
) + "{:17}{:22}{:22}{:19}{:17}{}\n".format("snat", "lr0-ext", "ip4.dst == 192.0.2", "203.0.113.10", "", "10.10.0.0/16")


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        (
            (RECORDINGS / "articles-2017.lr-nat-list.txt").read_text(),
            [
                ("dnat_and_snat", None, None, "192.168.122.54", None, "10.10.10.4", None, None),
                ("snat", None, None, "192.168.122.50", None, "10.10.10.0/24", None, None),
            ],
        ),
        (
            LISTING,
            [
                ("dnat_and_snat", None, None, "203.0.113.101", None, "10.10.1.11", None, None),
                ("dnat_and_snat", None, None, "203.0.113.112", None, "10.10.1.12", "0a:00:00:00:fe:12", "vm2"),
                ("snat", None, None, "203.0.113.10", None, "10.10.0.0/16", None, None),
            ],
        ),
        (
            (RECORDINGS / "neutron.lr-nat-list.txt").read_text(),
            [
                ("dnat_and_snat", None, None, "203.0.113.90", None, "10.20.1.172", None, None),
                ("snat", None, None, "203.0.113.86", None, "0.0.0.0/0", None, None),
            ],
        ),
        (WITH_PORTS, [("snat", None, None, "203.0.113.10", "1024-2048", "10.10.0.0/16", None, None)]),
        (WITH_MATCH, [("snat", "lr0-ext", "ip4.dst == 192.0.2", "203.0.113.10", None, "10.10.0.0/16", None, None)]),
        ("", []),
    ],
    ids=["2.7", "23.03", "neutron", "ports", "match", "none"],
)
def test_versions(text: str, rows: list[tuple[str | None, ...]]) -> None:
    keys = (
        *("type", "gateway_port", "match", "external_ip"),
        *("external_port", "logical_ip", "external_mac", "logical_port"),
    )

    assert parse_list(text) == [dict(zip(keys, row)) for row in rows]


@pytest.mark.parametrize(
    "text",
    [
        "ovn-nbctl: lr9: router name not found",
        "\n".join(LISTING.splitlines()[1:]),
        LISTING + "snat\n",
        LISTING + "snot" + LISTING.splitlines()[3][4:],
        LISTING + " ".join(LISTING.splitlines()[1].split()),
        LISTING.replace("EXTERNAL_PORT", "EXTERNAL_GATE"),
    ],
)
def test_malformed(text: str) -> None:
    with pytest.raises(ParseError, match="ovn-nbctl lr-nat-list: cannot read line"):
        parse_list(text)
