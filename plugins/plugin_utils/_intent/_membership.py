# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""What has to happen so that the nodes of the inventory are the nodes of the swarm.

Shapes: ``members`` is ``intent["nodes"]``; ``engines`` is host -> the ``Swarm`` object of the engine API's
``GET /info``; ``nodes`` is the engine API's ``GET /nodes``.
"""

from __future__ import annotations

import typing as t

from ansible_collections.packetwalk.labs.plugins.plugin_utils._intent._schema import IntentError

Members = t.Mapping[str, t.Mapping[str, t.Any]]
Engines = t.Mapping[str, t.Mapping[str, t.Any]]
Nodes = t.Sequence[t.Mapping[str, t.Any]]


def _present(members: Members) -> list[str]:
    return [host for host, member in members.items() if member["membership"] == "present"]


def primary(members: Members, engines: Engines) -> dict[str, t.Any]:
    """Choose the manager that is asked and told: ``{"host", "initialise"}``.

    A host that is a manager now and shall stay one comes first, so that the one chosen is not demoted while it is used.
    """
    wanted = [host for host in _present(members) if members[host]["role"] == "manager"]
    acting = [host for host in engines if engines[host].get("ControlAvailable")]
    for host in [*wanted, *acting]:
        if host in acting:
            return {"host": host, "initialise": False}
    lost = [
        host for host in _present(members) if engines.get(host, {}).get("LocalNodeState") not in (None, "", "inactive")
    ]
    if lost:
        raise IntentError(
            f"The engine of {lost[0]} says it is in a swarm, but no manager answers. Restore the majority of the "
            f"managers, or run 'docker swarm leave --force' on {lost[0]}."
        )
    if wanted[0] not in engines:
        raise IntentError(f"There is no swarm yet and {wanted[0]} is outside of --limit. Run once without --limit.")
    return {"host": wanted[0], "initialise": True}


def joining(members: Members, engines: Engines, nodes: Nodes) -> list[str]:
    """Return the hosts that have to join; raise :class:`IntentError` for one that is in another swarm."""
    known = {node["ID"] for node in nodes}
    result = []
    for host in _present(members):
        engine = engines.get(host)
        if engine is None:
            continue
        state = engine.get("LocalNodeState") or "inactive"
        if state == "inactive":
            result.append(host)
        elif engine.get("NodeID") not in known:
            raise IntentError(
                f"{host} is in another swarm ({state}). Run 'docker swarm leave --force' there if it may leave it."
            )
    return result


def _node_of(host: str, engines: Engines, nodes: Nodes) -> t.Mapping[str, t.Any] | None:
    identifier = engines.get(host, {}).get("NodeID")
    for node in nodes:
        if identifier and node["ID"] == identifier:
            return node
    # A host outside of --limit was not asked; its name is the next best thing, if it is there only once.
    named = [
        node for node in nodes if node["Description"].get("Hostname") == host and node["Status"]["State"] == "ready"
    ]
    return named[0] if len(named) == 1 else None


def reconciling(
    members: Members, engines: Engines, nodes: Nodes, own_all: bool = False
) -> dict[str, list[dict[str, t.Any]]]:
    """Return what has to change in the node table, each entry with ``host`` and node ``id``:

    * ``promote`` and ``demote``, to be done one at a time and in this order,
    * ``change``: other availability or labels, with both as they shall be,
    * ``leave``: hosts that shall not be members,
    * ``remove``: entries that are Down and belong to no host, or to one that has a newer entry. That of a host outside
      of --limit stays, as the host may come back,
    * ``forget``: nodes that are up but in no inventory, only when all nodes are the lab's ``own_all``: other people's
      nodes are left alone.
    """
    steps = ("promote", "demote", "change", "leave", "remove", "forget")
    plan: dict[str, list[dict[str, t.Any]]] = {name: [] for name in steps}
    kept = set()
    awaited = set()
    for host, member in members.items():
        node = _node_of(host, engines, nodes)
        if node is None:
            if host not in engines and member["membership"] == "present":
                awaited.add(host)
            continue
        kept.add(node["ID"])
        item = {"host": host, "id": node["ID"], "role": node["Spec"]["Role"]}
        if member["membership"] == "absent":
            plan["leave"].append(item)
            continue
        if node["Spec"]["Role"] != member["role"]:
            plan["promote" if member["role"] == "manager" else "demote"].append(item)
        labels = node["Spec"].get("Labels") or {}
        if node["Spec"]["Availability"] != member["availability"] or labels != member["labels"]:
            plan["change"].append({**item, "availability": member["availability"], "labels": member["labels"]})
    for node in nodes:
        name = node["Description"].get("Hostname")
        if node["ID"] in kept or name in awaited:
            continue
        item = {"host": name, "id": node["ID"], "role": node["Spec"]["Role"]}
        if node["Status"]["State"] == "down":
            plan["remove"].append(item)
        elif own_all:
            plan["forget"].append(item)
    return plan


def quorum_kept(nodes: Nodes, leaving: str) -> bool:
    """Tell whether the managers without node ``leaving`` still have a majority of reachable ones."""
    managers = [node for node in nodes if node.get("ManagerStatus") and node["ID"] != leaving]
    reachable = [node for node in managers if node["ManagerStatus"].get("Reachability") == "reachable"]
    return len(reachable) * 2 > len(managers)
