# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""The kinds of objects that netmaster has, and what can be done with each, as tables.

Source: what netmaster 1.0.3 takes, changes and refuses.
"""

from __future__ import annotations

from typing import Any, Callable, Dict, NamedTuple

from ansible_collections.packetwalk.labs.plugins.module_utils._parsing import _contiv
from ansible_collections.packetwalk.labs.plugins.module_utils._planning import _contiv_spelling as spelling

Row = Dict[str, Any]


def _as_it_is(found: Any) -> Any:
    return found


class Field(NamedTuple):
    """An option of a module, the key of a row and the field of an object that are one and the same.

    * ``reader``: raises ValueError for what cannot be.
    * ``changeable``: whether netmaster changes it on an object that is there.
    * ``required``: whether an object has to have it.
    * ``filled_from``: netmaster writes this field itself when that option is given.
    * ``written``: the value as netmaster wants it.
    """

    option: str
    json: str
    reader: Callable[[Any], Any] = _as_it_is
    changeable: bool = False
    required: bool = False
    filled_from: str | None = None
    written: Callable[[Any], Any] = _as_it_is


class Reference(NamedTuple):
    """Objects of the same tenant that name an object, or a list of them, in one of their fields."""

    plural: str
    words: str
    fields: tuple[str, ...]


class Kind(NamedTuple):
    """A kind of objects.

    * ``plural``: as in the paths of the API.
    * ``names``: what the key of an object is made of, in that order. ``global`` has none, its key is ``global``.
    * ``row``: an object as a row, of what inspecting it shows when ``inspected``, else of the object itself.
    * ``references``: what must be gone before an object is deleted. netmaster looks at fewer of them.
    * ``whole``: what is left out is not wanted. Otherwise it is left as it is.
    * ``docker``: netmaster makes a network of Docker for each object.
    """

    module: str
    words: str
    plural: str
    names: tuple[Field, ...]
    fields: tuple[Field, ...]
    row: Callable[[Any], Row]
    inspected: bool = False
    references: tuple[Reference, ...] = ()
    whole: bool = False
    docker: bool = False


_TENANT = Field("tenant", "tenantName", spelling.name)


def _belonging_to_tenant(plural: str, words: str) -> Reference:
    return Reference(plural, words, ("tenantName",))


TENANT = Kind(
    module="contiv_tenant",
    words="tenant",
    plural="tenants",
    names=(Field("name", "tenantName", spelling.name),),
    fields=(Field("default_network", "defaultNetwork", spelling.name),),
    row=_contiv.tenant,
    references=(
        _belonging_to_tenant("appProfiles", "application profile"),
        _belonging_to_tenant("endpointGroups", "endpoint group"),
        _belonging_to_tenant("policys", "policy"),
        _belonging_to_tenant("serviceLBs", "service"),
        _belonging_to_tenant("networks", "network"),
        _belonging_to_tenant("netprofiles", "network profile"),
        _belonging_to_tenant("extContractsGroups", "group of external contracts"),
    ),
)

NETWORK = Kind(
    module="contiv_network",
    words="network",
    plural="networks",
    names=(_TENANT, Field("name", "networkName", spelling.name)),
    fields=(
        Field("type", "nwType"),
        Field("encapsulation", "encap"),
        Field("tag", "pktTag"),
        Field("subnet", "subnet", spelling.subnet, required=True),
        Field("gateway", "gateway", spelling.address),
        Field("ipv6_subnet", "ipv6Subnet", spelling.network6),
        Field("ipv6_gateway", "ipv6Gateway", spelling.address6),
    ),
    row=_contiv.network,
    inspected=True,
    references=(
        Reference("endpointGroups", "endpoint group", ("networkName",)),
        Reference("serviceLBs", "service", ("networkName",)),
        Reference("rules", "rule", ("fromNetwork", "toNetwork")),
    ),
    docker=True,
)

GROUP = Kind(
    module="contiv_group",
    words="endpoint group",
    plural="endpointGroups",
    names=(_TENANT, Field("name", "groupName", spelling.name)),
    fields=(
        Field("network", "networkName", spelling.name, required=True),
        Field("policies", "policies", changeable=True),
        Field("pool", "ipPool", spelling.pool),
        Field("net_profile", "netProfile", changeable=True),
    ),
    row=_contiv.group,
    inspected=True,
    references=(
        Reference("appProfiles", "application profile", ("endpointGroups",)),
        Reference("rules", "rule", ("fromEndpointGroup", "toEndpointGroup")),
    ),
    docker=True,
)

POLICY = Kind(
    module="contiv_policy",
    words="policy",
    plural="policys",
    names=(_TENANT, Field("name", "policyName", spelling.name)),
    fields=(),
    row=_contiv.policy,
    references=(Reference("endpointGroups", "endpoint group", ("policies",)),),
)

RULE = Kind(
    module="contiv_rule",
    words="rule",
    plural="rules",
    names=(_TENANT, Field("policy", "policyName", spelling.name), Field("number", "ruleId", spelling.name)),
    fields=(
        Field("direction", "direction"),
        Field("priority", "priority", spelling.priority),
        Field("protocol", "protocol", spelling.protocol),
        Field("port", "port", spelling.port),
        Field("action", "action", required=True),
        Field("from_group", "fromEndpointGroup", spelling.name),
        Field("from_network", "fromNetwork", spelling.name),
        Field("from_address", "fromIpAddress", spelling.address_or_network, filled_from="from_network"),
        Field("to_group", "toEndpointGroup", spelling.name),
        Field("to_network", "toNetwork", spelling.name),
        Field("to_address", "toIpAddress", spelling.address_or_network, filled_from="to_network"),
    ),
    row=_contiv.rule,
    whole=True,
)

GLOBAL = Kind(
    module="contiv_global",
    words="global configuration",
    plural="globals",
    names=(),
    fields=(
        Field("infrastructure", "networkInfraType", changeable=True),
        Field("vlan_range", "vlans", spelling.vlan_range, changeable=True),
        Field("vxlan_range", "vxlans", spelling.vxlan_range, changeable=True),
        Field("forwarding_mode", "fwdMode", changeable=True),
        Field("arp_mode", "arpMode", changeable=True),
        Field("private_subnet", "pvtSubnet", spelling.private_subnet, changeable=True),
    ),
    row=_contiv.global_settings,
    inspected=True,
)

BGP = Kind(
    module="contiv_bgp",
    words="BGP configuration",
    plural="Bgps",
    names=(Field("hostname", "hostname", spelling.name),),
    fields=(
        Field("router_address", "routerip", spelling.interface, changeable=True, required=True),
        Field("as", "as", spelling.autonomous_system, changeable=True, required=True, written=str),
        Field("neighbor", "neighbor", spelling.address, changeable=True),
        Field("neighbor_as", "neighbor-as", spelling.autonomous_system, changeable=True, written=str),
    ),
    # netmaster cannot inspect it in bridge mode.
    row=_contiv.bgp,
)

APP_PROFILE = Kind(
    module="contiv_app_profile",
    words="application profile",
    plural="appProfiles",
    names=(_TENANT, Field("name", "appProfileName", spelling.name)),
    fields=(Field("groups", "endpointGroups", changeable=True),),
    row=_contiv.app_profile,
)

KINDS = (TENANT, NETWORK, GROUP, POLICY, RULE, GLOBAL, BGP, APP_PROFILE)
