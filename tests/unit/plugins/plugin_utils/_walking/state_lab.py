# SPDX-License-Identifier: GPL-3.0-or-later
"""State documents made by hand (docs/state.md): namespaces with devices, addresses and rules in a few words.

lab = Lab()
left, right = lab.namespace("left"), lab.namespace("right")
lab.wire(left, "eth0", "10.0.0.1/24", right, "eth0", "10.0.0.2/24")
right.listen("tcp", 80)
walk = lab.send(left, "10.0.0.2")
"""

from __future__ import annotations

import ipaddress
import itertools
from typing import Any

from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._iptables import parse_save
from ansible_collections.packetwalk.labs.plugins.plugin_utils._walking._engine import Engine
from ansible_collections.packetwalk.labs.plugins.plugin_utils._walking._hop import Place, Walk
from ansible_collections.packetwalk.labs.plugins.plugin_utils._walking._packet import Packet
from ansible_collections.packetwalk.labs.plugins.plugin_utils._walking._world import World

Row = dict[str, Any]

_CHAINS = {
    "raw": ("PREROUTING", "OUTPUT"),
    "mangle": ("PREROUTING", "INPUT", "FORWARD", "OUTPUT", "POSTROUTING"),
    "nat": ("PREROUTING", "INPUT", "OUTPUT", "POSTROUTING"),
    "filter": ("INPUT", "FORWARD", "OUTPUT"),
}
_DEFAULT_RULES = ((0, 255), (32766, 254), (32767, 253))
_LIMITED = {"ipv4": 3, "ipv6": 2}  # IPv6 has no table 253


class Namespace:
    """One namespace under construction; ``content`` is its part of the state document."""

    def __init__(self, name: str, node: str, numbers: Any) -> None:
        self.name = name
        self.node = node
        self._numbers = numbers
        self.content: Row = {
            "inode": next(numbers),
            "kind": "host" if name == "host" else "named",
            "path": f"/run/netns/{name}",
            "links": [],
            "addresses": [],
            "routes": [],
            "rules": [
                rule(priority, table, family=family)
                for family, count in _LIMITED.items()
                for priority, table in _DEFAULT_RULES[:count]
            ],
            "neighbours": [],
            "fdb": [],
            "bridge_netfilter": {"ipv4": False, "ipv6": False, "arp": False},
            "netfilter": {"backend": "none", "tables": {}, "tables_ipv6": {}, "nft": []},
            "ipvs": [],
            "sockets": [],
        }
        self._lines: dict[tuple[str, str], list[str]] = {}
        self.device("lo", "loopback", mac="00:00:00:00:00:00", mtu_bytes=65536)
        self.address("lo", "127.0.0.1/8", scope="host")
        self.address("lo", "::1/128", scope="host")

    def device(self, name: str, kind: str, **fields: Any) -> Row:
        number = next(self._numbers)
        row = {
            "name": name,
            "index": number,
            "kind": kind,
            "mac": f"02:00:00:00:{number >> 8:02x}:{number & 255:02x}",
            "mtu_bytes": 1500,
            "flags": ["broadcast", "lower_up", "multicast", "up"],
            "operational_state": "up",
            "ipv4": {
                "forwarding": False,
                "proxy_arp": False,
                "rp_filter": 0,
                "route_localnet": False,
                "arp_ignore": 0,
                "accept_local": False,
            },
            "ipv6": {"forwarding": False, "disabled": False, "proxy_ndp": False},
            **fields,
        }
        if kind == "bridge":
            row.setdefault("bridge", {"vlan_filtering": False, "ageing_seconds": 300.0, "stp": False})
        if "master" in fields:
            row.setdefault("port", port())
        self.content["links"].append(row)
        return row

    def link(self, name: str) -> Row:
        return next(row for row in self.content["links"] if row["name"] == name)

    def address(self, device: str, with_prefix: str, scope: str = "global") -> None:
        """An address with the routes that the kernel makes for it."""
        interface = ipaddress.ip_interface(with_prefix)
        family = f"ipv{interface.version}"
        address = str(interface.ip)
        self.content["addresses"].append(
            {
                "device": device,
                "address": address,
                "prefix_length": interface.network.prefixlen,
                "family": family,
                "scope": scope,
                "label": device,
            }
        )
        bits = interface.max_prefixlen
        source = address if family == "ipv4" else None
        self.route(f"{address}/{bits}", device, table=255, type="local", source=source, protocol="kernel")
        if device == "lo" and family == "ipv4" and address.startswith("127."):
            self.route(str(interface.network), device, table=255, type="local", source=source, protocol="kernel")
        elif interface.network.prefixlen < bits:
            self.route(str(interface.network), device, source=source, protocol="kernel")
            if family == "ipv4":
                last = f"{interface.network.broadcast_address}/32"
                self.route(last, device, table=255, type="broadcast", source=source, protocol="kernel")

    def route(self, destination: str, device: str | None = None, gateway: str | None = None, **fields: Any) -> None:
        family = "ipv6" if ":" in f"{destination}{gateway}" else "ipv4"
        self.content["routes"].append(
            {
                "destination": destination,
                "gateway": gateway,
                "device": device,
                "source": None,
                "table": 254,
                "metric": 0,
                "protocol": "boot",
                "scope": "global",
                "type": "unicast",
                "family": family,
                **fields,
            }
        )

    def routing_rule(self, priority: int, table: int | None, **fields: Any) -> None:
        self.content["rules"].append(rule(priority, table, **fields))

    def neighbour(self, address: str, mac: str, device: str, state: str = "permanent") -> None:
        family = "ipv6" if ":" in address else "ipv4"
        row = {"address": address, "mac": mac, "device": device, "states": [state], "flags": [], "family": family}
        self.content["neighbours"].append(row)

    def fdb(self, mac: str, device: str, destination: str | None = None, **fields: Any) -> None:
        """A row of a tunnel device where there is a destination, else of a bridge."""
        row = {
            "mac": mac,
            "device": device,
            "destination": destination,
            "states": ["permanent"] if destination else ["reachable"],
            "flags": ["self"] if destination else ["master"],
            "vlan": None,
            "vni": None,
            "port": None,
            **fields,
        }
        self.content["fdb"].append(row)

    def forward(self) -> Namespace:
        for link in self.content["links"]:
            link["ipv4"]["forwarding"] = link["ipv6"]["forwarding"] = True
        return self

    def listen(self, protocol: str, number: int, address: str = "0.0.0.0") -> None:
        family = "ipv6" if ":" in address else "ipv4"
        row = {"protocol": protocol, "address": address, "port": number, "family": family, "inode": next(self._numbers)}
        self.content["sockets"].append(row)

    def iptables(self, table: str, *lines: str, family: str = "ipv4") -> None:
        """Lines of iptables-save, which may be ``:CHAIN policy`` as well."""
        printed = self._lines.setdefault((family, table), [])
        printed += lines
        policies = dict.fromkeys(_CHAINS[table], "ACCEPT")
        policies.update(line[1:].split()[:2] for line in printed if line.startswith(":"))
        chains = [f":{chain} {policy} [0:0]" for chain, policy in policies.items()]
        rules = [line for line in printed if not line.startswith(":")]
        text = "\n".join([f"*{table}", *chains, *rules, "COMMIT\n"])
        netfilter = self.content["netfilter"]
        netfilter["backend"] = "legacy"
        netfilter["tables" if family == "ipv4" else "tables_ipv6"].update(parse_save(text))


class Lab:
    """A state document under construction."""

    def __init__(self) -> None:
        self._numbers = itertools.count(2)
        self.document: Row = {
            "schema": 1,
            "lab": "hand-made",
            "taken_at": "2026-01-31T12:00:00Z",
            "nodes": {},
            "control": {},
        }

    def namespace(self, name: str, node: str = "node", listens: int | None = None) -> Namespace:
        made = Namespace(name, node, self._numbers)
        self.node(node)["namespaces"][name] = made.content
        if listens:
            made.listen("tcp", listens, "::")
        return made

    def node(self, name: str) -> Row:
        return self.document["nodes"].setdefault(name, {"hostname": name, "namespaces": {}, "docker": None})

    def wire(
        self,
        one: Namespace,
        name: str,
        address: str | None,
        other: Namespace,
        other_name: str,
        other_address: str | None,
        **fields: Any,
    ) -> None:
        """A veth pair, up; the fields are of the other end."""
        first = one.device(name, "veth")
        second = other.device(other_name, "veth", **fields)
        first["peer"] = {"index": second["index"], "namespace": other.name, "name": other_name}
        second["peer"] = {"index": first["index"], "namespace": one.name, "name": name}
        if address:
            one.address(name, address)
        if other_address:
            other.address(other_name, other_address)

    def cable(
        self, one: Namespace, name: str, address: str, other: Namespace, other_name: str, other_address: str
    ) -> tuple[Row, Row]:
        """A veth pair between two nodes, as packetwalk.labs.link makes it: each of them knows one end only."""
        self.wire(one, name, address, other, other_name, other_address)
        ends = one.link(name), other.link(other_name)
        labels = f"{one.node}:{name}", f"{other.node}:{other_name}"
        for end, (own, far) in zip(ends, (labels, labels[::-1]), strict=True):
            end["peer"].update(namespace=None, name=None)
            end["alias"] = f"packetwalk.lab=hand-made {own} to {far}"
        return ends

    def uplink(self, one: Namespace, name: str, address: str) -> None:
        """A device of the node's hardware."""
        one.device(name, "ethernet")
        one.address(name, address)

    def send(
        self, sender: Namespace, destination: str, port: int | None = 80, protocol: str = "tcp", **more: Any
    ) -> Walk:
        world = World(self.document)
        ports = {} if port is None else {"source_port": 40000, "destination_port": port}
        packet = Packet(protocol, destination, **ports, **more)
        return Engine(world).explore(Place("output", world.namespace(sender.node, sender.name)), packet)


def rule(priority: int, table: int | None, **fields: Any) -> Row:
    """A policy rule that selects everything."""
    return {
        "priority": priority,
        "source": None,
        "destination": None,
        "table": table,
        "mark": None,
        "mask": None,
        "in_interface": None,
        "out_interface": None,
        "action": "to_table",
        "family": "ipv4",
        **fields,
    }


def port(**fields: Any) -> Row:
    """Settings of a bridge's port."""
    return {"state": "forwarding", "hairpin": False, "isolated": False, "learning": True, "flood": True, **fields}


def story(walk: Walk) -> str:
    """For the message of an assertion."""
    return "\n".join(f"{hop.node} {hop.note.mechanism}: {hop.note.text}" for hop in walk.hops)
