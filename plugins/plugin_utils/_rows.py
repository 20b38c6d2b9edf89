# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""Questions about rows of the state document that need no walk: VTEPs, veth pairs and IPVS backends."""

from __future__ import annotations

from itertools import combinations
from typing import Any


def forwarding_rows(data: Any) -> list[dict[str, Any]]:
    """All fdb rows of a list of them, a namespace, a node or a whole state document."""
    if isinstance(data, list):
        return data
    if isinstance(data, dict):
        if "fdb" in data:
            return data["fdb"] or []
        for key in ("nodes", "namespaces"):
            if key in data:
                return [row for part in data[key].values() for row in forwarding_rows(part)]
    raise ValueError("expected fdb rows, or a namespace, a node or a state document that has them")


def vteps(data: Any, mac: str) -> list[str]:
    """The different destinations that fdb rows have for a MAC address, sorted."""
    found = {row["destination"] for row in forwarding_rows(data) if row["mac"] == mac.lower() and row["destination"]}
    return sorted(found)


def veth_pairs(namespaces: dict[str, Any]) -> list[dict[str, Any]]:
    """Both ends of each veth pair: ``{"first", "second", "ambiguous"}``, ends as ``{"namespace", "name", "index"}``.

    ``namespaces`` are names to namespaces of a node, or to lists of links. Two links are a pair when each names the
    other's index. Indexes are counted in each namespace, so two links can both claim a third one: such pairs are
    ``ambiguous``, unless the links themselves say the namespace.
    """
    ends = [
        (name, link)
        for name, content in namespaces.items()
        for link in (content["links"] if isinstance(content, dict) else content)
        if link.get("peer")
    ]
    found = [pair for pair in combinations(ends, 2) if _is_end_of(*pair) and _is_end_of(*reversed(pair))]
    pairs = []
    for first, second in found:
        rivals = [pair for pair in found if any(end is one for end in pair for one in (first, second))]
        pairs.append({"first": _end(*first), "second": _end(*second), "ambiguous": len(rivals) > 1})
    return sorted(pairs, key=lambda pair: (pair["first"]["namespace"], pair["first"]["index"]))


def _is_end_of(one: tuple[str, Any], other: tuple[str, Any]) -> bool:
    namespace, link = other
    peer = one[1]["peer"]
    if peer["namespace"] is not None:
        return bool(peer["namespace"] == namespace and peer["index"] == link["index"])
    if peer["name"] is not None:  # ip(8) names the other end only when it is in the same namespace
        return one[0] == namespace and bool(peer["name"] == link["name"])
    return bool(peer["index"] == link["index"])


def _end(namespace: str, link: dict[str, Any]) -> dict[str, Any]:
    return {"namespace": namespace, "name": link["name"], "index": link["index"]}


def backend_addresses(services: list[dict[str, Any]], mark: int) -> set[str]:
    """Addresses that IPVS gives new connections of a firewall mark; a backend of weight 0 gets none."""
    return {
        backend["address"]
        for service in services
        if service["kind"] == "fwmark" and service["mark"] == mark
        for backend in service["backends"]
        if backend["weight"] > 0
    }


def mark_number(mark: Any) -> int:
    """A firewall mark of ``259``, ``"259"`` or ``"0x103"``; raises ValueError when it is none of 32 bits."""
    try:
        number = int(str(mark), 0)
    except ValueError:
        raise ValueError(f"{mark!r} is not a firewall mark, such as 259 or 0x103") from None
    if isinstance(mark, bool) or not 0 <= number < 2**32:
        raise ValueError(f"{mark!r} is not a firewall mark of 32 bits")
    return number
