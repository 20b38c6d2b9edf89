# SPDX-License-Identifier: GPL-3.0-or-later
"""The kinds of objects that the double of netmaster has, their fields, and what netmaster 1.0.3 says of wrong ones."""

from __future__ import annotations

import json
import re
from typing import Any, NamedTuple

OCTET = r"(25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)"
IPV4 = rf"{OCTET}(\.{OCTET}){{3}}"
LENGTH = r"(3[01]|[12]\d|[1-9])"
LABEL = r"[a-zA-Z0-9]([a-zA-Z0-9-]*[a-zA-Z0-9])?"
NAME = rf"({LABEL}\.)*{LABEL}"
SUBNET = rf"{IPV4}(-{IPV4})?/{LENGTH}"
MATCHED = rf"({IPV4}(-{OCTET})?(/{LENGTH})?)?"
IPV6 = r"[0-9a-fA-F:]*:[0-9a-fA-F:]*"


class Refusal(Exception):
    """A request that netmaster answers with status 500 and these words."""


class Field(NamedTuple):
    name: str
    kind: str = "string"  # of Go
    pattern: str = ".*"
    bounds: tuple[int, int] | None = None
    longest: int = 64
    default: Any = None


class Kind(NamedTuple):
    plural: str
    type: str  # of Go, and in links with a small first letter
    key: tuple[str, ...]
    fields: tuple[Field, ...]  # in the order they are looked at
    missing: str
    link_sets: bool = True
    links: tuple[str, ...] = ()


TENANT = Field("tenantName", pattern=NAME)

KINDS = {
    kind.plural: kind
    for kind in (
        Kind(
            "tenants",
            "Tenant",
            ("tenantName",),
            (Field("defaultNetwork", pattern=rf"({NAME})?"), TENANT),
            "tenant not found",
        ),
        Kind(
            "networks",
            "Network",
            ("tenantName", "networkName"),
            (
                Field("cfgdTag", pattern=rf"({NAME})?", longest=128),
                Field("encap", pattern="vlan|vxlan"),
                Field("gateway", pattern=rf"({IPV4})?"),
                Field("ipv6Gateway", pattern=rf"({IPV6})?"),
                Field("ipv6Subnet", pattern=rf"({IPV6}/(12[0-7]|1[01]\d|[1-9]?\d))?"),
                Field("networkName", pattern=NAME),
                Field("nwType", pattern="data|infra", default="data"),
                Field("pktTag", "int", bounds=(-(2**31), 16777216)),
                Field("subnet", pattern=SUBNET),
                TENANT,
            ),
            "network not found",
            links=("Tenant",),
        ),
        Kind(
            "endpointGroups",
            "EndpointGroup",
            ("tenantName", "groupName"),
            (
                Field("cfgdTag", pattern=rf"({NAME})?", longest=128),
                Field("extContractsGrps", "[]string"),
                Field("groupName", pattern=NAME),
                Field("ipPool", pattern=rf"({IPV4}(-{IPV4})?)?"),
                Field("netProfile"),
                Field("networkName", pattern=NAME),
                Field("policies", "[]string"),
                TENANT,
            ),
            "endpointGroup not found",
            links=("AppProfile", "NetProfile", "Network", "Tenant"),
        ),
        Kind(
            "policys",
            "Policy",
            ("tenantName", "policyName"),
            (Field("policyName", pattern=NAME), TENANT),
            "policy not found",
            links=("Tenant",),
        ),
        Kind(
            "rules",
            "Rule",
            ("tenantName", "policyName", "ruleId"),
            (
                Field("action", pattern="allow|deny"),
                Field("direction", pattern="in|out"),
                Field("fromEndpointGroup", pattern=rf"({NAME})?"),
                Field("fromIpAddress", pattern=MATCHED),
                Field("fromNetwork", pattern=rf"({NAME})?"),
                Field("policyName", pattern=NAME),
                Field("port", "int", bounds=(-(2**31), 65535)),
                Field("priority", "int", bounds=(1, 100), default=1),
                Field("protocol", pattern=r"(tcp|udp|icmp|\d{1,3})?"),
                Field("ruleId", pattern=NAME),
                TENANT,
                Field("toEndpointGroup", pattern=rf"({NAME})?"),
                Field("toIpAddress", pattern=MATCHED),
                Field("toNetwork", pattern=rf"({NAME})?"),
            ),
            "rule not found",
            links=("MatchEndpointGroup",),
        ),
        Kind(
            "globals",
            "Global",
            ("name",),
            (
                Field("arpMode", pattern="(proxy|flood)?"),
                Field("fwdMode", pattern="(bridge|routing)?"),
                Field("name", pattern="global"),
                Field("networkInfraType", pattern="(aci|aci-opflex|default)?"),
                Field("pvtSubnet", pattern=rf"{IPV4}/16"),
                Field("vlans", pattern=r"\d{1,4}-\d{1,4}"),
                Field("vxlans", pattern=r"\d{1,8}-\d{1,8}"),
            ),
            "global not found",
            link_sets=False,
        ),
        Kind(
            "Bgps",
            "Bgp",
            ("hostname",),
            (
                Field("as"),
                Field("hostname", pattern=NAME, longest=256),
                Field("neighbor", pattern=rf"({IPV4})?", longest=15),
                Field("neighbor-as"),
                Field("routerip", pattern=rf"{IPV4}(-{OCTET})?/{LENGTH}"),
            ),
            "Bgp not found",
            link_sets=False,
        ),
        Kind(
            "appProfiles",
            "AppProfile",
            ("tenantName", "appProfileName"),
            (Field("appProfileName", pattern=NAME), Field("endpointGroups", "[]string"), TENANT),
            "appProfile not found",
            links=("Tenant",),
        ),
        Kind(
            "netprofiles",
            "Netprofile",
            ("tenantName", "profileName"),
            (
                Field("DSCP", "int", bounds=(-(2**31), 63)),
                Field("bandwidth", pattern=r"([1-9]\d* ?([kmgKMG](bps|b)?))?"),
                Field("burst", "int", bounds=(-(2**31), 10486)),
                Field("profileName"),
                TENANT,
            ),
            "netprofile not found",
            links=("Tenant",),
        ),
        Kind(
            "extContractsGroups",
            "ExtContractsGroup",
            ("tenantName", "contractsGroupName"),
            (
                Field("contracts", "[]string"),
                Field("contractsGroupName", pattern=NAME),
                Field("contractsType", pattern="provided|consumed"),
                TENANT,
            ),
            "extContractsGroup not found",
        ),
        Kind(
            "serviceLBs",
            "ServiceLB",
            ("tenantName", "serviceName"),
            (
                Field("ipAddress", pattern=rf"({IPV4})?", longest=15),
                Field("networkName", pattern=NAME),
                Field("ports", "[]string"),
                Field("selectors", "[]string"),
                Field("serviceName", pattern=NAME, longest=256),
                TENANT,
            ),
            "serviceLB not found",
            link_sets=False,
            links=("Network", "Tenant"),
        ),
        *(Kind(plural, plural[:-1], (), (), "") for plural in ("aciGws", "volumes", "volumeProfiles")),
    )
}

_GO_NAMES = {str: "string", int: "number", float: "number", bool: "bool", list: "array", dict: "object"}
_PYTHON = {"string": str, "int": int, "[]string": list}


def decoded(kind: Kind, key: str, body: str) -> dict[str, Any]:
    """Return the object of a body with its defaults, and with empty fields left out. Raises Refusal."""
    given = _parsed(body)
    read: dict[str, Any] = {}
    for field in kind.fields:
        found = given.get(field.name)
        if found is None:
            continue
        if not isinstance(found, _PYTHON[field.kind]) or isinstance(found, bool):
            raise Refusal(
                f"json: cannot unmarshal {_GO_NAMES[type(found)]} into Go struct field "
                f"{kind.type}.{field.name} of type {field.kind}"
            )
        read[field.name] = found
    if kind.key and key != ":".join(read.get(name, "") for name in kind.key):
        raise Refusal("Invalid Key")
    for field in kind.fields:
        if field.default and not read.get(field.name):
            read[field.name] = field.default
        _look_at(field, read.get(field.name))
    return {"key": key, **{name: found for name, found in read.items() if found}}


def _parsed(body: str) -> dict[str, Any]:
    if not body:
        raise Refusal("EOF")
    try:
        given: dict[str, Any] = json.loads(body)
    except ValueError:
        # The words for the one kind of broken JSON that was recorded.
        raise Refusal(f"invalid character {body[1:2]!r} looking for beginning of object key string") from None
    return given


def _look_at(field: Field, found: Any) -> None:
    if field.kind == "int" and field.bounds and not field.bounds[0] <= (found or 0) <= field.bounds[1]:
        raise Refusal(f"{field.name} Value Out of bound")
    if field.kind == "string":
        if len(found or "") > field.longest:
            raise Refusal(f"{field.name} string too long")
        if not re.fullmatch(field.pattern, found or ""):
            raise Refusal(f"{field.name} string invalid format")
