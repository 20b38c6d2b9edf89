# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""Read the packet filter of the network namespace that the thread is in.

The rules are read with ``iptables-save`` and ``nft``: what a rule means is known to iptables' extensions and nft only.
As starting them is slow, they are started for what the kernel says to exist.

iptables keeps its tables in nftables, too, under names that anybody may use. In a table that others have changed
``iptables-save`` passes over chains, and over a set in a rule (``ip saddr @blocked drop`` becomes ``-j DROP``).
"""

from __future__ import annotations

import functools
import re
import subprocess
from typing import Any, Callable, Collection, NamedTuple

from ansible_collections.packetwalk.labs.plugins.module_utils._parsing import _netlink
from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._errors import ParseError
from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._iptables import parse_save
from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._nft import parse_ruleset
from ansible_collections.packetwalk.labs.plugins.module_utils._probing import _tools
from ansible_collections.packetwalk.labs.plugins.module_utils._probing._netlink_socket import (
    NETLINK_NETFILTER,
    NetlinkSocket,
)

_TIMEOUT_SECONDS = 30


class _Family(NamedTuple):
    key: str
    command: str
    legacy_tables: str
    nft_family: str


_FAMILIES = (
    _Family("tables", "iptables", "/proc/thread-self/net/ip_tables_names", "ip"),
    _Family("tables_ipv6", "ip6tables", "/proc/thread-self/net/ip6_tables_names", "ip6"),
)

# The only nftables tables that iptables-nft makes and reads. It makes no sets.
_IPTABLES_TABLES = ("filter", "mangle", "nat", "raw", "security")

# What iptables-nft-save says of a table that it leaves out, or of which it leaves out chains.
_LEFT_OUT = re.compile(r"^# Table `(\S+)' (?:is|contains) incompatible.*\n?", re.MULTILINE)


class Unreadable(Exception):
    """Rules exist and cannot be read; the text says why."""


def read() -> dict[str, Any]:
    """Return ``netfilter`` of the document, or null and ``netfilter_reason``."""
    try:
        return {"netfilter": _read()}
    except Unreadable as error:
        return {"netfilter": None, "netfilter_reason": str(error)}


def _read() -> dict[str, Any]:
    tables = _nft_names(_netlink.NFT_MSG_GETTABLE, _netlink.nft_table)
    with_sets = _nft_names(_netlink.NFT_MSG_GETSET, _netlink.nft_set) if tables else []
    found: dict[str, Any] = {}
    backends: set[str] = set()
    printed: set[str] = set()
    for family in _FAMILIES:
        found[family.key] = {}
        if _has_legacy_tables(family):
            backends.add("legacy")
            _merge(found[family.key], _parsed(family, "legacy", _save(family, "legacy")))
        present = [name for name in _IPTABLES_TABLES if f"{family.nft_family} {name}" in tables]
        if present:
            foreign = [name for name in present if f"{family.nft_family} {name}" in with_sets]
            saved = _saved_by_nft(family, present, foreign)
            printed.update(f"{family.nft_family} {name}" for name in saved)
            _merge(found[family.key], saved)
            if saved:
                backends.add("nft")
    found["backend"] = "both" if len(backends) == 2 else backends.pop() if backends else "none"
    found.update(_native([table for table in tables if table not in printed]))
    return found


def _nft_names(message: int, decode: Callable[[bytes], str | None]) -> list[str]:
    """Return the tables that the rows of a dump name ("inet firewalld"); a kernel without nftables has none."""
    try:
        with NetlinkSocket(NETLINK_NETFILTER) as connection:
            payloads = connection.dump(_netlink.NFNL_SUBSYS_NFTABLES << 8 | message, bytes(4))
            return sorted({name for name in map(decode, payloads) if name is not None})
    except PermissionError as error:
        raise Unreadable(f"nfnetlink: {error.strerror}") from error
    except ParseError as error:
        raise Unreadable(str(error)) from error
    except OSError:
        # EINVAL, EOPNOTSUPP or EPROTONOSUPPORT: no such subsystem.
        return []


def _has_legacy_tables(family: _Family) -> bool:
    try:
        with open(family.legacy_tables, encoding="ascii") as names:
            return bool(names.read().strip())
    except FileNotFoundError:
        return False
    except OSError as error:
        raise Unreadable(f"{family.legacy_tables}: {error.strerror}") from error


def _saved_by_nft(family: _Family, present: Collection[str], foreign: Collection[str]) -> dict[str, Any]:
    """Return those of the ``present`` tables that are iptables' own; ``foreign`` are known not to be."""
    text = _save(family, "nft")
    foreign = {*foreign, *_LEFT_OUT.findall(text)}
    tables = _parsed(family, "nft", _LEFT_OUT.sub("", text))
    for name in foreign & tables.keys():
        if any(_decides(chain) for chain in tables[name]["chains"].values()):
            raise Unreadable(
                f"table {name} has rules of {family.command} and others that {family.command}-save does not show"
            )
    return {name: table for name, table in tables.items() if name in present and name not in foreign}


def _parsed(family: _Family, backend: str, text: str) -> dict[str, Any]:
    try:
        return parse_save(text, f"{family.command}-{backend}-save")
    except ParseError as error:
        raise Unreadable(str(error)) from error


def _native(tables: Collection[str]) -> dict[str, Any]:
    """Return ``nft`` of the document with these tables, or null and ``nft_reason``."""
    if not tables:
        return {"nft": []}
    path = _tools.find("nft")
    if path is None:
        return {
            "nft": None,
            "nft_reason": f"the kernel has tables of nftables ({', '.join(tables)}), and there is no nft",
        }
    try:
        return {"nft": [row for table in tables for row in _listed(path, table)]}
    except (Unreadable, ParseError) as error:
        return {"nft": None, "nft_reason": str(error)}


def _listed(path: str, table: str) -> list[dict[str, Any]]:
    # One by one, because nft 1.0.6 writes no valid JSON of a dormant table (and of others with flags).
    command = ("-j", "list", "table", *table.split())
    return parse_ruleset(_output(path, *command), " ".join(("nft", *command)))


def _save(family: _Family, backend: str) -> str:
    path = _save_command(family.command, backend)
    if path is None:
        raise Unreadable(f"the kernel has {backend} rules, and there is no {family.command}-save for them")
    return _output(path, "-c")


def _output(*command: str) -> str:
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=_TIMEOUT_SECONDS, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise Unreadable(str(error)) from error
    if done.returncode:
        raise Unreadable(f"{command[0]}: {done.stderr.strip() or f'it ended with {done.returncode}'}")
    return done.stdout


@functools.lru_cache(maxsize=None)
def _save_command(command: str, backend: str) -> str | None:
    special = _tools.find(f"{command}-{backend}-save")
    if special is not None:
        return special
    path = _tools.find(f"{command}-save")
    if path is None:
        return None
    # "iptables-save v1.8.9 (nf_tables)"; before 1.8 there was nothing in brackets.
    version = subprocess.run([path, "--version"], capture_output=True, text=True, check=False).stdout
    return path if ("nf_tables" in version) == (backend == "nft") else None


def _merge(tables: dict[str, Any], more: dict[str, Any]) -> None:
    """Add the tables of the second backend. Which backend is asked first, the kernel does not tell."""
    for name, table in more.items():
        chains = tables.setdefault(name, {"chains": {}})["chains"]
        for chain, content in table["chains"].items():
            if not _decides(chains.get(chain)):
                chains[chain] = content
            elif _decides(content):
                raise Unreadable(
                    f"both backends of iptables have rules in {chain} of {name}, and their order is unknown"
                )


def _decides(chain: dict[str, Any] | None) -> bool:
    return chain is not None and bool(chain["rules"] or chain["policy"] not in (None, "ACCEPT"))
