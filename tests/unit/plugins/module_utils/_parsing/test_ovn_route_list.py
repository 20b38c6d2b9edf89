# SPDX-License-Identifier: GPL-3.0-or-later
"""``ovn-nbctl lr-route-list`` with and without route tables."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._errors import ParseError
from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._ovn_route_list import parse_list

RECORDINGS = Path(__file__).parents[4] / "recordings" / "ovn"
LISTING = (RECORDINGS / "three-chassis.lr-route-list.txt").read_text()
# In the format of print_route() of utilities/ovn-nbctl.c.
FAMILIES = """\
IPv4 Routes
             192.0.2.0/24               10.10.1.9 dst-ip ecmp ecmp-symmetric-reply bfd
             192.0.2.0/24              10.10.1.10 dst-ip lr0-a ecmp
          198.51.100.0/24                 discard src-ip
             10.99.0.0/16               169.254.0 dst-ip lr0-t (learned)

Route Table t1:
                0.0.0.0/0                           dst-ip lr0-b override-connected

IPv6 Routes
                     ::/0                 fd00::1 dst-ip
"""


@pytest.mark.parametrize(("recording", "port"), [("three-chassis", "lr0-ext"), ("neutron", None)])
def test_recordings(recording: str, port: str | None) -> None:
    assert parse_list((RECORDINGS / f"{recording}.lr-route-list.txt").read_text()) == [
        {
            "family": "ipv4",
            "route_table": "",
            "ip_prefix": "0.0.0.0/0",
            "nexthop": "203.0.113.1",
            "policy": "dst-ip",
            "output_port": port,
            "learned": False,
            "ecmp": False,
            "ecmp_symmetric_reply": False,
            "override_connected": False,
            "bfd": False,
        }
    ]


@pytest.mark.parametrize(
    ("index", "expected"),
    [
        (0, {"output_port": None, "ecmp": True, "ecmp_symmetric_reply": True, "bfd": True, "route_table": ""}),
        (1, {"output_port": "lr0-a", "ecmp": True, "ecmp_symmetric_reply": False}),
        (2, {"nexthop": "discard", "policy": "src-ip"}),
        (3, {"output_port": "lr0-t", "learned": True}),
        (4, {"nexthop": None, "output_port": "lr0-b", "override_connected": True, "route_table": "t1"}),
        (5, {"family": "ipv6", "ip_prefix": "::/0", "nexthop": "fd00::1", "route_table": ""}),
    ],
)
def test_everything_that_is_printed(index: int, expected: dict[str, Any]) -> None:
    route = parse_list(FAMILIES)[index]

    assert {key: route[key] for key in expected} == expected


def test_nothing() -> None:
    assert parse_list("") == []


@pytest.mark.parametrize(
    "text",
    [
        "ovn-nbctl: lr9: router name not found",
        "\n".join(LISTING.splitlines()[1:]),
        LISTING[: LISTING.index(" dst-ip")],
        LISTING.replace("lr0-ext", "lr0-ext something"),
    ],
)
def test_malformed(text: str) -> None:
    with pytest.raises(ParseError, match="ovn-nbctl lr-route-list: cannot read line"):
        parse_list(text)
