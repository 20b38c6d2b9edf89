# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""Check of the networks, groups and policies of netmaster, and of what engines have of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ansible_collections.packetwalk.labs.plugins.plugin_utils._checking._contiv import (
    DRIVER,
    ENGINE,
    NETMASTER,
    Contiv,
    Row,
    label,
    readable,
    seen,
    subnet_of,
)
from ansible_collections.packetwalk.labs.plugins.plugin_utils._findings import Finding, Step, judged, warning
from ansible_collections.packetwalk.labs.plugins.plugin_utils._state import read

_Engines = dict[str, dict[str, Row]]

# Section of what netmaster says, the kind in the intent, and the keys that are compared.
_OBJECTS = (
    ("networks", "network", ("type", "encapsulation", "tag", "subnet", "gateway")),
    ("endpoint_groups", "group", ("network", "policies", "pool")),
)
_CREATE = "Run playbooks/contiv.yml, which makes it."
_AGAIN = "Delete it in netmaster and create it again; creating it once more alone makes no network of engines."


def contiv_networks(document: dict[str, Any], intent: dict[str, Any]) -> Iterator[Finding]:
    """Networks and groups are as intended, and every engine has each of them, alike, and no others of netplugin."""
    contiv = Contiv(document, intent)
    engines, problems = readable(contiv, contiv.engine_networks)
    yield from problems
    yield from _objects(contiv)
    data = contiv.networks()
    for network in data:
        yield judged(label(network), _engine_steps(network, network, engines))
        if not network["in_tenant"]:
            yield _lost(network)
        for group in contiv.groups(network):
            yield judged(label(group), _engine_steps(group, network, engines))
    known = {row["docker_network"] for row in [*data, *read(contiv.netmaster, "endpoint_groups")]}
    for name, networks in engines.items():
        yield judged(f"{name}/others", [_foreign(name, networks, known)])


def _objects(contiv: Contiv) -> Iterator[Finding]:
    """Whether netmaster has all that the intent has, as it has it."""
    told = contiv.netmaster
    wanted = {row["name"] for row in contiv.wanted.get("tenants") or ()}
    tenants = wanted & {row["name"] for row in read(told, "tenants")}
    if wanted:
        yield judged("tenants", [Step("tenants", wanted, tenants, [seen(NETMASTER, None)], _CREATE)])
    for section, kind, keys in _OBJECTS:
        found = {label(row): row for row in read(told, section)}
        for row in contiv.wanted.get(kind + "s") or ():
            step = _as_wanted(f"{kind} {label(row)}", row, found.get(label(row)), *keys)
            yield judged(f"{kind}/{label(row)}", [step])
    rules = {(row["tenant"], row["policy"], row["number"]): row for row in read(told, "rules")}
    policies = {label(row): row for row in read(told, "policies")}
    for policy in contiv.wanted.get("policies") or ():
        name = label(policy)
        steps = [_as_wanted(f"policy {name}", policy, policies.get(name), "name")]
        for row in policy.get("rules") or ():
            actual = rules.get((name.partition("/")[0], policy["name"], str(row["number"])))
            steps.append(_as_wanted(f"rule {row['number']} of {name}", row, actual, *row))
        yield judged(f"policy/{name}", steps)


def _as_wanted(what: str, wanted: Mapping[str, Any], found: Row | None, *keys: str) -> Step:
    expected = {key: _text(wanted[key]) for key in keys if wanted.get(key) not in (None, "", (), [])}
    actual = {key: _text(found[key]) for key in expected} if found else None
    hint = f"{_CREATE} What cannot be changed has to be deleted before."
    return Step(what, expected, actual, [seen(NETMASTER, found)], hint)


def _text(field: Any) -> str | list[str]:
    """A field as both spell it: the intent has numbers where netmaster has texts, and lists in another order."""
    return sorted(map(str, field)) if isinstance(field, (list, tuple)) else str(field)


def _engine_steps(wanted: Row, network: Row, engines: _Engines) -> Iterator[Step]:
    """What engines have of a network or of a group in it."""
    name = wanted["docker_network"]
    found = {node: networks[name] for node, networks in engines.items() if name in networks}
    rows = [seen(ENGINE, row, "name", "id", "driver", "subnets", node=node) for node, row in found.items()]
    yield Step(f"engines that have {name}", sorted(engines), sorted(found), rows or [seen(NETMASTER, wanted)], _AGAIN)
    drivers = {node: row["driver"] for node, row in found.items()}
    yield Step(f"driver of {name}", dict.fromkeys(found, DRIVER), drivers, rows, _AGAIN)
    ids = {row["id"] for row in found.values()}
    hint = "The engines do not share a cluster store: see the check legacy_swarm_engines."
    yield Step(f"identifiers of {name}", "one", ids, rows, hint, holds=len(ids) <= 1)
    subnets = {node: [subnet_of(pool["subnet"]) for pool in row["subnets"]] for node, row in found.items()}
    yield Step(f"subnets of {name}", dict.fromkeys(found, [subnet_of(network["subnet"])]), subnets, rows, _AGAIN)
    # The one that packets have on the wire.
    tag = network["packet_tag"] if network["encapsulation"] == "vlan" else network["external_tag"]
    tags = {node: row["options"].get("pkt-tag") for node, row in found.items()}
    yield Step(f"tag of {name}", dict.fromkeys(found, str(tag)), tags, rows, _AGAIN)


def _lost(network: Row) -> Finding:
    tenant = network["tenant"]
    hint = (
        "A refused delete has done it, for good: remove its containers, delete the network and create it again. Until"
        " then netmaster takes overlapping subnets, and lets the tenant be deleted."
    )
    row = [seen(NETMASTER, network, "tenant", "name", "in_tenant")]
    return warning(f"{label(network)}/tenant", f"tenant {tenant} knows its network", True, False, row, hint)


def _foreign(name: str, networks: dict[str, Row], known: set[str | None]) -> Step:
    rows = [row for row in networks.values() if row["driver"] == DRIVER and row["name"] not in known]
    hint = "docker network rm it: without netmaster its containers get no address."
    what = f"networks of {DRIVER} on {name} that netmaster does not know"
    return Step(what, [], [row["name"] for row in rows], [seen(ENGINE, row, node=name) for row in rows], hint)
