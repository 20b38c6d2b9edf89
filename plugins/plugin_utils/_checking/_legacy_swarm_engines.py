# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""Check of the engines: whether they can do what Contiv and legacy Swarm take, and share what they have to."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from ansible_collections.packetwalk.labs.plugins.plugin_utils._checking._contiv import (
    ENGINE,
    Contiv,
    Row,
    each_node,
    readable,
    seen,
)
from ansible_collections.packetwalk.labs.plugins.plugin_utils._findings import Finding, Step, judged
from ansible_collections.packetwalk.labs.plugins.plugin_utils._state import read

# moby removed --cluster-store (daemon/config: 23.0 refuses it).
_FIRST_WITHOUT_CLUSTER_STORE = (23, 0)
_KEYS = ("id", "name", "version", "cluster_store", "cluster_advertise")
_LOCAL = ("localhost", "127.0.0.1")


def legacy_swarm_engines(document: dict[str, Any], intent: dict[str, Any]) -> Iterator[Finding]:
    """Engines are distinct, can have a cluster store, are in no swarm of their own, and share the lab's etcd."""
    contiv = Contiv(document, intent)
    yield from each_node(contiv, _engine_of_node)
    told, _problems = readable(contiv, lambda name: contiv.swarm(name)["engine"])
    engines = {name: row for name, row in told.items() if row}
    if engines:
        yield judged("engines", _distinct_steps(engines))


def _engine_of_node(contiv: Contiv, name: str) -> Iterator[Finding]:
    yield judged(name, _engine_steps(contiv, name))


def _engine_steps(contiv: Contiv, name: str) -> Iterator[Step]:
    told = contiv.swarm(name)
    engine: Row | None = told["engine"]
    rows = [seen(ENGINE, engine, *_KEYS, node=name)]
    answer = "an answer" if engine else told.get("engine_reason")
    yield Step(f"engine of {name}", "an answer", answer, rows, "Start it, and look at its log.")
    if engine is None:
        return
    hint = "Install docker.io of Debian 12, or another engine before 23.0."
    version = engine["version"]
    yield Step(f"engine of {name}", "before 23.0", version, rows, hint, holds=_has_cluster_store(version))
    state = (read(contiv.engine(name), "swarm") or {}).get("state") or "inactive"
    hint = "docker swarm leave --force: in swarm mode engines refuse drivers of the first kind, as netplugin is."
    yield Step(f"swarm mode of the engine of {name}", "inactive", state, rows, hint)
    hint = "Run playbooks/contiv.yml, which configures the engine and restarts it."
    store = engine["cluster_store"]
    places = {host["address"] for host in contiv.hosts.values()} | set(_LOCAL)
    leads = urlsplit(store or "").scheme == "etcd" and _hosts(store) <= places
    expected = "etcd of a node of this lab"
    yield Step(f"cluster store of {name}", expected, store or None, rows, hint, holds=leads)
    host = contiv.hosts.get(name)
    if host:
        address = f"{host['address']}:{contiv.wanted['engine_port']}"
        advertised = engine["cluster_advertise"] or None
        yield Step(f"address that the engine of {name} advertises", address, advertised, rows, hint)


def _distinct_steps(engines: dict[str, Row]) -> Iterator[Step]:
    rows = [seen(ENGINE, row, *_KEYS, node=name) for name, row in engines.items()]
    paths = {name: urlsplit(row["cluster_store"] or "").path.strip("/") for name, row in engines.items()}
    hint = "Give all engines the same cluster store."
    yield Step("paths of the cluster store", "one", paths, rows, hint, holds=len(set(paths.values())) == 1)
    hint = "Stop one of them, remove its /etc/docker/key.json, and start it again: the swarm takes one of the two."
    for key, what in {"id": "identities", "name": "names"}.items():
        times = Counter(row[key] for row in engines.values())
        twice = {name: row[key] for name, row in engines.items() if times[row[key]] > 1}
        yield Step(f"{what} that two engines have", {}, twice, rows, hint)


def _has_cluster_store(version: str | None) -> bool:
    found = re.match(r"(\d+)\.(\d+)", version or "")
    return found is not None and (int(found[1]), int(found[2])) < _FIRST_WITHOUT_CLUSTER_STORE


def _hosts(store: str) -> set[str]:
    """Hosts of etcd://192.0.2.1:2379,192.0.2.2:2379/path, of which libkv takes the first that answers."""
    return {part.rpartition(":")[0] or part for part in urlsplit(store).netloc.split(",")}
