# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""JSON of iproute2's ``ip -j`` and ``bridge -j`` as the rows of docs/state.md.

What needs a second namespace to know (whose the other end of a veth pair is, say) stays null here.
"""

from __future__ import annotations

import json
from typing import Any, Callable

from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._errors import ParseError

# Tables iproute2 calls by name, of its etc/iproute2/rt_tables.
_TABLES = {"default": 253, "main": 254, "local": 255}

# Kinds whose device hangs on another one, and those that have an other end.
_KINDS_WITH_PARENT = ("vlan", "macvlan", "macvtap", "ipvlan")
# iproute2's words for the absence of a flag: running here, up at the link below.
_NO_FLAGS = ("", "NO-CARRIER", "M-DOWN")
_LINK_TYPES = {"ether": "ethernet"}

# bridge(8) has its own word for NUD_NOARP, and none for NUD_REACHABLE, the state of a learned entry.
_FDB_STATES = {"static": "noarp", "": "reachable"}
_NEIGHBOUR_FLAGS = ("extern_learn", "managed", "offload", "proxy", "router")
_RULE_KEYS = frozenset(
    ["priority", "not", "src", "srclen", "dst", "dstlen", "fwmark", "fwmask", "iif", "oif"]
    + ["table", "action", "goto", "nop", "unresolved", "protocol", "l3mdev"]
    + ["suppress_prefixlen", "suppress_prefixlength"]
)


def links_from_json(text: str, command: str = "ip -d -j link") -> list[dict[str, Any]]:
    """Links of ``ip -d -j link`` or ``ip -d -j addr``; without ``-d`` the kind of most links is null.

    A veth's ``peer`` has its index, and its name only when iproute2 printed it, which it does within one namespace.
    Raises ParseError for anything but a JSON list of links.
    """
    entries = _entries(text, command)
    return _rows(entries, link_row, command, indexes={entry.get("ifname"): entry.get("ifindex") for entry in entries})


def addresses_from_json(text: str, command: str = "ip -j addr") -> list[dict[str, Any]]:
    """Addresses of ``ip -j addr``, in its order."""
    entries = [{**info, "ifname": entry["ifname"]} for entry in _entries(text, command) for info in entry["addr_info"]]
    return _rows(entries, address_row, command)


def routes_from_json(text: str, command: str = "ip -j route show table all") -> list[dict[str, Any]]:
    """Routes of both families. iproute2 leaves out what is usual (table main, protocol boot, scope global)."""
    return _rows(_entries(text, command), _route_row, command)


def rules_from_json(text: str, family: str = "ipv4", command: str = "ip -j rule") -> list[dict[str, Any]]:
    """Rules of ``ip -j rule``, or of ``ip -6 -j rule`` with ``family="ipv6"``, as the output does not say which.

    Raises ParseError also for a rule with a selector that docs/state.md has no key for.
    """
    return _rows(_entries(text, command), _rule_row, command, family=family)


def neighbours_from_json(text: str, device: str | None = None, command: str = "ip -j neigh") -> list[dict[str, Any]]:
    """Neighbours of ``ip -j neigh``; ``device`` is what ``dev`` limited the output to, as then it is not printed."""
    return _rows(_entries(text, command), neighbour_row, command, device=device)


def fdb_from_json(text: str, device: str | None = None, command: str = "bridge -j fdb") -> list[dict[str, Any]]:
    """Entries of ``bridge -j fdb``; ``device`` is what ``dev`` limited the output to, as then it is not printed."""
    return _rows(_entries(text, command), fdb_row, command, device=device)


def ports_from_json(text: str, command: str = "bridge -d -j link") -> dict[str, dict[str, Any]]:
    """The ``port`` of each bridge port by the name of its link."""
    return {entry["ifname"]: _port(entry) for entry in _entries(text, command)}


def link_row(entry: dict[str, Any], indexes: dict[str, int]) -> dict[str, Any]:
    """One link from iproute2's keys; ``indexes`` are those of all links of the namespace by name."""
    detail = entry.get("linkinfo", {})
    data = detail.get("info_data", {})
    kind = detail.get("info_kind")
    link_type = entry["link_type"]
    if kind is None and ("promiscuity" in entry or link_type == "loopback"):
        kind = _LINK_TYPES.get(link_type, link_type)
    row = {
        "name": entry["ifname"],
        "index": entry["ifindex"],
        "kind": kind,
        "mac": entry["address"].lower() if link_type in ("ether", "loopback") else None,
        "mtu_bytes": entry["mtu"],
        "flags": sorted(flag.lower() for flag in entry["flags"] if flag not in _NO_FLAGS),
        "operational_state": entry["operstate"].lower() if "operstate" in entry else None,
    }
    if "ifalias" in entry:
        row["alias"] = entry["ifalias"]
    if "master" in entry:
        row["master"] = entry["master"]
    other = {"index": entry.get("link_index", indexes.get(entry.get("link", ""))), "namespace": None}
    other["name"] = entry.get("link")
    if kind in _KINDS_WITH_PARENT:
        row["parent"] = other
    elif kind == "veth" or (kind is None and (other["index"] or other["name"])):
        row["peer"] = other
    if kind == "vxlan":
        row["vxlan"] = _vxlan(data)
    elif kind == "bridge" and data:
        row["bridge"] = {
            "vlan_filtering": bool(data["vlan_filtering"]) if "vlan_filtering" in data else None,
            "ageing_seconds": data["ageing_time"] / 100,
            "stp": bool(data["stp_state"]),
            "group_fwd_mask": _mask(data.get("group_fwd_mask")),
        }
    elif kind == "vlan":
        row["vlan"] = {"identifier": data["id"], "protocol": data.get("protocol")}
    elif kind in ("macvlan", "macvtap"):
        row["macvlan"] = {"mode": data["mode"]}
    if detail.get("info_slave_kind") == "bridge":
        row["port"] = _port(detail["info_slave_data"])
    return row


def _vxlan(data: dict[str, Any]) -> dict[str, Any]:
    return {
        "vni": data["id"],
        "port": data["port"],
        "local": data.get("local", data.get("local6")),
        # One attribute of the kernel: iproute2 calls a unicast address in it "remote".
        "group": data.get("group", data.get("group6", data.get("remote", data.get("remote6")))),
        "learning": data.get("learning", True),
        "proxy": data.get("proxy", False),
        "l2miss": data.get("l2miss", False),
        "l3miss": data.get("l3miss", False),
        "ageing_seconds": data.get("ageing", 0),
        "underlay_namespace": None,
    }


def _port(data: dict[str, Any]) -> dict[str, Any]:
    return {
        "state": data["state"],
        "hairpin": data.get("hairpin"),
        "isolated": data.get("isolated"),
        "learning": data.get("learning"),
        "flood": data.get("flood"),
        "multicast_flood": data.get("mcast_flood"),
        "broadcast_flood": data.get("bcast_flood"),
        "group_fwd_mask": _mask(data.get("group_fwd_mask")),
    }


def _mask(printed: str | int | None) -> int | None:
    """A mask, which is printed as a text, and 0 without the "0x" of others."""
    return None if printed is None else int(str(printed), 0)


def address_row(entry: dict[str, Any]) -> dict[str, Any]:
    """One address from iproute2's keys and its link's ``ifname``."""
    return {
        "device": entry["ifname"],
        "address": entry["local"],
        "prefix_length": entry["prefixlen"],
        "family": {"inet": "ipv4", "inet6": "ipv6"}[entry["family"]],
        "scope": entry["scope"],
        "label": entry.get("label"),
    }


def neighbour_row(entry: dict[str, Any], device: str | None = None) -> dict[str, Any]:
    """One neighbour from iproute2's keys."""
    return {
        "address": entry["dst"],
        "mac": entry["lladdr"].lower() if "lladdr" in entry else None,
        "device": entry.get("dev", device),
        "states": sorted(state.lower() for state in entry.get("state", [])),
        "flags": [flag for flag in _NEIGHBOUR_FLAGS if flag in entry],
        "family": _family(entry["dst"]),
    }


def fdb_row(entry: dict[str, Any], device: str | None = None) -> dict[str, Any]:
    """One entry of a forwarding database from iproute2's keys."""
    return {
        "mac": entry["mac"].lower(),
        "device": entry.get("ifname", device),
        "destination": entry.get("dst"),
        "states": [_FDB_STATES.get(entry["state"], entry["state"])],
        "flags": sorted([*entry["flags"], "master"] if "master" in entry else entry["flags"]),
        # Older kernels say VLAN 0 where there is none, as in the Swarm networking deep dive.
        "vlan": entry.get("vlan") or None,
        "vni": entry.get("vni"),
        "port": entry.get("port"),
    }


def _route_row(entry: dict[str, Any]) -> dict[str, Any]:
    destination, gateway = entry["dst"], _gateway(entry)
    if destination != "default":
        family = _family(destination)
        if "/" not in destination:
            destination += "/32" if family == "ipv4" else "/128"
    else:
        # "pref" (RFC 4191) is printed for every IPv6 route and for no other.
        family = "ipv6" if "pref" in entry else "ipv4"
    row = {
        "destination": destination,
        "gateway": gateway,
        "device": entry.get("dev"),
        "source": entry.get("prefsrc"),
        "table": _table(entry.get("table", "main")),
        "metric": entry.get("metric", 0),
        "protocol": entry.get("protocol", "boot"),
        "scope": entry.get("scope", "global"),
        "type": entry.get("type", "unicast"),
        "family": family,
    }
    if "nexthops" in entry:
        row["next_hops"] = [
            {"gateway": _gateway(hop), "device": hop.get("dev"), "weight": hop["weight"]} for hop in entry["nexthops"]
        ]
    return row


def _gateway(entry: dict[str, Any]) -> Any:
    return entry["via"]["host"] if "via" in entry else entry.get("gateway")


def _rule_row(entry: dict[str, Any], family: str) -> dict[str, Any]:
    unknown = sorted(entry.keys() - _RULE_KEYS)
    if unknown:
        raise ValueError(f"a rule that selects by {', '.join(unknown)}")
    mark = int(entry["fwmark"], 0) if "fwmark" in entry else None
    row = {
        "priority": entry["priority"],
        "source": _selector(entry, "src", family),
        "destination": _selector(entry, "dst", family),
        "table": _table(entry["table"]) if "table" in entry else None,
        "mark": mark,
        "mask": None if mark is None else int(entry.get("fwmask", "0xffffffff"), 0),
        "in_interface": entry.get("iif"),
        "out_interface": entry.get("oif"),
        "action": "goto" if "goto" in entry else "nop" if "nop" in entry else entry.get("action", "to_table"),
        "family": family,
    }
    if "goto" in entry:
        row["goto"] = entry["goto"]
    # The key of iproute2 6, and of later versions.
    for key in ("suppress_prefixlen", "suppress_prefixlength"):
        if key in entry:
            row["suppress_prefix_length"] = entry[key]
    if "l3mdev" in entry:
        row["l3mdev"] = True
    if "not" in entry:
        row["inverted"] = True
    return row


def _selector(entry: dict[str, Any], key: str, family: str) -> str | None:
    address = entry.get(key, "all")
    return None if address == "all" else f"{address}/{entry.get(key + 'len', 32 if family == 'ipv4' else 128)}"


def _table(printed: str) -> int:
    if printed in _TABLES:
        return _TABLES[printed]
    if not printed.isdigit():
        raise ValueError(f"table {printed} has a name in place of its number, call ip with -N")
    return int(printed)


def _family(address: str) -> str:
    return "ipv6" if ":" in address else "ipv4"


def _entries(text: str, command: str) -> list[dict[str, Any]]:
    try:
        entries = json.loads(text)
    except ValueError as error:
        raise ParseError(command, 0, "", f"no JSON, {error}") from None
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise ParseError(command, 0, "", "expected a list of objects")
    return [entry for entry in entries if entry]  # iproute2 prints {} for what a filter left out


def _rows(
    entries: list[dict[str, Any]], make_row: Callable[..., dict[str, Any]], command: str, **context: Any
) -> list[dict[str, Any]]:
    rows = []
    for number, entry in enumerate(entries, start=1):
        try:
            rows.append(make_row(entry, **context))
        except KeyError as error:
            raise ParseError(command, number, json.dumps(entry), f"it has no {error}") from None
        except (AttributeError, TypeError, ValueError) as error:
            raise ParseError(command, number, json.dumps(entry), str(error)) from None
    return rows
