# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""A state document with indexes: what the stages of a walk ask, each answered once and remembered."""

from __future__ import annotations

import contextlib
import re
from collections import defaultdict
from collections.abc import Iterator
from functools import cached_property
from typing import Any

from ansible_collections.packetwalk.labs.plugins.plugin_utils._state import Unknown, read
from ansible_collections.packetwalk.labs.plugins.plugin_utils._swarm import short_name
from ansible_collections.packetwalk.labs.plugins.plugin_utils._walking import _addresses, _contiv, _routes
from ansible_collections.packetwalk.labs.plugins.plugin_utils._walking._logical_addresses import addresses_of
from ansible_collections.packetwalk.labs.plugins.plugin_utils._walking._logical_flows import LogicalFlows
from ansible_collections.packetwalk.labs.plugins.plugin_utils._walking._machines import Servers
from ansible_collections.packetwalk.labs.plugins.plugin_utils._walking._pairs import End, Pairs, other_by_mark
from ansible_collections.packetwalk.labs.plugins.plugin_utils._walking._switches import Question, Switch
from ansible_collections.packetwalk.labs.plugins.plugin_utils._walking._wires import Wires, subnets

Row = dict[str, Any]

# Neighbour states with a MAC address that the kernel uses (NUD_VALID of include/net/neighbour.h).
_WITH_MAC = frozenset(["permanent", "noarp", "reachable", "stale", "delay", "probe"])


class Namespace:
    """One network namespace of a node. Every attribute raises Unknown when the state could not tell it."""

    def __init__(self, node: str, name: str, content: Row, capabilities: Row) -> None:
        self.node = node
        self.name = name
        self.content = content
        self._capabilities = capabilities
        self.base_chains: dict[tuple[str, str], list[Any]] = {}  # by family and hook; kept by _netfilter.py
        self._tables: dict[str, _routes.Tables] = {}

    def kernel_lacks(self, feature: str) -> bool:
        """Whether the node's kernel is known not to have a feature, so that nothing can be set up with it."""
        return self._capabilities.get("features", {}).get(feature, {}).get("present") is False

    @property
    def kernel(self) -> tuple[int, ...]:
        """The first two numbers of the kernel's version; a new one when it is not known."""
        numbers = re.match(r"(\d+)\.(\d+)", str(self._capabilities.get("kernel")))
        return tuple(map(int, numbers.groups())) if numbers else (99, 0)

    @property
    def where(self) -> str:
        """How people call it: the container, the node, or the namespace of the node."""
        container = self.content.get("container")
        if container:
            return f"{short_name(container['name'])} on {self.node}"
        return self.node if self.name == "host" else f"{self.name} on {self.node}"

    @property
    def container(self) -> str | None:
        container = self.content.get("container")
        return container["name"] if container else None

    @cached_property
    def links(self) -> dict[str, Row]:
        """By name."""
        return {link["name"]: link for link in read(self.content, "links")}

    @cached_property
    def links_by_index(self) -> dict[int, Row]:
        return {link["index"]: link for link in self.links.values()}

    @cached_property
    def ports(self) -> dict[str, list[Row]]:
        """Links by the name of the bridge that they are ports of."""
        found: dict[str, list[Row]] = defaultdict(list)
        for link in self.links.values():
            if link.get("master"):
                found[link["master"]].append(link)
        return found

    @cached_property
    def addresses(self) -> dict[str, Row]:
        """Local addresses with their rows."""
        return {row["address"]: row for row in read(self.content, "addresses")}

    def addresses_of(self, device: str, family: str) -> list[Row]:
        return [row for row in self.addresses.values() if row["device"] == device and row["family"] == family]

    def routes_of(self, device: str, family: str) -> list[Row]:
        """Routes of the main table that lead out of a device."""
        return [
            row
            for row in read(self.content, "routes")
            if row["device"] == device and row["family"] == family and row["table"] == 254
        ]

    @cached_property
    def neighbours(self) -> dict[tuple[str, str], Row]:
        """By device and address: rows that have a MAC address to use."""
        return {
            (row["device"], row["address"]): row
            for row in read(self.content, "neighbours")
            if row["mac"] and not _WITH_MAC.isdisjoint(row["states"])
        }

    @cached_property
    def tunnel_rows(self) -> dict[tuple[str, str], list[Row]]:
        """Rows of the fdb that tunnel devices have for themselves, by device and MAC address."""
        found: dict[tuple[str, str], list[Row]] = defaultdict(list)
        for row in read(self.content, "fdb"):
            if "self" in row["flags"]:
                found[row["device"], row["mac"]].append(row)
        return found

    @cached_property
    def bridge_rows(self) -> dict[tuple[str, str], list[Row]]:
        """Rows of bridges' fdb by bridge and MAC address; the device of a row is the port, or the bridge itself."""
        found: dict[tuple[str, str], list[Row]] = defaultdict(list)
        for row in read(self.content, "fdb"):
            if "master" in row["flags"]:
                link = self.links.get(row["device"], {})
                found[link.get("master", row["device"]), row["mac"]].append(row)
        return found

    def tables(self, family: str) -> _routes.Tables:
        if family not in self._tables:
            self._tables[family] = _routes.Tables(read(self.content, "routes"), read(self.content, "rules"), family)
        return self._tables[family]

    @property
    def _virtual_services(self) -> list[Row]:
        try:
            services: list[Row] = read(self.content, "ipvs")
        except Unknown as reason:
            # Without the module nothing can be set up.
            if self.kernel_lacks("ip_vs") or "not loaded" in str(reason):
                return []
            raise
        return services

    @cached_property
    def ipvs_by_mark(self) -> dict[int, Row]:
        return {row["mark"]: row for row in self._virtual_services if row["kind"] == "fwmark"}

    @cached_property
    def ipvs_by_address(self) -> dict[tuple[str, str, int], Row]:
        return {
            (row["protocol"], row["address"], row["port"]): row
            for row in self._virtual_services
            if row["kind"] == "address"
        }

    @cached_property
    def sockets(self) -> dict[tuple[str, int], list[Row]]:
        """Listening sockets by protocol and port."""
        found: dict[tuple[str, int], list[Row]] = defaultdict(list)
        for row in read(self.content, "sockets"):
            found[row["protocol"], row["port"]].append(row)
        return found

    def is_broadcast(self, address: str) -> bool:
        return address == _addresses.LIMITED_BROADCAST or self.address_type(address) == "broadcast"

    def address_type(self, address: str) -> str | None:
        """The type of address that netfilter's addrtype and the routing decision see; null when it is not known."""
        if _addresses.is_multicast(address):
            return "multicast"
        row = self.tables("ipv6" if ":" in address else "ipv4").find(255, address)
        return row["type"] if row and row["type"] in ("local", "broadcast", "anycast") else "unicast"


class World:
    """All namespaces of a state document; made in no time, as every index is made when it is first asked for."""

    def __init__(self, document: Row) -> None:
        self.document = document
        self._namespaces: dict[tuple[str, str], Namespace] = {}
        self._switches: dict[str, Switch] = {}
        self.questions: dict[
            Question, None
        ] = {}  # those for Open vSwitch that nobody asked yet; kept by _open_vswitch.py
        self._on_top: dict[str, dict[tuple[str, str, int], list[tuple[Namespace, Row]]]] = {}
        self.answers: dict[Any, Any] = {}  # what ARP found, by who asked for what; kept by _neighbour.py

    def namespace(self, node: str, name: str) -> Namespace:
        """Raises Unknown when the node could not be read, or has no such namespace."""
        key = (node, name)
        if key not in self._namespaces:
            content = self.document["nodes"][node]
            capabilities = content.get("capabilities") or {}
            found = read(read(content, "namespaces"), name)
            if found.get("links") is None and found.get("reason"):
                raise Unknown(found["reason"])
            self._namespaces[key] = Namespace(node, name, found, capabilities)
        return self._namespaces[key]

    def all_namespaces(self) -> Iterator[Namespace]:
        """Those that could be read."""
        for node, content in self.document["nodes"].items():
            for name, namespace in (content.get("namespaces") or {}).items():
                if namespace.get("links") is not None:
                    yield self.namespace(node, name)

    def unread(self, node: str) -> dict[str, str]:
        """Namespaces of a node that could not be read, with the reason; all of them as one when the node could not."""
        return {
            name: content.get("reason") or content.get("links_reason") or "the state does not have its links"
            for name, content in (self.document["nodes"][node].get("namespaces") or {}).items()
            if content.get("links") is None
        }

    @cached_property
    def unread_nodes(self) -> list[str]:
        """Nodes whose devices to the outside are not known."""
        return [
            node
            for node, content in self.document["nodes"].items()
            if content.get("namespaces") is None or "host" in self.unread(node)
        ]

    def leaves_node(self, namespace: Namespace, link: Row) -> bool:
        """Whether a link leads to the network between nodes: hardware, and a veth device whose other end is on none."""
        if link["kind"] == "ethernet":
            return True
        if link["kind"] not in ("veth", None) or (link.get("peer") or {}).get("namespace"):
            return False
        if other_by_mark(link) or self.other_ends(namespace, link):
            return False
        # Somebody may have given a node's own device to a namespace with a name; what a container has was made for it.
        if namespace.name != "host" and (namespace.content.get("kind") != "named" or link.get("master")):
            return False
        # The other end may as well be in a namespace that could not be read, but for a node's own devices.
        owned = namespace.name == "host" and not link.get("master")
        return owned or not self.unread(namespace.node)

    @cached_property
    def _pairs(self) -> Pairs:
        """Of veth devices, but for what a node's own engine has put into containers: that leads to the node itself."""
        return Pairs(
            End(namespace.node, namespace.name, link)
            for namespace in self.all_namespaces()
            if namespace.content.get("kind") in ("host", "named")
            for link in namespace.content["links"]
            if link["kind"] == "veth" and link.get("peer") and not link["peer"]["namespace"]
        )

    def other_ends(self, namespace: Namespace, link: Row) -> list[tuple[Namespace, Row]]:
        """Links of other nodes that may be the other end of a veth device: it, when it is one; none when unknown."""
        found = self._pairs.others(End(namespace.node, namespace.name, link))
        return [(self.namespace(end.node, end.namespace), end.link) for end in found]

    @cached_property
    def tunnel_ends(self) -> dict[tuple[str, str | None], list[tuple[Namespace, Row]]]:
        """VXLAN devices by node and the namespace of their underlay."""
        found: dict[tuple[str, str | None], list[tuple[Namespace, Row]]] = defaultdict(list)
        for namespace in self.all_namespaces():
            for link in namespace.content["links"]:
                if link["kind"] == "vxlan":
                    found[namespace.node, link["vxlan"]["underlay_namespace"]].append((namespace, link))
        return found

    def switch(self, node: str) -> Switch:
        """Raises Unknown when there is one that could not be read."""
        if node not in self._switches:
            content = self.document["nodes"][node]
            self._switches[node] = Switch(read(content, "ovs") if "ovs" in content else {})
        return self._switches[node]

    def switch_of(self, namespace: Namespace, device: str) -> str | None:
        """The bridge of Open vSwitch that takes what comes to a device. Raises Unknown."""
        switch = self.switch(namespace.node)
        # What comes to an internal port is for the namespace.
        taken = self.is_switching(namespace) and (switch.interface(device) or {}).get("type") != "internal"
        return switch.bridge_of(device) if taken else None

    def switching(self, node: str) -> str:
        """The namespace in which Open vSwitch of a node has its ports. Raises Unknown."""
        inode = self.switch(node).namespace_inode
        named = (self.document["nodes"][node].get("namespaces") or {}).items() if inode else ()
        return next((name for name, content in named if content.get("inode") == inode), "host")

    def is_switching(self, namespace: Namespace) -> bool:
        """Raises Unknown."""
        return self.switching(namespace.node) == namespace.name

    @cached_property
    def servers(self) -> Servers:
        return Servers(self.document)

    @cached_property
    def logical_flows(self) -> LogicalFlows:
        return LogicalFlows(self.document["control"].get("ovn_sb"))

    @cached_property
    def logical_addresses(self) -> frozenset[str]:
        """Addresses and MAC addresses that OVN and Contiv give."""
        control = self.document["control"]
        of_ovn = addresses_of(control.get("ovn_nb"), control.get("ovn_sb"))
        return of_ovn | _contiv.addresses_of(control.get("contiv"))

    def devices_on_top(self, node: str) -> dict[tuple[str, str, int], list[tuple[Namespace, Row]]]:
        """Devices made on another, by kind and by the namespace and the index of that other, on one node."""
        if node not in self._on_top:
            found: dict[tuple[str, str, int], list[tuple[Namespace, Row]]] = defaultdict(list)
            for name, content in (self.document["nodes"][node].get("namespaces") or {}).items():
                for link in content.get("links") or []:
                    if link.get("parent"):
                        parent = link["parent"]
                        found[link["kind"], parent["namespace"] or name, parent["index"]].append(
                            (self.namespace(node, name), link)
                        )
            self._on_top[node] = found
        return self._on_top[node]

    @cached_property
    def outward(self) -> list[tuple[Namespace, Row]]:
        """Links that leave their node: hardware, and veth devices whose other end is not on the node."""
        return [
            (namespace, link)
            for namespace in self.all_namespaces()
            for link in namespace.content["links"]
            if self.leaves_node(namespace, link)
        ]

    @cached_property
    def _outward_switched(self) -> list[tuple[Namespace, Row]]:
        """Those of ``outward`` behind which anybody may be: ports of bridges."""
        return [
            (namespace, link)
            for namespace, link in self.outward
            if link.get("master") or self._switched(namespace, link["name"])
        ]

    def _switched(self, namespace: Namespace, device: str) -> bool:
        try:
            return self.is_switching(namespace) and self.switch(namespace.node).bridge_of(device) is not None
        except Unknown:
            return namespace.name == "host"

    @cached_property
    def _wires(self) -> Wires:
        return Wires({_end(*one): set(self._marks(*one)) for one in self.outward})

    def _marks(self, namespace: Namespace, link: Row) -> Iterator[str]:
        """What two devices on one wire have in common: a subnet, or OVN's name for the network behind a bridge."""
        for holder, device in self._stack(namespace, link):
            rows = holder.content.get("addresses") or []
            yield from subnets(row for row in rows if row["device"] == device["name"])
        with contextlib.suppress(Unknown):
            if self.is_switching(namespace):
                yield from self.switch(namespace.node).physical_networks(link["name"])

    def switched_beyond(self, namespace: Namespace, link: Row) -> list[tuple[Namespace, Row]]:
        """Ports of bridges by which their nodes are left, but for those on another wire than a link."""
        sender = _end(namespace, link)
        return [one for one in self._outward_switched if not self._wires.apart(sender, _end(*one))]

    @cached_property
    def outward_by_mac(self) -> dict[str, list[tuple[Namespace, Row]]]:
        """Where a frame to a MAC address arrives: that of the link, of its bridge, or of a device on top of it."""
        found: dict[str, list[tuple[Namespace, Row]]] = defaultdict(list)
        for namespace, link in self.outward:
            for mac in {row["mac"] for _namespace, row in self._stack(namespace, link) if row["mac"]}:
                found[mac].append((namespace, link))
        return found

    @cached_property
    def outward_by_address(self) -> dict[str, list[tuple[Namespace, Row]]]:
        found: dict[str, list[tuple[Namespace, Row]]] = defaultdict(list)
        for namespace, link in self.outward:
            for holder, device in self._stack(namespace, link):
                for row in holder.content.get("addresses") or []:
                    if row["device"] == device["name"]:
                        found[row["address"]].append((namespace, link))
        return found

    def _stack(self, namespace: Namespace, link: Row) -> list[tuple[Namespace, Row]]:
        """A link with its bridge and all devices made on them, in whatever namespace these are."""
        stack = [(namespace, row) for row in (link, namespace.links.get(link.get("master") or "")) if row]
        with contextlib.suppress(Unknown):
            if self.is_switching(namespace):
                ports = self.switch(namespace.node).internal_beside(link["name"])
                stack += [(namespace, namespace.links[port]) for port in ports if port in namespace.links]
        on_top = self.devices_on_top(namespace.node)
        for holder, row in stack:
            for kind in ("vlan", "macvlan"):
                stack += on_top.get((kind, holder.name, row["index"]), [])
        return stack


def _end(namespace: Namespace, link: Row) -> tuple[str, str, str]:
    return namespace.node, namespace.name, link["name"]


def is_up(link: Row) -> bool:
    return "up" in link["flags"]


def has_carrier(link: Row) -> bool:
    return "lower_up" in link["flags"]
