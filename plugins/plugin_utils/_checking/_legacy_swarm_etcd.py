# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""Check of etcd, in which engines, legacy Swarm and Contiv keep all that they share."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ansible_collections.packetwalk.labs.plugins.plugin_utils._checking._contiv import (
    Contiv,
    Row,
    each_node,
    readable,
    seen,
)
from ansible_collections.packetwalk.labs.plugins.plugin_utils._findings import Finding, Step, judged

_V2 = "Start etcd 3.4 or 3.5 with --enable-v2; later ones have it no more."
_QUORUM = "Look whether most members run and reach each other at their peer URLs."
_START = "Start it with playbooks/contiv.yml, and look at its log."


def legacy_swarm_etcd(document: dict[str, Any], intent: dict[str, Any]) -> Iterator[Finding]:
    """The masters are a healthy cluster of etcd with one version and the v2 API, and every node reaches it."""
    contiv = Contiv(document, intent)
    yield from each_node(contiv, _etcd_of_node)
    told, _problems = readable(contiv, lambda name: contiv.swarm(name)["etcd"])
    # Why others tell nothing of the cluster is said of their node.
    found = {name: row for name, row in told.items() if row and row["members"] is not None}
    if found:
        yield judged("cluster", _cluster_steps(contiv, found))


def _etcd_of_node(contiv: Contiv, name: str) -> Iterator[Finding]:
    yield judged(name, _node_steps(contiv, name))


def _node_steps(contiv: Contiv, name: str) -> Iterator[Step]:
    told = contiv.swarm(name)
    etcd: Row | None = told["etcd"]
    rows = [seen("etcd", etcd, node=name)]
    answer = "an answer" if etcd else told.get("etcd_reason")
    yield Step(f"etcd of {name}", "an answer", answer, rows, _START)
    if etcd is None:
        return
    role = "member" if name in contiv.wanted["masters"] else "proxy"
    hint = "Masters are members and workers proxies: see roles/etcd."
    yield Step(f"role of etcd of {name}", role, etcd["role"], rows, hint)
    yield Step(f"health of etcd as {name} sees it", True, etcd["healthy"], rows, _QUORUM)
    yield Step(f"v2 API of etcd of {name}", True, etcd["v2"], rows, _V2)


def _cluster_steps(contiv: Contiv, found: dict[str, Row]) -> Iterator[Step]:
    rows = [seen("etcd", row, node=name) for name, row in found.items()]
    versions = {name: row["version"] for name, row in found.items()}
    hint = "Install the same etcd on all nodes."
    yield Step("versions of etcd", "one", versions, rows, hint, holds=len(set(versions.values())) == 1)
    masters = {contiv.hosts[name]["address"] for name in contiv.wanted["masters"] if name in contiv.hosts}
    told = {name: _addresses(row["members"]) for name, row in found.items()}
    hint = "etcdctl member list; a member is added and removed with etcdctl member, on one that works."
    yield Step("members of etcd", dict.fromkeys(told, sorted(masters)), told, rows, hint)
    # What a proxy passes on counts where no member was read.
    row = min(found.values(), key=lambda row: row["role"] != "member")
    ill = [member["name"] for member in row["members"] if member["healthy"] is False]
    yield Step("members of etcd that are not healthy", [], ill, rows, _START)
    yield Step("etcd has a leader", True, row["leader"] is not None, rows, _QUORUM)


def _addresses(members: list[Row]) -> list[str]:
    """Where members hear each other; the URL is http://192.0.2.1:2380."""
    urls = (url for member in members for url in member["peer_urls"])
    return sorted({url.rpartition("//")[2].rpartition(":")[0].strip("[]") for url in urls})
