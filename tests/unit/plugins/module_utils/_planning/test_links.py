# SPDX-License-Identifier: GPL-3.0-or-later
"""Operations for what a machine may hold; that they do what they should is tested with the module.

``Machine`` does to a list of interfaces what the kernel does for each operation. With it thousands of wirings can be
tried, each cut off somewhere.
"""

from __future__ import annotations

import random
from typing import Any, Iterable, Sequence

import pytest
from ansible_collections.packetwalk.labs.plugins.module_utils._parsing import _netem
from ansible_collections.packetwalk.labs.plugins.module_utils._planning import _links as planning
from ansible_collections.packetwalk.labs.plugins.module_utils._planning._link_ends import (
    MACHINE,
    End,
    Link,
    Place,
    Refused,
    marks,
)
from ansible_collections.packetwalk.labs.plugins.module_utils._planning._link_operations import (
    Change,
    Create,
    Delete,
    Impair,
    Interface,
    Operation,
    Present,
)
from ansible_collections.packetwalk.labs.plugins.module_utils._planning._links import Plan

SWITCHES = ("ops1", "ops2", "ops3", "ops4")
# Keys of namespaces: a switch has "ops1" for swns and "~ops1" for the container itself.
NAMESPACES = {
    MACHINE: "machine",
    **{Place(switch, "swns"): switch for switch in SWITCHES},
    **{Place(switch, "host"): f"~{switch}" for switch in SWITCHES},
}
HOMES = {switch: f"~{switch}" for switch in SWITCHES}
NETEM = _netem.wanted(20, None, None)


def end(text: str) -> End:
    """``ops1:1``, ``ops1:1<eth1`` or ``=br0:name``."""
    place, name = text.split(":")
    if place.startswith("="):
        return End(MACHINE, name, f"bridge/{place[1:]}:{name}", bridge=place[1:])
    name, _separator, interface = name.partition("<")
    return End(Place(place, "swns"), name, f"{place}:{name}", interface=interface or None)


def links(*texts: str, **more: Any) -> list[Link]:
    """``ops1:1-ops2:1``"""
    given = {"mtu_bytes": None, "netem": None, **more}
    return [Link(number, tuple(map(end, text.split("-"))), **given) for number, text in enumerate(texts, 1)]


class Machine:
    """Interfaces by namespace and index."""

    def __init__(self, netem: bool = True) -> None:
        self.interfaces: dict[tuple[str, int], Interface] = {}
        self.netem = netem
        self._ifindex = 100
        self.add("machine", "br0", kind="bridge")
        self.add("machine", "br1", kind="bridge")

    def add(self, namespace: str, name: str, **more: Any) -> Interface:
        self._ifindex += 1
        defaults = Interface(namespace, self._ifindex, name, "veth", "", 1500, True, None, None, None, (), None)
        found = defaults._replace(**more)
        assert not self._named(namespace, name), f"there is a {name} in {namespace}"
        self.interfaces[namespace, found.ifindex] = found
        return found

    def pair(self, one: tuple[str, str], other: tuple[str, str], **more: Any) -> None:
        first, second = self.add(*one, **more), self.add(*other, **more)
        self._set(first, peer_namespace=second.namespace, peer_ifindex=second.ifindex)
        self._set(second, peer_namespace=first.namespace, peer_ifindex=first.ifindex)

    def present(self) -> Present:
        return Present(NAMESPACES, {}, HOMES, list(self.interfaces.values()), self.netem)

    def apply(self, operations: Iterable[Operation]) -> None:
        for operation in operations:
            if isinstance(operation, Create):
                self._create(operation)
            elif isinstance(operation, Change):
                self._change(operation)
            elif isinstance(operation, Delete):
                found = self.interfaces.pop((operation.namespace, operation.ifindex))
                self.interfaces.pop((found.peer_namespace or "", found.peer_ifindex or 0), None)
            else:
                [found] = self._named(operation.namespace, operation.name)
                self._set(found, netem=operation.netem)

    def wiring(self) -> set[frozenset[tuple[str, str]]]:
        """The pairs of which one end at least has a mark."""
        pairs = set()
        for interface in self.interfaces.values():
            if interface.alias:
                peer = self.interfaces[interface.peer_namespace or "", interface.peer_ifindex or 0]
                pairs.add(frozenset({(interface.namespace, interface.name), (peer.namespace, peer.name)}))
        return pairs

    def _create(self, operation: Create) -> None:
        (namespace, index, name), (other, other_index, other_name) = operation.first, operation.second
        for key in ((namespace, index), (other, other_index)):
            assert key not in self.interfaces
        mtu_bytes = operation.mtu_bytes or 1500
        made = {"mtu_bytes": mtu_bytes, "up": False}
        peer = {"peer_namespace": other, "peer_ifindex": other_index}
        self.add(namespace, name, ifindex=index, **made, **peer)
        peer = {"peer_namespace": namespace, "peer_ifindex": index}
        self.add(other, other_name, ifindex=other_index, **made, **peer)
        self._change(operation.change)

    def _change(self, change: Change) -> None:
        found = self.interfaces[change.namespace, change.ifindex]
        if change.target is not None:
            # The kernel keeps the index where it is free.
            del self.interfaces[change.namespace, change.ifindex]
            ifindex = found.ifindex
            while (change.target, ifindex) in self.interfaces:
                ifindex += 1000
            lost: dict[str, Any] = {"addresses": (), "netem": None, "master": None, "up": False}
            found = self._set(found, namespace=change.target, ifindex=ifindex, **lost)
        if change.name is not None:
            # What is renamed in its place is taken down by the module.
            assert self._named(found.namespace, change.name) in ([], [found]), f"there is a {change.name}"
            found = self._set(found, name=change.name, up=False)
        if change.alias is not None:
            found = self._set(found, alias=change.alias)
        if change.mtu_bytes is not None:
            found = self._set(found, mtu_bytes=change.mtu_bytes)
        if change.master is not None:
            master = self.interfaces[found.namespace, change.master].name if change.master else None
            found = self._set(found, master=master)
        if change.up is not None:
            self._set(found, up=change.up)

    def _named(self, namespace: str, name: str) -> list[Interface]:
        return [each for each in self.interfaces.values() if (each.namespace, each.name) == (namespace, name)]

    def _set(self, interface: Interface, **changes: Any) -> Interface:
        changed = interface._replace(**changes)
        self.interfaces[changed.namespace, changed.ifindex] = changed
        key = (interface.peer_namespace or "", interface.peer_ifindex or 0)
        if key in self.interfaces and {"namespace", "ifindex"} & changes.keys():
            peer = self.interfaces[key]
            self.interfaces[key] = peer._replace(peer_namespace=changed.namespace, peer_ifindex=changed.ifindex)
        return changed


def wired(machine: Machine, wanted: Sequence[Link], only: bool = True) -> Plan:
    """Plan, carry out, and see that nothing is left to do."""
    plan = planning.wiring("t", wanted, only, machine.present())
    machine.apply(plan.operations)
    assert planning.wiring("t", wanted, only, machine.present()).operations == []
    return plan


def actions(plan: Plan) -> list[str]:
    return [outcome.action for outcome in plan.outcomes]


def kinds(plan: Plan) -> list[str]:
    return [type(operation).__name__ for operation in plan.operations]


def test_a_link_is_made_where_it_belongs_and_the_first_end_is_marked_at_once() -> None:
    machine = Machine()
    plan = planning.wiring("t", links("ops1:1-=br0:x", mtu_bytes=1400), False, machine.present())
    bridge = machine.present().interfaces[0].ifindex
    text = "ops1:1 to bridge/br0:x"
    first = Change(text, "ops1", 103, alias="packetwalk.lab=t ops1:1 to bridge/br0:x", up=True)
    second = Change(text, "machine", 104, alias="packetwalk.lab=t bridge/br0:x to ops1:1", master=bridge, up=True)
    assert plan.operations == [Create(text, ("ops1", 103, "1"), ("machine", 104, "x"), 1400, first), second]
    assert [outcome._replace(ends=()) for outcome in plan.outcomes] == [
        planning.Outcome((), "created", ((), ()), "", f"{text}\n    lab: t\n    bridge: br0\n    mtu_bytes: 1400\n")
    ]


@pytest.mark.parametrize(
    ("before", "after", "expected", "operations"),
    [
        (["ops1:1-ops2:1"], ["ops1:1-ops2:1"], ["unchanged"], []),
        # The order of the ends says nothing.
        (["ops1:1-ops2:1"], ["ops2:1-ops1:1"], ["unchanged"], []),
        # One end stays, whichever it is; its alias tells of the other one.
        (["ops1:1-ops2:1"], ["ops1:1-ops3:1"], ["moved"], ["Change", "Change"]),
        (["ops1:1-ops2:1"], ["ops3:1-ops2:1"], ["moved"], ["Change", "Change"]),
        (["ops1:1-ops2:1"], ["ops1:1-ops2:2"], ["moved"], ["Change", "Change"]),
        (["ops1:1-ops2:1"], ["ops1:1-=br0:x"], ["moved"], ["Change", "Change"]),
        (["ops1:1-=br0:x"], ["ops1:1-=br1:x"], ["changed"], ["Change", "Change"]),
        # Both ports are elsewhere: another cable.
        (["ops1:1-ops2:1"], ["ops3:1-ops4:1"], ["created", "removed"], ["Delete", "Create", "Change"]),
        # A port that is needed loses its cable.
        (
            ["ops1:1-ops2:1", "ops3:1-ops4:1"],
            ["ops1:1-ops3:1"],
            ["moved", "removed"],
            ["Delete", "Change", "Change"],
        ),
        # Two change places, so that one steps aside.
        (
            ["ops1:1-ops2:1", "ops1:2-ops2:2"],
            ["ops1:1-ops2:2", "ops1:2-ops2:1"],
            ["moved", "moved"],
            ["Change"] * 5,
        ),
        # And in a row, from its free end.
        (
            ["ops1:1-ops2:1", "ops1:2-ops2:2"],
            ["ops1:1-ops2:2", "ops1:2-ops2:3"],
            ["moved", "moved"],
            ["Change"] * 4,
        ),
        ([], ["ops1:1<eth1-ops2:1<eth1"], ["moved"], ["Change", "Change"]),
        (["ops1:1<eth1"], ["ops1:2<eth1"], ["moved"], ["Change"]),
        (["ops1:1<eth1"], ["ops1:1-ops2:1"], ["created", "released"], ["Change", "Create", "Change"]),
        (["ops1:1-ops2:1"], ["ops1:1<eth1"], ["moved", "removed"], ["Delete", "Change"]),
    ],
)
def test_one_wiring_becomes_another(
    before: list[str], after: list[str], expected: list[str], operations: list[str]
) -> None:
    machine = Machine()
    for switch in SWITCHES:
        machine.pair((f"~{switch}", "eth1"), ("machine", f"veth-{switch}"))
    wired(machine, links(*before))
    plan = wired(machine, links(*after))
    assert (actions(plan), kinds(plan)) == (expected, operations)


@pytest.mark.parametrize(
    ("before", "after", "kept", "lost"),
    [
        (
            "ops1:1-ops2:1",
            "ops1:1-ops3:1",
            {"ops1": ("10.0.0.1/24", "fd00::1/64")},
            [(), ("10.0.0.1/24", "fd00::1/64")],
        ),
        # A new name takes the interface down, and the kernel drops addresses of IPv6 then.
        ("ops1:1-ops2:1", "ops1:1-ops2:2", {"ops1": ("10.0.0.1/24", "fd00::1/64")}, [(), ("fd00::1/64",)]),
        ("ops1:1-ops2:1", "ops2:1-ops1:1", {}, [(), ()]),
        ("ops1:1-ops2:1", "ops3:1-ops4:1", {}, [(), ()]),
    ],
)
def test_addresses_that_get_lost_are_told(
    before: str, after: str, kept: dict[str, tuple[str, ...]], lost: list[tuple[str, ...]]
) -> None:
    machine = Machine()
    wired(machine, links(before))
    for key, interface in list(machine.interfaces.items()):
        if interface.kind == "veth":
            machine.interfaces[key] = interface._replace(addresses=("10.0.0.1/24", "fd00::1/64"))
    plan = wired(machine, links(after))
    assert list(plan.outcomes[0].lost) == lost
    for namespace, addresses in kept.items():
        assert [each.addresses for each in machine.interfaces.values() if each.namespace == namespace] == [addresses]
    if len(plan.outcomes) > 1:
        assert plan.outcomes[1].lost == (("10.0.0.1/24", "fd00::1/64"),) * 2


def test_up_and_down_belong_to_the_switch_once_it_is_plugged_in() -> None:
    machine = Machine()
    wired(machine, links("ops1:1-ops2:1"))
    assert all(interface.up for interface in machine.interfaces.values())
    for key, interface in list(machine.interfaces.items()):
        machine.interfaces[key] = interface._replace(up=False)
    assert kinds(wired(machine, links("ops1:1-ops2:1"))) == []
    wired(machine, links("ops1:1-ops3:1"))
    assert {each.namespace: each.up for each in machine.interfaces.values() if each.kind == "veth"} == {
        "ops1": False,
        "ops3": True,
    }


def test_without_only_other_links_stay() -> None:
    machine = Machine()
    wired(machine, links("ops1:1-ops2:1", "ops3:1-ops4:1"))
    assert actions(wired(machine, links("ops1:2-ops2:2"), only=False)) == ["created"]
    assert len(machine.wiring()) == 3
    assert actions(wired(machine, [])) == ["removed"] * 3


def test_what_others_made_is_adopted_between_the_wanted_ends_and_is_never_removed() -> None:
    machine = Machine()
    machine.pair(("ops1", "1"), ("ops2", "1"), up=False)
    wanted = links("ops1:1-ops2:1", mtu_bytes=1400)
    plan = wired(machine, wanted)
    assert actions(plan) == ["adopted"]
    assert (plan.outcomes[0].before, plan.outcomes[0].after) == (
        "ops1:1 to ops2:1\n    mtu_bytes: 1500\n",
        "ops1:1 to ops2:1\n    lab: t\n    mtu_bytes: 1400\n",
    )
    assert all(each.up and each.mtu_bytes == 1400 for each in machine.interfaces.values() if each.kind == "veth")
    gone = planning.removal("t", None, machine.present())
    assert actions(gone) == ["released"]
    machine.apply(gone.operations)
    assert [each.alias for each in machine.interfaces.values()] == [""] * 4


@pytest.mark.parametrize(
    ("wanted", "problem"),
    [
        ("ops4:6-ops2:1", "ops4:6 is an interface that is of lab other."),
        ("ops1:7-ops2:1", "ops1:7 is an interface that was not made for lab t."),
        ("ops1:8-ops2:1", "ops1:8 is an interface that was not made for lab t."),
        ("ops1:6-ops2:1", "ops1:6 is an interface that is of lab other."),
        ("ops1:1-=br9:x", "There is no bridge br9."),
        ("ops1:1-=wan:x", "wan is not a bridge of the kernel."),
        ("ops1:1<eth9", "ops1 has no interface eth9. Connect the container to a network first."),
        ("ops1:7<eth1", "ops1:7 is an interface that was not made for lab t."),
    ],
)
def test_what_is_not_of_the_lab_is_not_touched(wanted: str, problem: str) -> None:
    machine = Machine()
    machine.add("ops1", "7", kind="dummy")
    machine.add("machine", "wan", kind="ethernet")
    machine.pair(("ops1", "8"), ("ops3", "1"))
    machine.pair(("~ops1", "eth1"), ("machine", "veth1"))
    machine.apply(planning.wiring("other", links("ops1:6-ops4:6"), False, machine.present()).operations)
    with pytest.raises(Refused) as caught:
        planning.wiring("t", links(wanted), True, machine.present())
    assert caught.value.problems == [problem]
    assert planning.removal("t", None, machine.present()) == Plan([], [])


def test_an_adopted_pair_is_not_removed_for_a_port() -> None:
    machine = Machine()
    machine.pair(("ops1", "1"), ("ops2", "1"))
    wired(machine, links("ops1:1-ops2:1"))
    with pytest.raises(Refused, match="ops2:1 is an interface that was not made for lab t."):
        # The pair goes with the first of them, and the other end with nobody.
        planning.wiring("t", links("ops2:1<eth1"), True, _with_docker(machine).present())


def _with_docker(machine: Machine) -> Machine:
    machine.pair(("~ops2", "eth1"), ("machine", "veth1"))
    return machine


def test_places_that_are_missing_are_told_once() -> None:
    missing = {
        place: f"Container {place.switch} is not running." for place in (Place("ops1", "swns"), Place("ops1", "host"))
    }
    there = {place: key for place, key in NAMESPACES.items() if place.switch != "ops1"}
    present = Machine().present()._replace(namespaces=there, missing=missing)
    with pytest.raises(Refused) as caught:
        planning.wiring("t", links("ops1:1-ops2:1", "ops1:2<eth1"), True, present)
    assert caught.value.problems == ["Container ops1 is not running."]


def test_one_namespace_by_two_names_has_each_port_once() -> None:
    present = Machine().present()._replace(namespaces={**NAMESPACES, Place("ops2", "swns"): "ops1"})
    with pytest.raises(Refused, match="ops1:1 is in links 1 and 2."):
        planning.wiring("t", links("ops1:1-ops3:1", "ops2:1-ops4:1"), True, present)


def test_what_docker_made_is_on_one_network() -> None:
    machine = Machine()
    for number in (0, 1, 2):
        machine.pair((f"~ops{number + 1}", "eth1"), ("machine", f"veth{number}"))
        [veth] = [each for each in machine.interfaces.values() if each.name == f"veth{number}"]
        machine.interfaces["machine", veth.ifindex] = veth._replace(master=f"br{number // 2}")
    wired(machine, links("ops1:1<eth1-ops2:1<eth1"))
    with pytest.raises(Refused) as caught:
        planning.wiring("t", links("ops1:1<eth1-ops2:1<eth1-ops3:1<eth1"), True, machine.present())
    assert caught.value.problems == ["Link 1: its interfaces are not on one network, but on bridges br0 and br1."]


def test_what_docker_made_may_be_a_port_where_it_is() -> None:
    machine = Machine()
    machine.pair(("~ops1", "eth1"), ("machine", "veth1"))
    wanted = [Link(1, (End(Place("ops1", "host"), "1", "ops1/host:1", interface="eth1"),), None, None)]
    homes = {"~ops1": "~ops1"}
    plan = planning.wiring("t", wanted, True, machine.present()._replace(homes=homes))
    machine.apply(plan.operations)
    assert [operation.target for operation in plan.operations if isinstance(operation, Change)] == [None]
    plan = planning.removal("t", None, machine.present()._replace(homes=homes))
    assert plan.operations == [Change("ops1/host:1 from eth1", "~ops1", 103, name="eth1", alias="", up=True)]


def test_what_docker_made_is_given_back_unless_its_name_is_taken() -> None:
    machine = Machine()
    machine.pair(("~ops1", "eth1"), ("machine", "veth1"))
    wired(machine, links("ops1:1<eth1"))
    extra = machine.add("~ops1", "eth1")
    with pytest.raises(Refused, match="ops1:1 cannot be given back as eth1: its container has another eth1."):
        planning.removal("t", None, machine.present())
    del machine.interfaces["~ops1", extra.ifindex]
    with pytest.raises(Refused, match="ops1:1 cannot be given back as eth1: its container was not found."):
        planning.removal("t", None, machine.present()._replace(homes={}))
    plan = planning.removal("t", links("ops1:1<eth1"), machine.present())
    machine.apply(plan.operations)
    assert [(each.namespace, each.name, each.alias, each.up) for each in list(machine.interfaces.values())[-2:]] == [
        ("machine", "veth1", "", True),
        ("~ops1", "eth1", "", True),
    ]


@pytest.mark.parametrize(
    ("before", "after", "only_missing", "netems"),
    [
        (None, NETEM, ["Impair", "Impair"], [NETEM, NETEM]),
        (NETEM, NETEM, [], [NETEM, NETEM]),
        (NETEM, None, ["Impair", "Impair"], [None, None]),
    ],
)
def test_impairments_are_put_on_and_taken_off(before: Any, after: Any, only_missing: list[str], netems: Any) -> None:
    machine = Machine()
    wired(machine, links("ops1:1-ops2:1", netem=before))
    plan = wired(machine, links("ops1:1-ops2:1", netem=after))
    assert kinds(plan) == only_missing
    assert actions(plan) == ["changed" if only_missing else "unchanged"]
    assert [each.netem for each in machine.interfaces.values() if each.kind == "veth"] == netems


def test_impairments_go_with_an_end_that_moves() -> None:
    machine = Machine()
    wired(machine, links("ops1:1-ops2:1", netem=NETEM))
    plan = wired(machine, links("ops1:1-ops3:1", netem=NETEM))
    assert [operation for operation in plan.operations if isinstance(operation, Impair)] == [
        Impair("ops1:1 to ops3:1", "ops3", "1", NETEM)
    ]
    assert plan.outcomes[0].after == "ops1:1 to ops3:1\n    lab: t\n    impairments: delay 20 ms\n"


def test_a_kernel_without_netem_is_not_asked_for_it() -> None:
    machine = Machine(netem=False)
    plan = wired(machine, links("ops1:1-ops2:1", netem=NETEM))
    assert kinds(plan) == ["Create", "Change"]
    assert "impairments" not in plan.outcomes[0].after
    assert kinds(wired(machine, links("ops1:1-ops2:1", netem=NETEM))) == []


def test_the_removal_of_some_leaves_the_others() -> None:
    machine = Machine()
    wanted = links("ops1:1-ops2:1", "ops1:2-ops2:2")
    wired(machine, wanted)
    plan = planning.removal("t", links("ops2:2-ops1:2"), machine.present())
    assert [outcome.ends for outcome in plan.outcomes] == [("ops1:2", "ops2:2")]
    machine.apply(plan.operations)
    assert machine.wiring() == {frozenset({("ops1", "1"), ("ops2", "1")})}


def test_indices_are_told_once_they_are_known() -> None:
    machine = Machine()
    wanted = links("ops1:1-ops2:1")
    before = machine.present()
    plan = wired(machine, wanted)
    known = {"name": "ops1:1", "index": 103, "peer_index": 104, "addresses_lost": []}
    assert planning.report(wanted, plan, machine.present(), True)[0]["ends"][0] == known
    unknown = {**known, "index": None, "peer_index": None}
    assert planning.report(wanted, plan, before, False)[0]["ends"][0] == unknown


def _random_links(chance: random.Random) -> list[Link]:
    spots = [f"{switch}:{number}" for switch in SWITCHES for number in (1, 2, 3)]
    spots += [f"=br{chance.randrange(2)}:x{number}" for number in range(3)]
    chance.shuffle(spots)
    pairs = list(zip(spots[::2], spots[1::2]))[: chance.randrange(8)]
    return [
        link._replace(mtu_bytes=chance.choice((None, 1400)), netem=chance.choice((None, NETEM)))
        for link in links(*("-".join(pair) for pair in pairs))
    ]


@pytest.mark.parametrize("seed", range(300))
def test_any_wiring_is_reached_from_any_other_also_from_half_way(seed: int) -> None:
    chance = random.Random(seed)
    machine = Machine()
    machine.pair(("ops1", "theirs"), ("ops2", "theirs"))
    theirs = [each for each in machine.interfaces.values() if each.name == "theirs"]
    for _time in range(4):
        wanted = _random_links(chance)
        if chance.random() < 0.5:
            operations = planning.wiring("t", _random_links(chance), True, machine.present()).operations
            machine.apply(operations[: chance.randrange(len(operations) + 1)])
        wired(machine, wanted)
        assert machine.wiring() == {
            frozenset((NAMESPACES[each.place], each.name) for each in link.ends) for link in wanted
        }
        aliases = {mark.text for link in wanted for mark in marks("t", link)}
        assert {each.alias for each in machine.interfaces.values() if each.alias} == aliases
        assert all(each.up for each in machine.interfaces.values() if each.alias)
        masters = {each.name: each.bridge for link in wanted for each in link.ends if each.bridge}
        assert {each.name: each.master for each in machine.interfaces.values() if each.master} == masters
    machine.apply(planning.removal("t", None, machine.present()).operations)
    assert [each for each in machine.interfaces.values() if each.kind == "veth"] == theirs


@pytest.mark.parametrize("others", [(), ("ops1:2-ops3:1",)])
def test_a_placeholder_gives_way(others: tuple[str, ...]) -> None:
    machine = Machine()
    machine.apply(planning.wiring("lab", links("ops1:2-ops2:1"), False, machine.present()).operations)
    placeholder = machine.add("ops1", "1", kind="tun", alias="unwired")
    wanted = links("ops1:1-ops2:1", *others)
    plan = planning.wiring("lab", wanted, True, machine.present())
    assert plan.operations[0] == Delete("ops1:1 to ops2:1", "ops1", placeholder.ifindex)
    machine.apply(plan.operations)
    assert frozenset({("ops1", "1"), ("ops2", "1")}) in machine.wiring()
    assert planning.wiring("lab", wanted, True, machine.present()).operations == []


@pytest.mark.parametrize("change", [{"kind": "dummy"}, {"alias": "mine"}])
def test_what_is_no_placeholder_stays(change: dict[str, str]) -> None:
    machine = Machine()
    machine.add("ops1", "1", **{"kind": "tun", "alias": "unwired", **change})
    with pytest.raises(Refused, match="ops1:1 is an interface that was not made for lab lab"):
        planning.wiring("lab", links("ops1:1-ops2:1"), True, machine.present())
