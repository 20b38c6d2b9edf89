# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""Check of netmaster's endpoints against the containers that run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from ipaddress import ip_address
from typing import Any

from ansible_collections.packetwalk.labs.plugins.plugin_utils._checking._contiv import (
    NETMASTER,
    Attachment,
    Contiv,
    Row,
    label,
    readable,
    seen,
    seen_all,
)
from ansible_collections.packetwalk.labs.plugins.plugin_utils._checking._legacy_swarm_containers import (
    containers_as_wanted,
)
from ansible_collections.packetwalk.labs.plugins.plugin_utils._findings import Finding, Step, judged

_KEYS = ("id", "host", "address", "mac")


def contiv_endpoints(document: dict[str, Any], intent: dict[str, Any]) -> Iterator[Finding]:
    """Endpoints are the running containers' ends, with one address each, and intended containers run as asked."""
    contiv = Contiv(document, intent)
    engines, problems = readable(contiv, lambda name: (contiv.engine_networks(name), contiv.containers(name)))
    yield from problems
    for network in contiv.networks():
        yield judged(label(network), _network_steps(contiv, network, list(engines)))
    others = {row["name"] for row in contiv.wanted.get("docker_networks") or ()}
    yield from containers_as_wanted(contiv, list(engines), lambda network: network not in others)


def _network_steps(contiv: Contiv, network: Row, engines: list[str]) -> Iterator[Step]:
    # What runs on a node that could not be read is not known.
    unread = {host for host, name in contiv.name_of.items() if name not in engines}
    endpoints = {row["id"]: row for row in contiv.endpoints(network) if row["host"] not in unread}
    attached = dict(_attached(contiv, network, engines))
    rows = seen_all(NETMASTER, endpoints.values(), *_KEYS)
    name = label(network)
    leaked = [f"{row['address']} on {row['host']}" for key, row in endpoints.items() if key not in attached]
    hint = (
        "Their containers have gone without netplugin being told. netmaster forgets one by a POST of TenantName,"
        " NetworkName and EndpointID as application/json to /plugin/deleteEndpoint."
    )
    leaks = [seen(NETMASTER, row, *_KEYS) for key, row in endpoints.items() if key not in attached]
    yield Step(f"endpoints of {name} without a container", [], leaked, leaks, hint)
    without = [f"{end.container} ({end})" for key, end in attached.items() if key not in endpoints]
    hint = "Remove the container and run it again, so that netplugin makes its endpoint."
    yield Step(f"containers on {name} without an endpoint", [], without, rows, hint)
    places = {end.container: str(end) for end in attached.values()}
    told = {
        end.container: f"{row['address']} {row['mac']} on {contiv.name_of.get(row['host'], row['host'])}"
        for key, end in attached.items()
        for row in [endpoints[key]]
    }
    hint = "Remove the container and run it again."
    yield Step(f"endpoints of {name}", places, told, rows, hint)
    yield from _pool_steps(contiv, network)


def _attached(contiv: Contiv, network: Row, engines: list[str]) -> Iterator[tuple[str, Attachment]]:
    names = [row["docker_network"] for row in (network, *contiv.groups(network))]
    for node in engines:
        networks = contiv.engine_networks(node)
        for name in names:
            if name in networks:
                yield from contiv.attached(node, networks[name]).items()


def _pool_steps(contiv: Contiv, network: Row) -> Iterator[Step]:
    name, endpoints = label(network), contiv.endpoints(network)
    rows = seen_all(NETMASTER, endpoints, *_KEYS)
    rows.append(seen(NETMASTER, network, "name", "allocated_addresses", "allocated_count", "endpoint_count"))
    times = Counter(row["address"] for row in endpoints)
    hint = "Remove one of the containers and run it again."
    yield Step(f"addresses of {name} with two owners", [], [key for key, n in times.items() if n > 1], rows, hint)
    yield Step(f"endpoints that {name} counts", len(endpoints), network["endpoint_count"], rows, "Restart netmaster.")
    # The gateway has one of the pool where it is in it; the pool of a group is taken as a whole.
    pools = [group["pool"] for group in contiv.groups(network) if group["pool"]]

    def single(addresses: Iterable[str]) -> list[str]:
        others = (key for key in addresses if key != network["gateway"])
        return sorted((key for key in others if not any(_is_in(key, pool) for pool in pools)), key=ip_address)

    owned, allocated = single(times), single(network["allocated_addresses"])
    hint = "An address without an endpoint is lost to the pool until the network is deleted and created again."
    yield Step(f"addresses of {name} that are taken", owned, allocated, rows, hint)


def _is_in(address: str, pool: str) -> bool:
    """Whether an address is in a range such as 10.9.1.100-10.9.1.110."""
    first, _dash, last = pool.partition("-")
    return int(ip_address(first)) <= int(ip_address(address)) <= int(ip_address(last or first))
