# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""Read the packet filter of the network namespace that the thread is in.

The rules are read with ``iptables-save``: what a rule means is known to iptables' extensions only. As starting it is
slow, it is started for what the kernel says to exist.
"""

from __future__ import annotations

import functools
import subprocess
from typing import Any, Iterator, NamedTuple

from ansible_collections.packetwalk.labs.plugins.module_utils._parsing import _netlink
from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._errors import ParseError
from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._iptables import parse_save
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

# The only nftables tables that iptables-nft makes and reads.
_IPTABLES_TABLES = ("filter", "mangle", "nat", "raw", "security")


class Unreadable(Exception):
    """Rules exist and cannot be read; the text says why."""


def read() -> dict[str, Any]:
    """Return ``netfilter`` of the document, or null and ``netfilter_reason``."""
    try:
        return {"netfilter": _read()}
    except Unreadable as error:
        return {"netfilter": None, "netfilter_reason": str(error)}


def nft_tables() -> list[str]:
    """Return the nftables tables of this namespace ("inet firewalld"); a kernel without nftables has none."""
    try:
        with NetlinkSocket(NETLINK_NETFILTER) as connection:
            kind = _netlink.NFNL_SUBSYS_NFTABLES << 8 | _netlink.NFT_MSG_GETTABLE
            return sorted(_netlink.nft_table(payload) for payload in connection.dump(kind, bytes(4)))
    except PermissionError as error:
        raise Unreadable(f"nfnetlink: {error.strerror}") from error
    except ParseError as error:
        raise Unreadable(str(error)) from error
    except OSError:
        # EINVAL, EOPNOTSUPP or EPROTONOSUPPORT: no such subsystem.
        return []


def _read() -> dict[str, Any]:
    tables = nft_tables()
    known = {f"{family.nft_family} {name}" for family in _FAMILIES for name in _IPTABLES_TABLES}
    found: dict[str, Any] = {}
    backends: set[str] = set()
    for family in _FAMILIES:
        present = list(_backends(family, tables))
        backends.update(present)
        found[family.key] = {}
        for backend in present:
            _merge(found[family.key], _save(family.command, backend))
    found["backend"] = "both" if len(backends) == 2 else backends.pop() if backends else "none"
    others = [table for table in tables if table not in known]
    if others:
        found["other_nft_tables"] = others
    return found


def _backends(family: _Family, tables: list[str]) -> Iterator[str]:
    try:
        with open(family.legacy_tables, encoding="ascii") as names:
            if names.read().strip():
                yield "legacy"
    except FileNotFoundError:
        pass
    except OSError as error:
        raise Unreadable(f"{family.legacy_tables}: {error.strerror}") from error
    if any(f"{family.nft_family} {name}" in tables for name in _IPTABLES_TABLES):
        yield "nft"


def _save(command: str, backend: str) -> dict[str, Any]:
    path = _save_command(command, backend)
    if path is None:
        raise Unreadable(f"the kernel has {backend} rules, and there is no {command}-save for them")
    try:
        done = subprocess.run([path, "-c"], capture_output=True, text=True, timeout=_TIMEOUT_SECONDS, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise Unreadable(str(error)) from error
    if done.returncode:
        raise Unreadable(f"{path}: {done.stderr.strip() or f'it ended with {done.returncode}'}")
    try:
        return parse_save(done.stdout, path)
    except ParseError as error:
        raise Unreadable(str(error)) from error


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
