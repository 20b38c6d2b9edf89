# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""The state document: putting it together, saving and loading it, and reading its parts (docs/state.md)."""

from __future__ import annotations

import gc
import json
from collections.abc import Iterator, Mapping
from datetime import datetime, timezone
from typing import Any

SCHEMA = 1


class StateError(ValueError):
    """Text that is no state document; the message is one sentence for the user."""


class Unknown(LookupError):
    """A part of the state that could not be read on its node; the message is the reason given there."""


# What the document has of what packetwalk.labs.ovn_info returned, and its key there.
_OVN = {"ovn_nb": "northbound", "ovn_sb": "southbound", "ovn_lag": "lag"}

# What it has of each node of a lab with Contiv: its key there, where that was given, and the key of what was returned.
_CONTIV = (("legacy_swarm", "nodes", "legacy_swarm"), ("ovs", "switches", "ovs"))


def assemble(
    lab: str,
    taken_at: str,
    nodes: Mapping[str, Mapping[str, Any] | None],
    ovn: Mapping[str, Any] | None = None,
    switches: Mapping[str, Mapping[str, Any] | None] | None = None,
    machine: Mapping[str, Any] | None = None,
    contiv: Mapping[str, Any] | None = None,
    openstack: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """The document of a lab from what ``packetwalk.labs.node_state`` returned on each node.

    * ``taken_at``: ISO 8601, UTC.
    * ``nodes``: inventory host name to that result or to the ``state`` in it; null or a failed result where the
      node could not be asked.
    * ``ovn``: in a lab with OVN, ``central`` is what ``packetwalk.labs.ovn_info`` returned, and ``chassis`` is
      inventory host name to what ``packetwalk.labs.ovs_info`` returned; failed results too.
    * ``switches``: inventory host name to what ``packetwalk.labs.switch_info`` returned; failed results too. In it is
      ``open_vswitch``, what ``packetwalk.labs.ovs_info`` returned, of a switch that has VLANs by that.
    * ``machine``: what ``packetwalk.labs.link_info`` returned, also when it failed; null where nobody asked.
    * ``contiv``: in a lab with Contiv, ``nodes`` is inventory host name to what ``packetwalk.labs.legacy_swarm_info``
      returned, ``switches`` to what ``packetwalk.labs.ovs_info`` returned, and ``netmaster`` is what
      ``packetwalk.labs.contiv_info`` returned; failed results too. Where there is no netmaster it is absent or null.
    * ``openstack``: in a lab with OpenStack, ``neutron`` is what ``packetwalk.labs.neutron_info`` returned, failed too.
    """
    document: dict[str, Any] = {
        "schema": SCHEMA,
        "lab": lab,
        "taken_at": taken_at,
        "nodes": {name: _node(result) for name, result in nodes.items()},
        "control": {},
    }
    document["control"].update(_swarm(document["nodes"]))
    if ovn:
        for name, result in (ovn.get("chassis") or {}).items():
            document["nodes"].setdefault(name, _node(None)).update(_part("ovs", result, "ovs"))
        for key, returned in _OVN.items():
            document["control"].update(_part(key, ovn.get("central"), returned))
    for name, result in (switches or {}).items():
        node = document["nodes"].setdefault(name, _node(None))
        node.update(_part("switch", result, "switch"))
        if result and "open_vswitch" in result:
            node.update(_part("ovs", result["open_vswitch"], "ovs"))
    if machine is not None:
        document.update(_part("machine", machine, "machine"))
    if contiv:
        for key, part, returned in _CONTIV:
            for name, result in (contiv.get(part) or {}).items():
                document["nodes"].setdefault(name, _node(None)).update(_part(key, result, returned))
        document["control"].update(_legacy_swarm(document["nodes"]))
        if contiv.get("netmaster") is not None:
            document["control"].update(_part("contiv", contiv["netmaster"], "contiv"))
    if openstack:
        document["control"].update(_part("neutron", openstack.get("neutron"), "neutron"))
    return document


def assemble_now(
    lab: str,
    nodes: Mapping[str, Mapping[str, Any] | None],
    ovn: Mapping[str, Any] | None = None,
    switches: Mapping[str, Mapping[str, Any] | None] | None = None,
    machine: Mapping[str, Any] | None = None,
    contiv: Mapping[str, Any] | None = None,
    openstack: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """The document of a lab that was just read. Raises StateError when it has no nodes."""
    taken_at = datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    return validated(assemble(lab, taken_at, nodes, ovn, switches, machine, contiv, openstack))


def dump(document: Mapping[str, Any]) -> str:
    """The document as JSON, byte for byte the same for the same state."""
    return json.dumps(document, sort_keys=True, indent=1) + "\n"


def load(text: str) -> dict[str, Any]:
    """The document that ``dump`` wrote. Raises StateError for everything that is none."""
    # The collector would look through all the new objects again and again, for most of the time, and free none.
    collecting = gc.isenabled()
    gc.disable()
    try:
        document = json.loads(text)
    except ValueError as problem:
        raise StateError(f"This is no complete JSON document: {problem}.") from None
    finally:
        if collecting:
            gc.enable()
    return validated(document)


def validated(document: Any) -> dict[str, Any]:
    """``document`` itself when it can be judged. Raises StateError."""
    if not isinstance(document, dict) or "schema" not in document:
        raise StateError("This is no state document: it has no schema number.")
    if document["schema"] != SCHEMA:
        raise StateError(f"The state document has schema {document['schema']}, but only schema {SCHEMA} is understood.")
    if not isinstance(document.get("nodes"), dict) or not document["nodes"]:
        raise StateError("The state document has no nodes.")
    for name, node in document["nodes"].items():
        if not isinstance(node, dict) or "namespaces" not in node:
            raise StateError(f"Node {name} of the state document has no namespaces.")
    if not isinstance(document.get("control"), dict):
        raise StateError("The state document has no control part.")
    return document


def read(part: Mapping[str, Any], key: str) -> Any:
    """``part[key]``. Raises Unknown with the reason beside it when it is null, and when it is not there at all."""
    if part.get(key) is None:
        raise Unknown(part.get(f"{key}_reason") or f"the state document has no {key} here")
    return part[key]


def rules(namespace: Mapping[str, Any], table: str, chain: str) -> list[dict[str, Any]]:
    """IPv4 netfilter rules of a chain; none when the table or the chain does not exist. Raises Unknown."""
    tables = read(read(namespace, "netfilter"), "tables")
    found: list[dict[str, Any]] = tables.get(table, {}).get("chains", {}).get(chain, {}).get("rules", [])
    return found


def links(node: Mapping[str, Any], kind: str | None = None) -> Iterator[tuple[str, dict[str, Any]]]:
    """Pairs of namespace name and link, of one kind or of all. Raises Unknown."""
    for name, namespace in read(node, "namespaces").items():
        for link in read(namespace, "links"):
            if kind in (None, link["kind"]):
                yield name, link


def link_named(namespace: Mapping[str, Any], name: str | None) -> dict[str, Any] | None:
    """The link of that name in a namespace, or None. Raises Unknown."""
    return next((link for link in read(namespace, "links") if link["name"] == name), None)


def _node(result: Mapping[str, Any] | None) -> dict[str, Any]:
    result = result or {}
    state = result.get("state", result)
    if "namespaces" in state:
        return dict(state)
    reason = result.get("msg") or "the node was not asked"
    return {"namespaces": None, "namespaces_reason": reason, "docker": None, "docker_reason": reason}


def _part(key: str, result: Mapping[str, Any] | None, returned: str) -> dict[str, Any]:
    """``key`` of the document: what a module returned, else null with the reason beside it."""
    result = result or {}
    if result.get(returned) is not None:
        return {key: result[returned]}
    return {key: None, f"{key}_reason": result.get("msg") or "it was not asked"}


def _swarm(nodes: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """``control.swarm``: what the leader says, else the first manager; absent when no node is in a swarm."""
    engines = {name: node["docker"] for name, node in sorted(nodes.items()) if node.get("docker")}
    told = [(engine, engine["cluster"]) for engine in engines.values() if engine.get("cluster")]
    for engine, cluster in told:
        own = (engine.get("swarm") or {}).get("node_id")
        if any(row["id"] == own and (row["manager"] or {}).get("leader") for row in cluster["nodes"]):
            return {"swarm": cluster}
    if told:
        return {"swarm": told[0][1]}
    members = {name: engine for name, engine in engines.items() if (engine.get("swarm") or {}).get("state") == "active"}
    if not members:
        return {}
    reasons = [f"{name}: {engine.get('cluster_reason') or 'not a manager'}" for name, engine in members.items()]
    return {"swarm": None, "swarm_reason": f"no manager told about the swarm ({'; '.join(reasons)})"}


def _legacy_swarm(nodes: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """``control.legacy_swarm``: what the primary manager says."""
    reasons = []
    for name, node in sorted(nodes.items()):
        told = node.get("legacy_swarm")
        manager = (told or {}).get("manager")
        if manager and manager["role"] == "primary":
            return {"legacy_swarm": manager}
        if manager:
            reasons.append(f"{name}: it is a {manager['role']}")
        else:
            reason = told["manager_reason"] if told else node.get("legacy_swarm_reason")
            reasons.append(f"{name}: {reason or 'it was not asked'}")
    return {
        "legacy_swarm": None,
        "legacy_swarm_reason": f"no primary manager told about the swarm ({'; '.join(reasons)})",
    }
