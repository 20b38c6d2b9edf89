# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""Objects of netmaster's REST API (Contiv 1.0.3) as rows of docs/state.md.

netmaster leaves out a field that is empty, zero or false. Every row here has all of its keys: None for no text, an
empty list for no names. What is not an object of its kind raises ParseError with the kind as it stands in the path.
"""

from __future__ import annotations

import ipaddress
from typing import Any

from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._errors import ParseError


def version(answer: Any) -> dict[str, Any]:
    """``GET /version``."""
    fields = _Fields("version", answer)
    return {"version": fields.name("Version"), "commit": fields.text("GitCommit"), "built": fields.text("BuildTime")}


def tenant(config: Any) -> dict[str, Any]:
    """One of ``GET /api/v1/tenants/``."""
    fields = _Fields("tenants", config)
    return {"name": fields.name("tenantName"), "default_network": fields.text("defaultNetwork")}


def linked_networks(tenants: Any) -> set[str]:
    """Keys (``tenant:name``) of the networks that the tenants of ``GET /api/v1/tenants/`` know.

    A network whose deletion was refused is missing here for good, although it is there and works.
    """
    if not isinstance(tenants, list):
        raise ParseError("tenants", 0, "", "expected a list of them")
    return {key for config in tenants for key in _Fields("tenants", config).part("link-sets").part("Networks").found}


def network(inspected: Any, in_tenant: bool = True) -> dict[str, Any]:
    """``GET /api/v1/inspect/networks/KEY/``; ``in_tenant`` says whether the key is one of ``linked_networks``.

    ``tag`` is the one that was asked for and ``packet_tag`` the one in use on a node. VXLAN has the other one,
    ``external_tag``, on the wire.
    """
    config, oper = _inspected("networks", inspected)
    owner, name, kind = config.name("tenantName"), config.name("networkName"), config.text("nwType") or "data"
    return {
        "tenant": owner,
        "name": name,
        "type": kind,
        "encapsulation": config.name("encap"),
        "subnet": config.name("subnet"),
        "gateway": config.text("gateway"),
        "ipv6_subnet": config.text("ipv6Subnet"),
        "ipv6_gateway": config.text("ipv6Gateway"),
        "tag": config.number("pktTag") or None,
        "packet_tag": oper.number("pktTag") or None,
        "external_tag": oper.number("externalPktTag") or None,
        "docker_network": None if kind == "infra" else docker_network(owner, name),
        "allocated_addresses": _addresses("networks", oper.text("allocatedIPAddresses") or ""),
        "allocated_count": oper.number("allocatedAddressesCount"),
        "endpoint_count": oper.number("numEndpoints"),
        "in_tenant": in_tenant,
    }


def endpoints(inspected: Any) -> list[dict[str, Any]]:
    """The endpoints of a network, of the same answer as ``network``, by their identifiers."""
    config, oper = _inspected("networks", inspected)
    owner, name = config.name("tenantName"), config.name("networkName")
    rows = [endpoint(found, owner, name) for found in oper.array("endpoints")]
    return sorted(rows, key=lambda row: str(row["id"]))


def endpoint(oper: Any, tenant_name: str, network_name: str) -> dict[str, Any]:
    """One of a network's endpoints. Raises ParseError when it is of another network."""
    fields = _Fields("endpoints", oper)
    if fields.name("network") != f"{network_name}.{tenant_name}":
        raise ParseError("endpoints", 0, "", f"expected network {network_name}.{tenant_name}")
    # IPv4 and IPv6, each of them an empty text where there is none.
    address, address6 = [*fields.names("ipAddress"), "", ""][:2]
    return {
        "id": fields.name("endpointID"),
        "tenant": tenant_name,
        "network": network_name,
        "host": fields.text("homingHost"),
        "address": address or None,
        "address6": address6 or None,
        "mac": fields.text("macAddress"),
        # GROUP:TENANT, the other way round than elsewhere.
        "group": (fields.text("endpointGroupKey") or "").partition(":")[0] or None,
        "container": fields.text("containerName"),
    }


def group(inspected: Any) -> dict[str, Any]:
    """``GET /api/v1/inspect/endpointGroups/KEY/``."""
    config, oper = _inspected("endpointGroups", inspected)
    owner, name = config.name("tenantName"), config.name("groupName")
    return {
        "tenant": owner,
        "name": name,
        "network": config.name("networkName"),
        "policies": sorted(config.names("policies")),
        "pool": config.text("ipPool"),
        "net_profile": config.text("netProfile"),
        "docker_network": docker_network(owner, name),
        "packet_tag": oper.number("pktTag") or None,
    }


def policy(config: Any) -> dict[str, Any]:
    """One of ``GET /api/v1/policys/``, as netmaster spells it."""
    fields = _Fields("policys", config)
    return {"tenant": fields.name("tenantName"), "name": fields.name("policyName")}


def rule(config: Any) -> dict[str, Any]:
    """One of ``GET /api/v1/rules/``. ``protocol`` and ``port`` are None where all match."""
    fields = _Fields("rules", config)
    return {
        "tenant": fields.name("tenantName"),
        "policy": fields.name("policyName"),
        "number": fields.name("ruleId"),
        "direction": fields.name("direction"),
        "priority": fields.number("priority"),
        "protocol": fields.text("protocol"),
        "port": fields.number("port") or None,
        "action": fields.name("action"),
        "from_group": fields.text("fromEndpointGroup"),
        "from_network": fields.text("fromNetwork"),
        "from_address": fields.text("fromIpAddress"),
        "to_group": fields.text("toEndpointGroup"),
        "to_network": fields.text("toNetwork"),
        "to_address": fields.text("toIpAddress"),
    }


def app_profile(config: Any) -> dict[str, Any]:
    """One of ``GET /api/v1/appProfiles/``."""
    fields = _Fields("appProfiles", config)
    return {
        "tenant": fields.name("tenantName"),
        "name": fields.name("appProfileName"),
        "groups": sorted(fields.names("endpointGroups")),
    }


def bgp(config: Any) -> dict[str, Any]:
    """One of ``GET /api/v1/Bgps/``."""
    fields = _Fields("Bgps", config)
    return {
        "hostname": fields.name("hostname"),
        "router_address": fields.text("routerip"),
        "as": _number_or_word(fields.text("as")),
        "neighbor": fields.text("neighbor"),
        "neighbor_as": _number_or_word(fields.text("neighbor-as")),
    }


def global_settings(inspected: Any) -> dict[str, Any]:
    """``GET /api/v1/inspect/globals/global/``. Tags in use are ranges like ``1-5, 5000``, empty for none."""
    config, oper = _inspected("globals", inspected)
    return {
        "infrastructure": config.text("networkInfraType"),
        "vlan_range": config.name("vlans"),
        "vxlan_range": config.name("vxlans"),
        "forwarding_mode": config.text("fwdMode"),
        "arp_mode": config.text("arpMode"),
        "private_subnet": config.name("pvtSubnet"),
        "vlans_in_use": oper.text("vlansInUse") or "",
        "vxlans_in_use": oper.text("vxlansInUse") or "",
        "cluster_mode": oper.text("clusterMode"),
    }


def docker_network(tenant_name: str, name: str) -> str:
    """Docker's name for a network or a group."""
    return name if tenant_name == "default" else f"{name}/{tenant_name}"


def _number_or_word(text: str | None) -> int | str | None:
    """netmaster has texts for numbers of autonomous systems, and takes words too."""
    return int(text) if text and text.isdigit() and str(int(text)) == text else text


def _addresses(kind: str, ranges: str) -> list[str]:
    """The addresses of ``10.9.1.1-10.9.1.3, 10.9.1.9``."""
    addresses = []
    try:
        for span in filter(None, ranges.split(", ")):
            first, dash, last = span.partition("-")
            begin, end = int(ipaddress.IPv4Address(first)), int(ipaddress.IPv4Address(last if dash else first))
            if end < begin:
                raise ValueError
            addresses += [str(ipaddress.IPv4Address(number)) for number in range(begin, end + 1)]
    except ValueError:
        raise ParseError(kind, 0, "", f"expected ranges of addresses, not {ranges!r}") from None
    return addresses


def _inspected(kind: str, answer: Any) -> tuple[_Fields, _Fields]:
    fields = _Fields(kind, answer)
    if "Config" not in fields.found:
        raise ParseError(kind, 0, "", "expected Config and Oper")
    return fields.part("Config"), fields.part("Oper")


class _Fields:
    """The fields of one object of a kind; each is checked for its type when it is asked for."""

    def __init__(self, kind: str, found: Any) -> None:
        if not isinstance(found, dict):
            raise ParseError(kind, 0, "", "expected an object")
        self.found = found
        self._kind = kind

    def name(self, field: str) -> str:
        """A text that is never empty."""
        text = self.text(field)
        if text is None:
            raise ParseError(self._kind, 0, "", f"expected {field}")
        return text

    def text(self, field: str) -> str | None:
        found = self.found.get(field, "")
        if not isinstance(found, str):
            raise ParseError(self._kind, 0, "", f"expected a text for {field}")
        return found or None

    def number(self, field: str) -> int:
        found = self.found.get(field, 0)
        if not isinstance(found, int) or isinstance(found, bool):
            raise ParseError(self._kind, 0, "", f"expected a number for {field}")
        return found

    def array(self, field: str) -> list[Any]:
        found = self.found.get(field, [])
        if not isinstance(found, list):
            raise ParseError(self._kind, 0, "", f"expected a list for {field}")
        return found

    def names(self, field: str) -> list[str]:
        found = self.array(field)
        if not all(isinstance(name, str) for name in found):
            raise ParseError(self._kind, 0, "", f"expected a list of texts for {field}")
        return found

    def part(self, field: str) -> _Fields:
        return _Fields(self._kind, self.found.get(field, {}))
