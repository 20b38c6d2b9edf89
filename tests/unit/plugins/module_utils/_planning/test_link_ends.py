# SPDX-License-Identifier: GPL-3.0-or-later
"""Links from the rows of the option, and what is refused whatever there is."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.packetwalk.labs.plugins.module_utils._planning import _link_ends
from ansible_collections.packetwalk.labs.plugins.module_utils._planning._link_ends import (
    MACHINE,
    End,
    Link,
    Mark,
    Place,
    Refused,
)

NOTHING = dict.fromkeys(("switch", "namespace", "port", "bridge", "interface"))
UNSET = dict.fromkeys(("mtu_bytes", "delay_milliseconds", "loss_percent", "rate_kilobits"))


def row(*ends: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {**UNSET, "ends": [{**NOTHING, **end} for end in ends], **more}


def port(switch: str, name: str, **more: Any) -> dict[str, Any]:
    return {"switch": switch, "port": name, **more}


def links(*rows: dict[str, Any], lab: str = "t", listed: Any = (), ports: int | None = None) -> list[Link]:
    return _link_ends.links(lab, rows, _link_ends.switches(rows, listed, ports))


OPS1, OPS2 = port("ops1", "1"), port("ops2", "1")
HOST1 = {"namespace": "host1", "port": "eth0"}


@pytest.mark.parametrize(
    ("end", "expected"),
    [
        (OPS1, End(Place("ops1", "swns"), "1", "ops1:1")),
        (port("ops1", "1", namespace="swns"), End(Place("ops1", "swns"), "1", "ops1:1")),
        (port("ops1", "1", namespace="blue"), End(Place("ops1", "blue"), "1", "ops1/blue:1")),
        (port("ops1", "eth0", namespace="host"), End(Place("ops1", "host"), "eth0", "ops1/host:eth0")),
        (port("leaf1", "1"), End(Place("leaf1", "front"), "1", "leaf1:1")),
        (HOST1, End(Place(None, "host1"), "eth0", "namespace/host1:eth0")),
        ({"namespace": "host", "port": "tap"}, End(MACHINE, "tap", "namespace/host:tap")),
        ({"bridge": "br0", "port": "tap"}, End(MACHINE, "tap", "bridge/br0:tap", bridge="br0")),
        ({"bridge": "br0"}, End(MACHINE, "ops21-2012e", "bridge/br0:ops21-2012e", bridge="br0")),
    ],
)
def test_an_end_has_a_place_a_name_and_a_label(end: dict[str, Any], expected: End) -> None:
    [link] = links(row(end, OPS2), listed=[{"name": "leaf1", "namespace": "front", "ports": None}])
    assert link.ends[0] == expected


def test_the_name_on_a_bridge_depends_on_the_other_end_and_the_lab() -> None:
    bridge = {"bridge": "br0"}
    names = [
        link.ends[0].name
        for lab in ("t", "u")
        for link in links(row(bridge, OPS1), row(bridge, OPS2), row(bridge, port("a-long-name", "12")), lab=lab)
    ]
    assert len(set(names)) == 6
    assert max(map(len, names)) == 15


def test_what_a_link_is_called() -> None:
    taken = row(port("ops1", "1", interface="eth1"), port("ops2", "2", interface="eth2"))
    assert [link.text for link in links(row(OPS1, HOST1))] == ["ops1:1 to namespace/host1:eth0"]
    assert [link.text for link in links(taken)] == ["ops1:1 from eth1, ops2:2 from eth2"]


@pytest.mark.parametrize(
    ("rows", "options", "problems"),
    [
        (
            [row(OPS1, OPS2), row(OPS1, HOST1), row(OPS1, port("ops3", "1"))],
            {},
            ["ops1:1 is in links 1, 2 and 3."],
        ),
        ([row(OPS1, OPS1)], {}, ["ops1:1 is more than one end of link 1."]),
        (
            [row(port("ops1", "1", interface="eth1")), row(port("ops1", "2", interface="eth1"))],
            {},
            ["eth1 of ops1 is in links 1 and 2."],
        ),
        ([row(OPS1)], {}, ["Link 1 has 1 ends, and not two."]),
        ([row()], {}, ["Link 1 has 0 ends, and not two."]),
        ([row(OPS1, OPS2, HOST1)], {}, ["Link 1 has 3 ends, and not two."]),
        (
            [row(port("ops1", "1", interface="eth1"), OPS2)],
            {},
            ["Link 1: some ends are interfaces that Docker made, and some are not."],
        ),
        (
            [row(port("ops1", "9"), port("ops2", "0")), row(port("ops1", "01"), port("ops2", "2"))],
            {"ports": 8},
            [
                "Link 1: ops1 has ports 1 to 8, and no port 9.",
                "Link 1: ops2 has ports 1 to 8, and no port 0.",
                "Link 2: ops1 has ports 1 to 8, and no port 01.",
            ],
        ),
        (
            [row(port("ops1", "9"), port("ops2", "9"))],
            {"ports": 8, "listed": [{"name": "ops1", "namespace": "swns", "ports": 16}]},
            ["Link 1: ops2 has ports 1 to 8, and no port 9."],
        ),
        (
            [row(port("ops1", "a-very-long-name"), OPS2)],
            {},
            [
                "Link 1: 'a-very-long-name' cannot be the name of an interface: it has 16 characters, and 15 are "
                "possible."
            ],
        ),
        *(
            ([row(port("ops1", name), OPS2)], {}, [f"Link 1: {name!r} cannot be the name of an interface."])
            for name in ("", ".", "..", "a/b", "a b", "a:b", "veth%d", "a\n")
        ),
        *(
            (
                [row(port("ops1", "1", namespace=name), OPS2)],
                {},
                [f"Link 1: {name!r} cannot be the name of a switch or a namespace."],
            )
            for name in ("", "..", "a/b", "a b")
        ),
        (
            [row(OPS1, OPS2, mtu_bytes=67), row(port("ops1", "2"), HOST1, mtu_bytes=65536)],
            {},
            [
                "Link 1: mtu_bytes is 67, which is not between 68 and 65535.",
                "Link 2: mtu_bytes is 65536, which is not between 68 and 65535.",
            ],
        ),
        (
            [row(OPS1, OPS2, delay_milliseconds=-1.0, loss_percent=101.0, rate_kilobits=10**9)],
            {},
            [
                "Link 1: delay_milliseconds is -1.0, which is not between 0 and 274877.",
                "Link 1: loss_percent is 101.0, which is not between 0 and 100.",
                "Link 1: rate_kilobits is 1000000000, which is not between 0 and 34359738.",
            ],
        ),
        (
            [row(OPS1, OPS2, delay_milliseconds=float("nan"))],
            {},
            ["Link 1: delay_milliseconds is nan, which is not between 0 and 274877."],
        ),
        ([], {"lab": "a b"}, ["'a b' cannot be the name of a lab."]),
        (
            [row(port("a" * 120, "1"), port("b" * 120, "1"))],
            {},
            ["Link 1: its names do not fit into an alias, which has 255 bytes."],
        ),
    ],
)
def test_refused(rows: list[dict[str, Any]], options: dict[str, Any], problems: list[str]) -> None:
    with pytest.raises(Refused) as caught:
        links(*rows, **options)
    assert caught.value.problems == problems
    assert str(caught.value) == " ".join(problems)


def test_ports_are_counted_in_the_namespace_of_the_switch_only() -> None:
    assert links(row(port("ops1", "eth7", namespace="host"), HOST1), ports=8)[0].ends[0].name == "eth7"


@pytest.mark.parametrize(
    ("alias", "mark"),
    [
        ("packetwalk.lab=t ops1:1 to ops2:1", Mark("t", "ops1:1", "to", "ops2:1")),
        ("packetwalk.lab=t ops1:1 to ops2:1 adopted", Mark("t", "ops1:1", "to", "ops2:1", True)),
        ("packetwalk.lab=t ops1:1 from eth1", Mark("t", "ops1:1", "from", "eth1")),
    ],
)
def test_a_mark_is_read_as_it_was_written(alias: str, mark: Mark) -> None:
    assert _link_ends.mark_of(alias) == mark
    assert mark.text == alias


@pytest.mark.parametrize(
    "alias",
    ["", "uplink", "packetwalk ovn vm1", "packetwalk.lab=t", "packetwalk.lab=t a of b", "packetwalk.lab=t  to b x y"],
)
def test_other_aliases_are_no_marks(alias: str) -> None:
    assert _link_ends.mark_of(alias) is None
