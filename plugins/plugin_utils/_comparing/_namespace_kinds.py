# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""Kinds of objects in a network namespace."""

from __future__ import annotations

from collections.abc import Iterable

from ansible_collections.packetwalk.labs.plugins.plugin_utils._comparing._fields import Row
from ansible_collections.packetwalk.labs.plugins.plugin_utils._comparing._kind import Kind, Named, listed, words
from ansible_collections.packetwalk.labs.plugins.plugin_utils._comparing._netfilter_kinds import NETFILTER
from ansible_collections.packetwalk.labs.plugins.plugin_utils._findings import show
from ansible_collections.packetwalk.labs.plugins.plugin_utils._state import read

_MAIN_TABLE = 254  # RT_TABLE_MAIN of include/uapi/linux/rtnetlink.h


def _prefix(address: Row) -> str:
    return f"{address['address']}/{address['prefix_length']}"


def _reachable_addresses(addresses: Iterable[Row], device: str) -> list[str]:
    return [_prefix(row) for row in addresses if row["device"] == device and row["scope"] == "global"]


def _links(namespace: Row) -> Named:
    addresses = read(namespace, "addresses")
    return [
        (link["name"], {**link, "addresses": [row for row in addresses if row["device"] == link["name"]]})
        for link in read(namespace, "links")
    ]


def _link_detail(link: Row) -> str:
    told = [link["kind"], *_reachable_addresses(link["addresses"], link["name"])]
    if link.get("vxlan"):
        told.append(f"VNI {link['vxlan']['vni']}")
    if link.get("master"):
        told.append(f"port of {link['master']}")
    return ", ".join(told)


def _link_local(address: Row, before: Row, after: Row) -> bool:
    """The kernel makes an IPv6 address of its own for every link that goes up (RFC 4862 section 5.3)."""
    return bool(address["family"] == "ipv6" and address["scope"] == "link")


def _route_name(route: Row) -> str:
    return words(
        route["type"] if route["type"] != "unicast" else None,
        route["destination"],
        f"dev {route['device']}" if route.get("device") else None,
        f"from {route['source_prefix']}" if route.get("source_prefix") else None,
        f"tos {route['tos']}" if route.get("tos") else None,
        f"metric {route['metric']}" if route["metric"] else None,
        f"table {route['table']}" if route["table"] != _MAIN_TABLE else None,
        "ipv6" if route["family"] == "ipv6" and route["destination"] == "default" else None,
    )


def _route_detail(route: Row) -> str:
    if route.get("next_hops"):
        return f"next hops {show(route['next_hops'])}"
    return f"via {route['gateway']}" if route["gateway"] else ""


def _made_for_device(route: Row, before: Row, after: Row) -> bool:
    """A route that the kernel makes and removes together with a device and its addresses."""

    def device(namespace: Row) -> list[str]:
        own = [row for row in namespace.get("addresses") or [] if row["device"] == route["device"]]
        links = [link["name"] for link in namespace.get("links") or [] if link["name"] == route["device"]]
        return links + [_prefix(row) for row in own if row["family"] == route["family"]]

    return route["protocol"] == "kernel" and device(before) != device(after)


def _policy_name(rule: Row) -> str:
    told = {key: value for key, value in rule.items() if key not in ("priority", "family") and value is not None}
    return f"{rule['priority']}: {rule['family']}, {', '.join(f'{key} {show(told[key])}' for key in sorted(told))}"


def _resolved(neighbour: Row, before: Row, after: Row) -> bool:
    """Found by asking, or noarp: what the kernel notes for addresses that nobody has to be asked for."""
    return "permanent" not in neighbour["states"] and "extern_learn" not in neighbour["flags"]


def _learned(row: Row, before: Row, after: Row) -> bool:
    """Learned, or an address that a device has itself: its own one and the multicast groups that it listens to."""
    if "extern_learn" in row["flags"]:
        return False
    if "permanent" in row["states"]:
        return row["destination"] is None
    return "noarp" not in row["states"]


def _fdb_name(row: Row) -> str:
    return words(
        row["mac"],
        f"dev {row['device']}",
        *(flag for flag in row["flags"] if flag in ("self", "master")),
        *(f"{key} {row[key]}" for key in ("vlan", "vni") if row.get(key) is not None),
    )


def _port(row: Row) -> str:
    address = f"[{row['address']}]" if ":" in row["address"] else row["address"]
    return f"{address}:{row['port']}" if row["port"] else row["address"]


def _virtual_server(service: Row) -> str:
    return f"fwmark {service['mark']}" if service["kind"] == "fwmark" else f"{service['protocol']} {_port(service)}"


def _virtual_server_detail(service: Row) -> str:
    return ", ".join([service["scheduler"], *(f"backend {_port(row)}" for row in service["backends"])])


def _backends(service: Row) -> Named:
    return [(f"{_port(row)} of {_virtual_server(service)}", row) for row in read(service, "backends")]


def _namespace_detail(namespace: Row) -> str:
    container = namespace.get("container")
    told = [f"container {container['name']}"] if container else []
    for link in namespace.get("links") or []:
        addresses = _reachable_addresses(namespace.get("addresses") or [], link["name"])
        if addresses or link["kind"] != "loopback":
            told.append(words(link["name"], *addresses))
    return ", ".join(told)


NAMESPACE = Kind(
    "namespace",
    lambda node: read(node, "namespaces").items(),
    _namespace_detail,
    place="namespace",
    parts=frozenset({"links", "addresses", "routes", "rules", "neighbours", "fdb", "netfilter", "ipvs", "sockets"}),
    children=(
        Kind(
            "link",
            _links,
            _link_detail,
            parts=frozenset({"addresses"}),
            children=(
                Kind(
                    "address",
                    listed("addresses", lambda row: f"{_prefix(row)} dev {row['device']}"),
                    fleeting=_link_local,
                ),
            ),
        ),
        Kind("route", listed("routes", _route_name), _route_detail, fleeting=_made_for_device),
        Kind("rule", listed("rules", _policy_name)),
        Kind(
            "neighbour",
            listed("neighbours", lambda row: f"{row['address']} dev {row['device']}"),
            lambda row: ", ".join([show(row["mac"]), *row["states"]]),
            fleeting=_resolved,
        ),
        Kind(
            "fdb",
            listed("fdb", _fdb_name),
            lambda row: f"to {row['destination']}" if row["destination"] else "",
            fleeting=_learned,
        ),
        NETFILTER,
        Kind(
            "ipvs service",
            listed("ipvs", _virtual_server),
            _virtual_server_detail,
            parts=frozenset({"backends"}),
            children=(Kind("ipvs backend", _backends, lambda row: f"{row['forward']}, weight {row['weight']}"),),
        ),
        Kind("socket", listed("sockets", lambda row: f"{row['protocol']} {_port(row)}")),
    ),
)
