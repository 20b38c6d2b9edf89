# SPDX-License-Identifier: GPL-3.0-or-later
"""``ovn-sbctl show`` of OVN 2.7 and 23.03."""

from __future__ import annotations

from pathlib import Path

import pytest
from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._errors import ParseError
from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._ovn_sbctl_show import parse_show

RECORDINGS = Path(__file__).parents[4] / "recordings" / "ovn"
LISTING = (RECORDINGS / "three-chassis.ovn-sbctl-show.txt").read_text()


@pytest.mark.parametrize(
    ("recording", "bound"),
    [
        (
            "articles-2017",
            {
                "controller": ["cr-lrp-b95e9ae7-5c91-4037-8d2c-660d4af00974"],
                "compute2": [],
                "compute1": ["0bc5e22d-bd80-4cac-a9b3-51c0d0b284d1"],
            },
        ),
        ("three-chassis", {"c3": ["cr-lr0-ext", "vm3"], "c2": ["vm2"], "c1": ["vm1"]}),
        (
            "neutron",
            {
                "c2": ["8c700365-9c4e-447b-a67b-6fa0db74ca66"],
                "c1": ["06f528e3-300b-4271-b5fc-a6b25a551fbe", "cr-lrp-74d01daa-6489-4ef7-9131-736a21e9880a"],
                "c3": ["9036c03d-3495-4e91-a38c-55e6e38f62b8"],
            },
        ),
    ],
)
def test_recordings(recording: str, bound: dict[str, list[str]]) -> None:
    chassis = parse_show((RECORDINGS / f"{recording}.ovn-sbctl-show.txt").read_text())

    assert {one["hostname"]: one["port_bindings"] for one in chassis} == bound


def test_chassis() -> None:
    assert parse_show(LISTING)[2] == {
        "name": "c1",
        "hostname": "c1",
        "encaps": [{"type": "geneve", "ip": "172.31.0.11", "options": {"csum": "true"}}],
        "port_bindings": ["vm1"],
    }


def test_a_chassis_that_was_given_no_hostname() -> None:
    (chassis,) = parse_show('Chassis c9\n    Encap geneve\n        ip: "192.0.2.9"\n')
    assert (chassis["name"], chassis["hostname"], chassis["encaps"][0]["ip"]) == ("c9", None, "192.0.2.9")


def test_nothing() -> None:
    assert parse_show("") == []


@pytest.mark.parametrize(
    "text",
    [
        "ovn-sbctl: unix:/run/ovn/ovnsb_db.sock: database connection failed",
        "Chassis c3\n",
        LISTING[: LISTING.index('"172') + 5],
        LISTING[: LISTING.index("options") - 40],
        LISTING.replace('{csum="true"}', '{csum="true'),
        LISTING.replace("Port_Binding", "Port"),
        LISTING.replace("    hostname", "   hostname"),
        "Encap geneve\n",
    ],
)
def test_malformed(text: str) -> None:
    with pytest.raises(ParseError, match="ovn-sbctl show: cannot read line"):
        parse_show(text)
