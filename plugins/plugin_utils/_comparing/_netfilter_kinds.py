# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""Kinds of objects of the packet filters: tables of iptables and those of nft alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from ansible_collections.packetwalk.labs.plugins.plugin_utils._comparing._fields import Difference, Row
from ansible_collections.packetwalk.labs.plugins.plugin_utils._comparing._kind import Kind, Named
from ansible_collections.packetwalk.labs.plugins.plugin_utils._findings import show
from ansible_collections.packetwalk.labs.plugins.plugin_utils._state import Unknown, read


def _netfilter(namespace: Row) -> Named:
    return [("", read(namespace, "netfilter"))]


def _tables(netfilter: Row, key: str) -> Iterator[tuple[str, str, Row]]:
    family = "IPv6 " if key == "tables_ipv6" else ""
    try:
        tables = read(netfilter, key)
    except Unknown as unknown:
        raise Unknown(f"{family}tables: {unknown}") from None
    for table, content in tables.items():
        for name, chain in content["chains"].items():
            yield f"{family}{table}", name, chain


def _chains(key: str) -> Callable[[Row], Named]:
    return lambda netfilter: [(f"{table} {name}", chain) for table, name, chain in _tables(netfilter, key)]


def _rules(key: str) -> Callable[[Row], Named]:
    return lambda netfilter: [
        (f"{table} {rule['text']}", rule) for table, _name, chain in _tables(netfilter, key) for rule in chain["rules"]
    ]


def _chain_detail(chain: Row) -> str:
    return f"policy {chain['policy']}" if chain["policy"] else ""


def _chain_does_nothing(chain: Row, before: Row, after: Row) -> bool:
    """iptables makes all chains of a table with its first rule; one that is empty and accepts is like none."""
    return chain["policy"] == "ACCEPT" and not chain["rules"]


def _order(before: Row, after: Row) -> Iterator[Difference]:
    """The first rule that matches decides, so that rules of both sides in another order are a change."""
    old, new = ([rule["text"] for rule in chain["rules"]] for chain in (before, after))
    order = list(dict.fromkeys(text for text in old if text in new))
    other = list(dict.fromkeys(text for text in new if text in old))
    if order != other:
        yield Difference("order", order, other)


def _netfilter_tables(key: str) -> tuple[Kind, ...]:
    return (
        Kind(
            "netfilter chain",
            _chains(key),
            _chain_detail,
            parts=frozenset({"rules"}),
            fleeting=_chain_does_nothing,
            more=_order,
        ),
        Kind("netfilter rule", _rules(key)),
    )


def _nft_tables(netfilter: Row) -> Named:
    return [(f"{table['family']} {table['name']}", table) for table in read(netfilter, "nft")]


def _in_nft_table(*keys: str) -> Callable[[Row], Named]:
    return lambda table: [
        (f"{table['family']} {table['name']} {name}", row) for key in keys for name, row in table[key].items()
    ]


def _nft_rules(table: Row) -> Named:
    return [
        (f"{name} {rule['text']}", rule) for name, chain in _in_nft_table("chains")(table) for rule in chain["rules"]
    ]


_NFT_TABLE = Kind(
    "nft table",
    _nft_tables,
    lambda table: f"chains {show(sorted(table['chains']))}",
    parts=frozenset({"chains", "sets", "maps"}),
    children=(
        Kind("nft chain", _in_nft_table("chains"), _chain_detail, parts=frozenset({"rules"}), more=_order),
        Kind("nft rule", _nft_rules),
        Kind("nft set", _in_nft_table("sets", "maps"), lambda row: show(row["elements"])),
    ),
)


NETFILTER = Kind(
    "netfilter",
    _netfilter,
    lambda netfilter: f"backend {netfilter['backend']}",
    parts=frozenset({"tables", "tables_ipv6", "nft"}),
    children=(*_netfilter_tables("tables"), *_netfilter_tables("tables_ipv6"), _NFT_TABLE),
)
