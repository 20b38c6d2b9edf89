# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""What OpenStack says of its networks, as the ``neutron`` of docs/state.md.

Sources: Networking API v2.0 and Compute API v2.1 of docs.openstack.org/api-ref. An object is taken with the names of
the REST API, and with those of openstacksdk's resources (openstack.network.v2, openstack.compute.v2), which differ.

An attribute of an extension that the cloud has not loaded, or that its policy keeps from this user, is null here. What
is no object of its kind raises ParseError, which names the path that was asked.
"""

from __future__ import annotations

import urllib.parse
from typing import Any, Callable, Dict, Mapping, NamedTuple, Sequence

from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._errors import ParseError

Row = Dict[str, Any]

# Values of OS-EXT-STS:power_state (nova/objects/fields.py, InstancePowerState).
_POWER_STATES = {0: "nostate", 1: "running", 3: "paused", 4: "shutdown", 6: "crashed", 7: "suspended"}

_ROUTER_PORTS = "network:router_"


def _as_it_is(value: Any) -> Any:
    return value


def _or_none(value: Any) -> Any:
    """Neutron has an empty text where there is nothing."""
    return value or None


def _lower(value: str | None) -> str | None:
    return value.lower() if value else None


class _Field(NamedTuple):
    """An attribute.

    * ``name``: that of the REST API, which is also asked for. An attribute of an attribute is named with a slash.
    * ``sdk_name``: that of openstacksdk where it differs.
    * ``optional``: whether a cloud may leave it out.
    """

    name: str
    sdk_name: str | None = None
    optional: bool = False
    make: Callable[[Any], Any] = _as_it_is


class Kind(NamedTuple):
    """Objects of one kind.

    * ``service``: type of the service in the catalog.
    * ``collection``: key of the list in an answer.
    * ``query``: what is asked for besides the attributes, which only the Networking API is told.
    * ``microversion``: of the API, the lowest without.
    """

    service: str
    path: str
    collection: str
    fields: Mapping[str, _Field]
    order: Sequence[str] = ("name", "id")
    query: Sequence[tuple[str, str]] = ()
    microversion: str | None = None

    def asked(self) -> list[tuple[str, str]]:
        """The query of its first page: only the attributes that are needed."""
        names = dict.fromkeys(field.name.partition("/")[0] for field in self.fields.values())
        return [*self.query, *(("fields", name) for name in names if self.service == "network")]

    def rows(self, found: Any) -> list[Row]:
        """The objects of all pages, sorted. Raises ParseError."""
        return sorted((self._row(each) for each in _list(self.path, found)), key=self._order)

    def _order(self, row: Row) -> list[str]:
        return [str(row[key] or "") for key in self.order]

    def _row(self, found: Any) -> Row:
        if not isinstance(found, dict):
            raise ParseError(f"GET {self.path}", 0, "", "expected objects in the list")
        return {key: self._attribute(found, field) for key, field in self.fields.items()}

    def _attribute(self, found: Row, field: _Field) -> Any:
        name, _slash, inner = field.name.partition("/")
        for candidate in (name, field.sdk_name):
            if candidate in found:
                value = found[candidate]
                break
        else:
            if not field.optional:
                raise ParseError(f"GET {self.path}", 0, "", f"{found.get('id', 'an object')} has no {name}")
            value = None
        if inner:
            value = (value or {}).get(inner)
        try:
            return field.make(value)
        except (AttributeError, KeyError, TypeError):
            raise ParseError(f"GET {self.path}", 0, "", f"{found.get('id')} has an odd {name}: {value!r}") from None


def _rows_of(**names: str) -> Callable[[Any], list[Row]]:
    """Our key to the API's key, of objects inside of an object; sorted by their attributes."""

    def rows(value: Any) -> list[Row]:
        found = [{key: each[name] for key, name in names.items()} for each in value or ()]
        return sorted(found, key=lambda row: [str(attribute) for attribute in row.values()])

    return rows


def _names(value: Sequence[str] | None) -> list[str]:
    return sorted(value or ())


def _power_state(value: Any) -> str | None:
    return None if value is None else _POWER_STATES.get(value, str(value))


def _server_addresses(value: Mapping[str, Any]) -> list[str]:
    return sorted(address["addr"] for addresses in value.values() for address in addresses)


_ADDRESSES = _rows_of(subnet="subnet_id", address="ip_address")
_PAIRS = _rows_of(mac="mac_address", address="ip_address")
_ROUTES = _rows_of(destination="destination", next_hop="nexthop")

_RULE = Kind(
    "network",
    "/security-groups",
    "security_group_rules",
    {
        "id": _Field("id"),
        "direction": _Field("direction"),
        "ether_type": _Field("ethertype", "ether_type"),
        "protocol": _Field("protocol"),
        "port_min": _Field("port_range_min"),
        "port_max": _Field("port_range_max"),
        "remote_address": _Field("remote_ip_prefix"),
        "remote_group": _Field("remote_group_id"),
        "remote_address_group": _Field("remote_address_group_id", optional=True),
        "revision": _Field("revision_number", optional=True),
    },
    order=("direction", "ether_type", "protocol", "id"),
)

_REVISION = _Field("revision_number", optional=True)
_PROJECT = _Field("project_id", "tenant_id", optional=True)
_ADMIN_UP = _Field("admin_state_up", "is_admin_state_up")

# By key of the result.
KINDS = {
    "networks": Kind(
        "network",
        "/networks",
        "networks",
        {
            "id": _Field("id"),
            "name": _Field("name"),
            "project": _PROJECT,
            "external": _Field("router:external", "is_router_external", optional=True),
            "network_type": _Field("provider:network_type", "provider_network_type", optional=True),
            "physical_network": _Field("provider:physical_network", "provider_physical_network", optional=True),
            "segmentation_id": _Field("provider:segmentation_id", "provider_segmentation_id", optional=True),
            "mtu_bytes": _Field("mtu", optional=True),
            "admin_up": _ADMIN_UP,
            "status": _Field("status"),
            "shared": _Field("shared", "is_shared"),
            "subnets": _Field("subnets", "subnet_ids", make=_names),
            "revision": _REVISION,
        },
    ),
    "subnets": Kind(
        "network",
        "/subnets",
        "subnets",
        {
            "id": _Field("id"),
            "name": _Field("name"),
            "network": _Field("network_id"),
            "cidr": _Field("cidr"),
            "gateway": _Field("gateway_ip"),
            "dhcp": _Field("enable_dhcp", "is_dhcp_enabled"),
            # Their order is that in which they are asked.
            "dns_servers": _Field("dns_nameservers"),
            "host_routes": _Field("host_routes", make=_ROUTES),
            "pools": _Field("allocation_pools", make=_rows_of(first="start", last="end")),
            "ip_version": _Field("ip_version"),
            "revision": _REVISION,
        },
    ),
    "ports": Kind(
        "network",
        "/ports",
        "ports",
        {
            "id": _Field("id"),
            "name": _Field("name"),
            "network": _Field("network_id"),
            "mac": _Field("mac_address", make=_lower),
            "addresses": _Field("fixed_ips", make=_ADDRESSES),
            "device_id": _Field("device_id"),
            "device_owner": _Field("device_owner"),
            "host": _Field("binding:host_id", "binding_host_id", optional=True, make=_or_none),
            "vif_type": _Field("binding:vif_type", "binding_vif_type", optional=True),
            "vnic_type": _Field("binding:vnic_type", "binding_vnic_type", optional=True),
            "status": _Field("status"),
            "admin_up": _ADMIN_UP,
            "port_security": _Field("port_security_enabled", "is_port_security_enabled", optional=True),
            "security_groups": _Field("security_groups", "security_group_ids", optional=True, make=_names),
            "allowed_address_pairs": _Field("allowed_address_pairs", optional=True, make=_PAIRS),
            "revision": _REVISION,
        },
    ),
    "routers": Kind(
        "network",
        "/routers",
        "routers",
        {
            "id": _Field("id"),
            "name": _Field("name"),
            "external_network": _Field("external_gateway_info/network_id", optional=True),
            "external_addresses": _Field("external_gateway_info/external_fixed_ips", optional=True, make=_ADDRESSES),
            "snat": _Field("external_gateway_info/enable_snat", optional=True),
            "status": _Field("status"),
            "admin_up": _ADMIN_UP,
            "routes": _Field("routes", optional=True, make=_ROUTES),
            "revision": _REVISION,
        },
    ),
    "floating_ips": Kind(
        "network",
        "/floatingips",
        "floatingips",
        {
            "id": _Field("id"),
            "address": _Field("floating_ip_address"),
            "network": _Field("floating_network_id"),
            "port": _Field("port_id"),
            "fixed_address": _Field("fixed_ip_address"),
            "router": _Field("router_id"),
            "status": _Field("status", optional=True),
            "revision": _REVISION,
        },
        order=("address", "id"),
    ),
    "security_groups": Kind(
        "network",
        "/security-groups",
        "security_groups",
        {
            "id": _Field("id"),
            "name": _Field("name"),
            "project": _PROJECT,
            "stateful": _Field("stateful", optional=True),
            "rules": _Field("security_group_rules", make=_RULE.rows),
            "revision": _REVISION,
        },
    ),
    "agents": Kind(
        "network",
        "/agents",
        "agents",
        {
            "id": _Field("id"),
            "type": _Field("agent_type"),
            "binary": _Field("binary"),
            "host": _Field("host"),
            "alive": _Field("alive", "is_alive"),
            "admin_up": _ADMIN_UP,
            "availability_zone": _Field("availability_zone", optional=True, make=_or_none),
            "configuration": _Field("configurations", "configuration"),
        },
        order=("host", "binary", "id"),
    ),
    "servers": Kind(
        "compute",
        "/servers/detail",
        "servers",
        {
            "id": _Field("id"),
            "name": _Field("name"),
            "host": _Field("OS-EXT-SRV-ATTR:host", "compute_host", optional=True, make=_or_none),
            "status": _Field("status"),
            "power_state": _Field("OS-EXT-STS:power_state", "power_state", optional=True, make=_power_state),
            "addresses": _Field("addresses", make=_server_addresses),
        },
        query=(("all_tenants", "1"),),
    ),
    "compute_services": Kind(
        "compute",
        "/os-services",
        "services",
        {
            "host": _Field("host"),
            "binary": _Field("binary"),
            "state": _Field("state"),
            "status": _Field("status"),
            "reason": _Field("disabled_reason", optional=True),
        },
        order=("host", "binary"),
    ),
}

# Chassis that may be the gateway of a router, which the Networking API has as agents for layer 3 that the router is on.
GATEWAY_HOSTS_EXTENSION = "/extensions/l3_agent_scheduler"


def gateway_hosts_kind(router: str) -> Kind:
    """The chassis for the gateway of a router, by its identifier."""
    fields = {"host": _Field("host"), "priority": _Field("ha_chassis_priority", optional=True)}
    return Kind("network", f"/routers/{router}/l3-agents", "agents", fields, order=("host",))


def routers_with_gateway(found: Any) -> list[str]:
    """Identifiers of the routers that have a way outside. Raises ParseError."""
    return [row["id"] for row in KINDS["routers"].rows(found) if row["external_network"]]


def neutron(
    found: Mapping[str, list[Any] | None], gateway_hosts: Mapping[str, list[Any] | None], reasons: Mapping[str, str]
) -> Row:
    """The document of what was read.

    * ``found``: by key of ``KINDS`` the objects of all pages, null where they could not be read.
    * ``gateway_hosts``: likewise, by identifier of the router; one that nobody tells of is left out.
    * ``reasons``: by key why something could not be read.

    Raises ParseError.
    """
    document: Row = {}
    for key, kind in KINDS.items():
        told = found.get(key)
        document[key] = None if told is None else kind.rows(told)
        if told is None:
            document[f"{key}_reason"] = reasons.get(key, "it was not asked")
    for router in document["routers"] or ():
        router["ports"] = _ports_of(document, router["id"], _ROUTER_PORTS)
        router["gateway_hosts"] = _gateway_hosts(router["id"], gateway_hosts.get(router["id"]))
    for server in document["servers"] or ():
        server["ports"] = _ports_of(document, server["id"], "")
    return document


def next_page(kind: Kind, answer: Any, asked: Sequence[tuple[str, str]]) -> list[tuple[str, str]] | None:
    """The query of the page after an answer to the query ``asked``, or None after the last page. Raises ParseError.

    Only the query of the link is used: its host is often one that the cloud has only inside.
    """
    links = answer.get(f"{kind.collection}_links") or ()
    for link in links:
        if link.get("rel") == "next":
            query = urllib.parse.parse_qsl(urllib.parse.urlsplit(link["href"]).query)
            if sorted(query) == sorted(asked):
                raise ParseError(f"GET {kind.path}", 0, "", "the next page is the same one again")
            return query
    return None


def page(kind: Kind, answer: Any) -> list[Any]:
    """The objects of one answer. Raises ParseError."""
    if not isinstance(answer, dict):
        raise ParseError(f"GET {kind.path}", 0, "", "expected an object")
    return _list(kind.path, answer.get(kind.collection))


def _list(path: str, found: Any) -> list[Any]:
    if not isinstance(found, list):
        raise ParseError(f"GET {path}", 0, "", "expected a list")
    return found


def _ports_of(document: Row, device: str, owner: str) -> list[str]:
    return sorted(
        port["id"]
        for port in document["ports"] or ()
        if port["device_id"] == device and port["device_owner"].startswith(owner)
    )


def _gateway_hosts(router: str, found: list[Any] | None) -> list[Row] | None:
    if found is None:
        return None
    rows = gateway_hosts_kind(router).rows(found)
    return sorted(rows, key=lambda row: (-(row["priority"] or 0), row["host"]))
