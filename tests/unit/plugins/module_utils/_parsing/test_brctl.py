# SPDX-License-Identifier: GPL-3.0-or-later
"""``brctl show``."""

from __future__ import annotations

import pytest
from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._brctl import parse_show
from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._errors import ParseError

# Of the Swarm networking deep dive, whose page lost the blanks.
WITHOUT_BLANKS = """\
bridge name bridge id STP enabled interfaces
docker0 8000.02425dcabce4 no veth3850215
docker_gwbridge 8000.0242105642b6 no veth4dae0de
ov-001000-wo0i1 8000.1e8f6f3278a0 no vethc978c4b
vx-001000-wo0i1
"""
TABS = (
    "bridge name\tbridge id\t\tSTP enabled\tinterfaces\n"
    "docker0\t\t8000.02426ed8205f\tno\t\t\n"
    "br0\t\t8000.32520c129a68\tyes\t\tveth0\n"
    "\t\t\t\t\t\t\tvxlan0\n"
)


def test_as_printed() -> None:
    assert parse_show(TABS) == [
        {"name": "docker0", "identifier": "8000.02426ed8205f", "stp": False, "ports": []},
        {"name": "br0", "identifier": "8000.32520c129a68", "stp": True, "ports": ["veth0", "vxlan0"]},
    ]


def test_lost_blanks_do_not_matter() -> None:
    assert [(bridge["name"], bridge["ports"]) for bridge in parse_show(WITHOUT_BLANKS)] == [
        ("docker0", ["veth3850215"]),
        ("docker_gwbridge", ["veth4dae0de"]),
        ("ov-001000-wo0i1", ["vethc978c4b", "vx-001000-wo0i1"]),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "",
        TABS.splitlines()[1],
        TABS.splitlines()[0] + "\n\tveth0\n",
        TABS.splitlines()[0] + "\ndocker0\t\t8000.0242\tno\n",
        TABS + "br1\t\tcan't get info Operation not supported\n",
    ],
    ids=["empty", "no header", "port without bridge", "cut identifier", "an error among the bridges"],
)
def test_broken_listing(text: str) -> None:
    with pytest.raises(ParseError, match="brctl show: cannot read"):
        parse_show(text)
