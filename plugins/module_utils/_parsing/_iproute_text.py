# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""Text of ``ip link``, ``ip addr``, ``ip neigh`` and ``bridge fdb``, of iproute2 since 2015 and of BusyBox.

Each line is brought into the keys of iproute2's JSON, so that both dialects become the same rows. Indentation is not
trusted: listings lose it on their way through a page or a chat.
"""

from __future__ import annotations

import re
from collections import deque
from typing import Any

from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._errors import ParseError
from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._iproute_json import (
    address_row,
    fdb_row,
    link_row,
    neighbour_row,
)

_HEADER = re.compile(
    r"(?P<index>\d+): (?P<name>[^\s@]+)(?:@(?P<link>\S+))?: <(?P<flags>[^>]*)> mtu (?P<mtu>\d+)(?P<rest> .*)?$"
)
_MAC = re.compile(r"[0-9a-fA-F]{2}(:[0-9a-fA-F]{2}){5}$")
# Lines of a link that say nothing the state document has a place for.
_ALIAS = "alias "
_IGNORED = ("valid_lft ", "altname ", "vf ", "prog/xdp ")
_STATISTICS = ("RX:", "TX:", "RX errors:", "TX errors:")

_SWITCHES = {"on": True, "off": False}
_NEIGHBOUR_STATES = frozenset(
    ["PERMANENT", "NOARP", "REACHABLE", "STALE", "NONE", "INCOMPLETE", "DELAY", "PROBE", "FAILED"]
)
_NEIGHBOUR_FLAGS = frozenset(["router", "proxy", "extern_learn", "managed", "offload"])
_FDB_STATES = frozenset(["permanent", "static", "stale"])
_FDB_FLAGS = frozenset(["self", "extern_learn", "offload", "sticky", "router"])
_FDB_NUMBERS = frozenset(["port", "vni", "vlan"])
_FDB_NAMES = {"dev": "ifname", "dst": "dst", "master": "master"}
_FDB_UNUSED = frozenset(["via", "link-netnsid", "src_vni", "nhid", "used"])


def links_from_text(text: str, command: str = "ip link") -> list[dict[str, Any]]:
    """Links of ``ip link`` or ``ip addr``, with or without ``-d``.

    Only ``-d`` says the kind: without it ``kind`` is null for all but the loopback, and ``eth0@if24`` may be one end of
    a veth pair, so it has a ``peer``. Raises ParseError for a line that is not understood.
    """
    entries = _link_entries(text, command)
    indexes = {entry["ifname"]: entry["ifindex"] for entry in entries}
    return [link_row(entry, indexes) for entry in entries]


def addresses_from_text(text: str, command: str = "ip addr") -> list[dict[str, Any]]:
    """Addresses of ``ip addr``, in its order. Raises ParseError for a line that is not understood."""
    return [address_row(info) for entry in _link_entries(text, command) for info in entry["addr_info"]]


def neighbours_from_text(text: str, device: str | None = None, command: str = "ip neigh") -> list[dict[str, Any]]:
    """Neighbours of ``ip neigh``, with or without ``-s``.

    ``device`` is what ``dev`` limited the output to, as then it is not printed. Raises ParseError for a line that is
    not understood as a whole.
    """
    return [neighbour_row(entry, device) for entry in _entries(text, command, _neighbour_entry)]


def fdb_from_text(text: str, device: str | None = None, command: str = "bridge fdb") -> list[dict[str, Any]]:
    """Entries of ``bridge fdb``, with or without ``-s``.

    ``device`` is what ``dev`` limited the output to, as then it is not printed. Raises ParseError for a line that is
    not understood as a whole.
    """
    return [fdb_row(entry, device) for entry in _entries(text, command, _fdb_entry)]


def _entries(text: str, command: str, read: Any) -> list[dict[str, Any]]:
    entries = []
    for number, line in enumerate(text.splitlines(), start=1):
        if line.strip():
            try:
                entries.append(read(deque(line.split())))
            except IndexError:
                raise ParseError(command, number, line, "it ends too early") from None
            except ValueError as error:
                raise ParseError(command, number, line, str(error)) from None
    return entries


def _link_entries(text: str, command: str) -> list[dict[str, Any]]:
    entries: list[dict[str, Any]] = []
    statistics_follow = False
    for number, line in enumerate(text.splitlines(), start=1):
        line = line.strip()
        header = _HEADER.match(line)
        try:
            if header:
                _check_complete(entries)
                entries.append(_header_entry(header))
            elif statistics_follow or not line:
                pass
            elif not entries:
                raise ValueError("expected a link: its index, name, flags and MTU")
            elif line.startswith(_ALIAS):
                entries[-1]["ifalias"] = line[len(_ALIAS) :]
            elif not line.startswith(_IGNORED + _STATISTICS):
                _read_detail(entries[-1], deque(line.split()))
        except (IndexError, KeyError):
            raise ParseError(command, number, line, "it ends too early") from None
        except ValueError as error:
            raise ParseError(command, number, line, str(error)) from None
        statistics_follow = line.startswith(_STATISTICS)
    try:
        _check_complete(entries)
    except ValueError as error:
        raise ParseError(command, 0, "", str(error)) from None
    if not entries:
        raise ParseError(command, 0, "", "it is empty")
    return entries


def _check_complete(entries: list[dict[str, Any]]) -> None:
    if entries and "link_type" not in entries[-1]:
        raise ValueError(f"link {entries[-1]['ifname']} ends before its link-layer address")


def _header_entry(header: re.Match[str]) -> dict[str, Any]:
    words = (header["rest"] or "").split()
    pairs = dict(zip(words[::2], words[1::2]))
    entry: dict[str, Any] = {
        "ifindex": int(header["index"]),
        "ifname": header["name"],
        "flags": header["flags"].split(","),
        "mtu": int(header["mtu"]),
        "addr_info": [],
    }
    if "master" in pairs:
        entry["master"] = pairs["master"]
    if "state" in pairs:
        entry["operstate"] = pairs["state"]
    link = header["link"]
    if link and re.match(r"if\d+$", link):
        entry["link_index"] = int(link[2:])
    elif link and link != "NONE":
        entry["link"] = link
    return entry


def _read_detail(entry: dict[str, Any], words: deque[str]) -> None:
    word = words.popleft()
    if word.startswith("link/"):
        entry["link_type"] = word[len("link/") :]
        entry["address"] = words.popleft() if words else ""
        if entry["link_type"] in ("ether", "loopback") and not _MAC.match(entry["address"]):
            raise ValueError("expected a MAC address of six bytes")
        if "promiscuity" in words:
            entry["promiscuity"] = True
    elif word in ("inet", "inet6"):
        entry["addr_info"].append(_address_entry(word, words, entry["ifname"]))
    elif word == "bridge_slave":
        entry["linkinfo"].update(info_slave_kind="bridge", info_slave_data=_pairs(words))
    elif "promiscuity" in entry and "linkinfo" not in entry:
        entry["linkinfo"] = {"info_kind": word, "info_data": _kind_data(word, words)}
    else:
        raise ValueError("expected a link-layer address, an inet address or, with -d, the kind of the link")


def _address_entry(family: str, words: deque[str], link: str) -> dict[str, Any]:
    local, _slash, length = words.popleft().partition("/")
    pairs = iter(words)
    scope = label = None
    for word in pairs:
        if word == "peer":
            _peer, _slash, length = next(pairs).partition("/")
        elif word in ("brd", "any", "metric"):
            next(pairs)
        elif word == "scope":
            scope = next(pairs, None)
        elif word == link or word.startswith(link + ":"):
            label = word
    if scope is None or not length:
        raise ValueError("expected an address with its prefix length and scope")
    return {
        "ifname": link,
        "family": family,
        "local": local,
        "prefixlen": int(length),
        "scope": scope,
        "label": label if family == "inet" else None,
    }


def _pairs(words: deque[str]) -> dict[str, Any]:
    values = list(words)
    return {key: _SWITCHES.get(value, value) for key, value in zip(values[::2], values[1::2])}


def _kind_data(kind: str, words: deque[str]) -> dict[str, Any]:
    """What docs/state.md needs of a link's own line, in the keys and units of the JSON."""
    if kind == "bridge":
        return {
            key: int(value, 0)
            for key, value in _pairs(words).items()
            if key in ("vlan_filtering", "ageing_time", "stp_state", "group_fwd_mask")
        }
    if kind == "vxlan":
        return _vxlan_data(words)
    if kind == "vlan":
        pairs = _pairs(words)
        return {"protocol": pairs["protocol"], "id": int(pairs["id"])}
    if kind in ("macvlan", "macvtap"):
        return {"mode": _pairs(words)["mode"]}
    return {}


def _vxlan_data(words: deque[str]) -> dict[str, Any]:
    data: dict[str, Any] = {"learning": True}
    while words:
        word = words.popleft()
        if word in ("id", "dstport", "ageing"):
            data["port" if word == "dstport" else word] = int(words.popleft())
        elif word in ("local", "group", "remote"):
            data[word] = words.popleft()
        elif word in ("proxy", "l2miss", "l3miss"):
            data[word] = True
        elif word == "nolearning":
            data["learning"] = False
    return data


def _neighbour_entry(words: deque[str]) -> dict[str, Any]:
    entry: dict[str, Any] = {"dst": words.popleft()}
    while words:
        word = words.popleft()
        if word in ("dev", "lladdr"):
            entry[word] = words.popleft()
        elif word in _NEIGHBOUR_FLAGS:
            entry[word] = None
        elif word in _NEIGHBOUR_STATES:
            entry.setdefault("state", []).append(word)
        elif word == "used":
            words.popleft()  # "0/60/0probes": iproute2 has no blank there
            words.popleft()
        elif word in ("ref", "probes"):
            words.popleft()
        else:
            raise ValueError(f"unexpected {word!r}")
    if "state" not in entry and "proxy" not in entry:
        raise ValueError("a neighbour without a state")
    if "lladdr" in entry and not _MAC.match(entry["lladdr"]):
        raise ValueError("expected a MAC address of six bytes")
    return entry


def _fdb_entry(words: deque[str]) -> dict[str, Any]:
    entry: dict[str, Any] = {"mac": words.popleft(), "flags": [], "state": ""}
    if not _MAC.match(entry["mac"]):
        raise ValueError("expected a MAC address of six bytes")
    while words:
        word = words.popleft()
        if word in _FDB_NAMES:
            entry[_FDB_NAMES[word]] = words.popleft()
        elif word in _FDB_NUMBERS:
            entry[word] = int(words.popleft())
        elif word in _FDB_UNUSED:
            words.popleft()
        elif word in _FDB_FLAGS:
            entry["flags"].append(word)
        elif word in _FDB_STATES:
            entry["state"] = word
        else:
            raise ValueError(f"unexpected {word!r}")
    # In older output a bridge's own entries say neither, but they always have a VLAN.
    if ("dst" in entry or "vlan" not in entry) and "self" not in entry["flags"] and "master" not in entry:
        raise ValueError("an entry that is neither self nor master")
    return entry
