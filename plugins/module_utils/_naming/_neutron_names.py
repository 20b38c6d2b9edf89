# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""Names of Neutron for the identifiers in what OVN's databases have and its tools print, and back."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any, Iterable, Iterator, Mapping, Sequence

from ansible_collections.packetwalk.labs.plugins.module_utils._naming._neutron_objects import (
    DATAPATH,
    ROUTER_PORT,
    Row,
    objects_of,
)

_HEX = "[0-9a-f]"
_UUID = f"{_HEX}{{8}}(?:-{_HEX}{{4}}){{3}}-{_HEX}{{12}}"
_PREFIX = "(?:neutron-|cr-lrp-|lrp-|provnet-)?"

# Of a security group Neutron makes the port group pg_ID and the address sets pg_ID_ip4 and pg_ID_ip6, until 2018
# as_ip4_ID and as_ip6_ID, with underscores as a name in an expression has no hyphens.
_UNDERSCORED = f"(?:pg_)?{_HEX}{{8}}(?:_{_HEX}{{4}}){{3}}_{_HEX}{{12}}"

_LONG = re.compile(f"(?<!{_HEX})(?:{_PREFIX}{_UUID}|{_UNDERSCORED})(?!{_HEX})")

# ovn-trace leaves six digits of an identifier that has no name in OVN, and puts them between quotes.
_SHORT = re.compile(f'(?:(?<=")|^)({_PREFIX}{_HEX}{{6}})(?="|$)')

# The same name once more, for another identifier of the same object or as what OVN knows it by ("aka").
_REPEATED = re.compile(r'\0([^\0]+)\0("?)(?: aka "\1")?(?: \((?:aka )?\0?\1\0?\))*')

# Long enough for a name to be a choice, short enough for a sentence.
_MOST_LISTED = 20


class UnknownObject(ValueError):
    """A name that nothing has, or several things have; the message is one sentence with what there is."""


class AmbiguousObject(UnknownObject):
    """What several things are called."""


class Names:
    """Names of what is in the ``control`` of a state document (docs/state.md). Raises ValueError when nothing is known.

    * ``objects``: rows of Neutron by kind, see ``objects_of``.
    * ``network_name``, ``router_name``, ``port_name``, ``group_name``, ``chassis_name``: identifier to name. What has
      no name, or has it in common with another of its kind, has some digits of its identifier in it.
    """

    def __init__(self, control: Mapping[str, Any]) -> None:
        self.objects = objects_of(control)
        self._control = control
        self._servers = {row["id"]: row for row in self.objects["servers"]}
        self._ports_of_device = Counter(row["device_id"] for row in self.objects["ports"])
        self.network_name = _apart((row["id"], row["name"]) for row in self.objects["networks"])
        self.router_name = _apart((row["id"], row["name"]) for row in self.objects["routers"])
        self.group_name = _apart((row["id"], row["name"]) for row in self.objects["security_groups"])
        self.port_name = _apart((row["id"], self._port(row)) for row in self.objects["ports"])
        self.chassis_name = {
            row["name"]: row["hostname"] or row["name"] for row in (control.get("ovn_sb") or {}).get("chassis") or []
        }
        self._router_ports = {
            f"{ROUTER_PORT}{row['id']}": "-".join([router, self.network_name.get(row["network"], "")])
            for row in self.objects["ports"]
            for router in [self.router_name.get(row["device_id"])]
            if router
        }
        self._names = dict(self._long_names())
        self._short_names = _shortened(self._names)

    def _port(self, port: Row) -> str:
        """The server's name, that of its network beside it where it has several ports or is a router."""
        network = self.network_name.get(port["network"], "")
        server = self._servers.get(port["device_id"])
        if server:
            alone = self._ports_of_device[port["device_id"]] == 1
            return server["name"] if alone else f"{server['name']}-{network}"
        if port["device_id"] in self.router_name:
            return f"{network}-{self.router_name[port['device_id']]}"
        owner = port["device_owner"].rpartition(":")[2]
        return port["name"] or (f"{owner}-{network}" if owner else "")

    def _long_names(self) -> Iterator[tuple[str, str]]:
        """Each text that stands for an object, with its name."""
        for kind in ("subnets", "servers"):
            yield from ((row["id"], row["name"]) for row in self.objects[kind] if row["name"])
        yield from ((row["id"], row["address"]) for row in self.objects["floating_ips"])
        for identifier, name in self.group_name.items():
            underscored = identifier.replace("-", "_")
            yield from ((text, name) for text in (identifier, underscored, f"pg_{underscored}"))
        for port in self.objects["ports"]:
            yield port["id"], self.port_name[port["id"]]
        for text, name in self._router_ports.items():
            yield from ((text, name), (f"cr-{text}", f"cr-{name}"))
        for names in (self.network_name, self.router_name):
            for identifier, name in names.items():
                yield from ((text, name) for text in (identifier, f"{DATAPATH}{identifier}"))
        # Before networks had segments of their own (2019) it was the network's identifier.
        yield from ((f"provnet-{network}", f"provnet-{name}") for network, name in self.network_name.items())
        yield from self._names_of_rows()
        yield from ((name, host) for name, host in self.chassis_name.items() if re.fullmatch(_UUID, name))

    def _names_of_rows(self) -> Iterator[tuple[str, str]]:
        """Of rows of OVN's databases, which have identifiers of their own."""
        northbound, southbound = self._control.get("ovn_nb") or {}, self._control.get("ovn_sb") or {}
        networks = {f"{DATAPATH}{identifier}": name for identifier, name in self.network_name.items()}
        routers = {f"{DATAPATH}{identifier}": name for identifier, name in self.router_name.items()}
        for switch in northbound.get("switches") or []:
            if switch["name"] in networks:
                yield switch["uuid"], networks[switch["name"]]
            for port in switch["ports"]:
                if port["type"] == "localnet" and switch["name"] in networks:
                    name = f"provnet-{networks[switch['name']]}"
                    yield from ((text, name) for text in (port["name"], port["uuid"]))
                elif port["name"] in self.port_name:
                    yield port["uuid"], self.port_name[port["name"]]
        for router in northbound.get("routers") or []:
            if router["name"] in routers:
                yield router["uuid"], routers[router["name"]]
            for port in router["ports"]:
                if port["name"] in self._router_ports:
                    yield port["uuid"], self._router_ports[port["name"]]
        datapaths = {**networks, **routers}
        for datapath in southbound.get("datapaths") or []:
            if datapath["name"] in datapaths:
                yield datapath["uuid"], datapaths[datapath["name"]]

    def named(self, given: Any) -> Any:
        """Text with names in place of identifiers, also in lists and in the keys and the values of mappings.

        A name that stands beside itself then, as in ``switch ID (neutron-ID) (aka NAME)``, is left once. What is not
        known stays as it is.
        """
        if isinstance(given, str):
            return self._text(given)
        if isinstance(given, Mapping):
            return {self.named(key): self.named(value) for key, value in given.items()}
        if isinstance(given, (list, tuple)):
            return [self.named(value) for value in given]
        return given

    def _text(self, text: str) -> str:
        marked = _LONG.sub(lambda found: _marked(self._names, found.group()), text)
        marked = _SHORT.sub(lambda found: _marked(self._short_names, found.group()), marked)
        return _REPEATED.sub(r"\1\2", marked) if "\0" in marked else marked

    def ports_of(self, name: str) -> list[Row]:
        """Ports of the server, or the port, that is called so or has this identifier. Raises UnknownObject.

        Where Nova was not asked a server is known by the names and the device of its ports.
        """
        servers = [row for row in self.objects["servers"] if name in (row["id"], row["name"])]
        device = _only("server", name, servers, [])["id"] if servers else name
        ports = [row for row in self.objects["ports"] if row["device_id"] == device and device]
        if ports or servers:
            return ports
        called = [row for row in self.objects["ports"] if name in (row["id"], row["name"], self.port_name[row["id"]])]
        return [_only("server or port", name, called, self.server_names())]

    def called(self, name: str) -> list[Row]:
        """Ports of all servers and ports that are called so."""
        devices = {row["id"] for row in self.objects["servers"] if row["name"] == name}
        ports = self.objects["ports"]
        return [row for row in ports if row["device_id"] in devices or self.port_name[row["id"]] == name]

    def server_names(self) -> list[str]:
        """Of servers, and of ports of what is no server and nothing of Neutron's own."""
        ports = [row for row in self.objects["ports"] if row["device_id"] not in self._servers]
        others = [self.port_name[row["id"]] for row in ports if not row["device_owner"].startswith("network:")]
        return sorted({*(row["name"] for row in self.objects["servers"]), *others})

    def router(self, name: str) -> Row:
        """Raises UnknownObject."""
        rows = self.objects["routers"]
        found = [row for row in rows if name in (row["id"], row["name"], self.router_name[row["id"]])]
        return _only("router", name, found, self.router_name.values())

    def network(self, name: str) -> Row:
        """Raises UnknownObject."""
        rows = self.objects["networks"]
        found = [row for row in rows if name in (row["id"], row["name"], self.network_name[row["id"]])]
        return _only("network", name, found, self.network_name.values())


def _marked(names: Mapping[str, str], text: str) -> str:
    return f"\0{names[text]}\0" if text in names else text


def _apart(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Identifier to name, each name once: where several have it, six digits of the identifier are added."""
    pairs = list(pairs)
    counts = Counter(name for _identifier, name in pairs)
    return {
        identifier: name if name and counts[name] == 1 else "-".join(filter(None, [name, identifier[:6]]))
        for identifier, name in pairs
    }


def _shortened(names: Mapping[str, str]) -> dict[str, str]:
    """What ovn-trace shows instead, unless it could be several."""
    found: dict[str, set[str]] = {}
    for text, name in names.items():
        prefix = re.fullmatch(f"({_PREFIX}){_UUID}", text)
        if prefix:
            found.setdefault(text[: len(prefix.group(1)) + 6], set()).add(name)
    return {short: next(iter(there)) for short, there in found.items() if len(there) == 1}


def _only(kind: str, name: str, found: Sequence[Row], there: Iterable[str]) -> Row:
    if len(found) == 1:
        return found[0]
    if found:
        identifiers = ", ".join(sorted(row["id"] for row in found))
        raise AmbiguousObject(f"More than one {kind} is called {name}; give the identifier, one of {identifiers}.")
    known = sorted(there)
    more = f" and {len(known) - _MOST_LISTED} more" if len(known) > _MOST_LISTED else ""
    listed = f"there is {', '.join(known[:_MOST_LISTED])}{more}" if known else "there is none at all"
    raise UnknownObject(f"No {kind} is called {name}; {listed}.")
