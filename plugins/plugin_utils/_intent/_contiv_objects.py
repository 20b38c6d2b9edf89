# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""What netmaster of a lab with Contiv shall be told, read from the inventory's variables.

What the modules would refuse of one object is refused here in their words. What concerns two is found here alone.
"""

from __future__ import annotations

import ipaddress
import itertools
import typing as t

from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._contiv import docker_network
from ansible_collections.packetwalk.labs.plugins.module_utils._planning import _contiv_objects as objects
from ansible_collections.packetwalk.labs.plugins.module_utils._planning import _contiv_spelling as spelling
from ansible_collections.packetwalk.labs.plugins.plugin_utils._intent._schema import IntentError, Key, entry

Entry = t.Dict[str, t.Any]

DEFAULT_TENANT = "default"

_NAMED = {"name": Key(str, required=True)}
_OF_TENANT = {**_NAMED, "tenant": Key(str, DEFAULT_TENANT)}

RULE_KEYS = {
    "number": Key((int, str), required=True),
    "direction": Key(str, required=True, choices=("in", "out")),
    "priority": Key(int, 1),
    "protocol": Key((int, str)),
    "port": Key(int),
    "action": Key(str, required=True, choices=("allow", "deny")),
    "from_group": Key(str),
    "from_network": Key(str),
    "from_address": Key(str),
    "to_group": Key(str),
    "to_network": Key(str),
    "to_address": Key(str),
}

# Variable, the kind of object that it has, and the keys of each.
OBJECTS: tuple[tuple[str, objects.Kind, t.Mapping[str, Key]], ...] = (
    ("contiv_tenants", objects.TENANT, {**_NAMED, "default_network": Key(str)}),
    (
        "contiv_networks",
        objects.NETWORK,
        {
            **_OF_TENANT,
            "type": Key(str, "data", choices=("data", "infra")),
            "encapsulation": Key(str, "vxlan", choices=("vxlan", "vlan")),
            "tag": Key(int),
            "subnet": Key(str, required=True),
            "gateway": Key(str),
            "ipv6_subnet": Key(str),
            "ipv6_gateway": Key(str),
        },
    ),
    ("contiv_policies", objects.POLICY, {**_OF_TENANT, "rules": Key(list, ())}),
    (
        "contiv_groups",
        objects.GROUP,
        {
            **_OF_TENANT,
            "network": Key(str, required=True),
            "policies": Key(list, ()),
            "pool": Key(str),
            "net_profile": Key(str),
        },
    ),
    ("contiv_app_profiles", objects.APP_PROFILE, {**_OF_TENANT, "groups": Key(list, required=True)}),
    (
        "contiv_bgp",
        objects.BGP,
        {
            "hostname": Key(str, required=True),
            "router_address": Key(str, required=True),
            "as": Key(int, required=True),
            "neighbor": Key(str, required=True),
            "neighbor_as": Key(int, required=True),
        },
    ),
)

GLOBAL_KEYS = {
    "infrastructure": Key(str, choices=("default", "aci", "aci-opflex")),
    "vlan_range": Key(str),
    "vxlan_range": Key(str),
    "arp_mode": Key(str, choices=("proxy", "flood")),
    "private_subnet": Key(str),
}
# What netmaster begins with.
TAGS = {"vlan": ("vlan_range", "1-4094"), "vxlan": ("vxlan_range", "1-10000")}

VARIABLES = ("contiv_global", *(variable for variable, _kind, _keys in OBJECTS))


def read(given: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """All that netmaster is told, by the keys of the intent; raise :class:`IntentError` when it cannot be."""
    rows = {variable: _rows(variable, given.get(variable, []), kind, keys) for variable, kind, keys in OBJECTS}
    tenants, networks = rows["contiv_tenants"], rows["contiv_networks"]
    policies, groups = rows["contiv_policies"], rows["contiv_groups"]
    if given and not any(each["name"] == DEFAULT_TENANT for each in tenants):
        # It is there from the beginning.
        tenants.insert(0, {"name": DEFAULT_TENANT, "default_network": None})
    _check_tenants(rows, {each["name"] for each in tenants})
    settings = entry("contiv_global", given.get("contiv_global", {}), GLOBAL_KEYS)
    _check_fields("contiv_global", settings, objects.GLOBAL)
    _check_networks(networks, settings)
    _check_policies(policies, groups, networks)
    _check_groups(groups, networks, policies)
    for each in tenants:
        if each["default_network"] is not None:
            label = f"contiv_tenants ({each['name']})"
            _known(label, "network", each["default_network"], each["name"], networks, "contiv_networks")
    for each in rows["contiv_app_profiles"]:
        for name in each["groups"]:
            _known(f"contiv_app_profiles ({_label(each)})", "group", name, each["tenant"], groups, "contiv_groups")
    for each in networks:
        each["docker_network"] = docker_network(each["tenant"], each["name"]) if each["type"] == "data" else None
    for each in groups:
        each["docker_network"] = docker_network(each["tenant"], each["name"])
    return {
        "tenants": tenants,
        "networks": networks,
        "policies": policies,
        "groups": groups,
        "app_profiles": rows["contiv_app_profiles"],
        "bgp": rows["contiv_bgp"],
        "global": {key: setting for key, setting in settings.items() if setting is not None},
    }


def _rows(variable: str, given: t.Any, kind: objects.Kind, keys: t.Mapping[str, Key]) -> list[Entry]:
    if not isinstance(given, list):
        raise IntentError(f"{variable} is {given!r}, but has to be a list.")
    result: list[Entry] = []
    seen = set()
    for index, each in enumerate(given):
        row = entry(f"{variable}[{index}]", each, keys)
        label = f"{variable} ({_label(row)})"
        _check_fields(label, row, kind)
        identity = tuple(row[field.option] for field in kind.names)
        if identity in seen:
            raise IntentError(f"{label} is there twice. Take one of them out, or rename it.")
        seen.add(identity)
        result.append(row)
    return result


def _label(row: t.Mapping[str, t.Any]) -> str:
    name: str = row.get("name") or row["hostname"]
    return name if row.get("tenant", DEFAULT_TENANT) == DEFAULT_TENANT else f"{name} of tenant {row['tenant']}"


def _check_fields(label: str, row: Entry, kind: objects.Kind) -> None:
    for field in (*kind.names, *kind.fields):
        if row.get(field.option) is not None:
            check(f"{label}: {field.option}", row[field.option], field.reader)


def _check_tenants(rows: t.Mapping[str, list[Entry]], tenants: t.Collection[str]) -> None:
    for variable, group in rows.items():
        for row in group:
            if row.get("tenant", DEFAULT_TENANT) not in {*tenants, DEFAULT_TENANT}:
                raise IntentError(
                    f'{variable} ({row["name"]}) is of the unknown tenant "{row["tenant"]}". Add it to contiv_tenants, '
                    "or correct the name."
                )


def _known(label: str, what: str, name: t.Any, tenant: str, rows: list[Entry], variable: str) -> Entry:
    """The row of that name and tenant."""
    for row in rows:
        if (row["tenant"], row["name"]) == (tenant, name):
            return row
    raise IntentError(
        f'{label} names the {what} "{name}", which tenant {tenant} has not. Add it to {variable}, or correct the name.'
    )


def _addresses(subnet: str) -> tuple[ipaddress.IPv4Address, ipaddress.IPv4Address]:
    """First and last address that netmaster takes for a network's own."""
    pool = subnet.partition("/")[0]
    if "-" in pool:
        return spelling.pool(pool)
    parsed = spelling.subnet(subnet)
    return parsed[0], parsed[-1]


def _check_networks(networks: list[Entry], settings: Entry) -> None:
    tags: dict[tuple[str, int], str] = {}
    for each in networks:
        label = f"contiv_networks ({_label(each)})"
        parsed = spelling.subnet(each["subnet"])
        if each["gateway"] is not None and spelling.address(each["gateway"]) not in parsed:
            raise IntentError(f"{label}: gateway is {each['gateway']}, outside of {parsed}. Change one of them.")
        if each["tag"] is None:
            continue
        key, default = TAGS[each["encapsulation"]]
        first, last = (settings[key] or default).split("-")
        if not int(first) <= each["tag"] <= int(last):
            raise IntentError(
                f"{label}: tag is {each['tag']}, but a {each['encapsulation'].upper()} is from {first} to {last} "
                f"({key} of contiv_global)."
            )
        other = tags.setdefault((each["encapsulation"], each["tag"]), _label(each))
        if other != _label(each):
            raise IntentError(f"{label}: tag is {each['tag']}, which {other} has already. Give each network its own.")
    for one, other_row in itertools.combinations(networks, 2):
        (first, last), (other_first, other_last) = _addresses(one["subnet"]), _addresses(other_row["subnet"])
        if one["tenant"] == other_row["tenant"] and first <= other_last and other_first <= last:
            raise IntentError(
                f"contiv_networks: {other_row['name']} ({other_row['subnet']}) overlaps {one['name']} "
                f"({one['subnet']}) of the same tenant {one['tenant']}. Give one of them another subnet."
            )


def _check_policies(policies: list[Entry], groups: list[Entry], networks: list[Entry]) -> None:
    for policy in policies:
        label = f"contiv_policies ({_label(policy)})"
        rules = [entry(f"{label}: rules[{index}]", each, RULE_KEYS) for index, each in enumerate(policy["rules"])]
        seen = set()
        for rule in rules:
            rule.update({key: str(rule[key]) for key in ("number", "protocol") if rule[key] is not None})
            if rule["number"] in seen:
                raise IntentError(f"{label} has rule {rule['number']} twice. Give each its own number.")
            seen.add(rule["number"])
            _check_rule(f"{label}: rule {rule['number']}", rule, policy["tenant"], groups, networks)
        policy["rules"] = rules


def _check_rule(label: str, rule: Entry, tenant: str, groups: list[Entry], networks: list[Entry]) -> None:
    _check_fields(label, rule, objects.RULE)
    here, there = ("from", "to") if rule["direction"] == "in" else ("to", "from")
    for kind in ("group", "network", "address"):
        if rule[f"{there}_{kind}"] is not None:
            raise IntentError(
                f"{label}: its direction is {rule['direction']}, so it cannot have {there}_{kind}. Take it out, or "
                "change the direction."
            )
    for other in ("group", "address"):
        if rule[f"{here}_network"] is not None and rule[f"{here}_{other}"] is not None:
            raise IntentError(f"{label} has {here}_network and {here}_{other}. Take one of them out.")
    if rule[f"{here}_group"] is not None:
        _known(label, "group", rule[f"{here}_group"], tenant, groups, "contiv_groups")
    if rule[f"{here}_network"] is not None:
        _known(label, "network", rule[f"{here}_network"], tenant, networks, "contiv_networks")


def _check_groups(groups: list[Entry], networks: list[Entry], policies: list[Entry]) -> None:
    for group in groups:
        label = f"contiv_groups ({_label(group)})"
        own = _known(label, "network", group["network"], group["tenant"], networks, "contiv_networks")
        for name in group["policies"]:
            _known(label, "policy", name, group["tenant"], policies, "contiv_policies")
        if any((each["tenant"], each["name"]) == (group["tenant"], group["name"]) for each in networks):
            # Docker has one network of each.
            raise IntentError(f"{label} has the name of a network. Give one of them another name.")
        parsed = spelling.subnet(own["subnet"])
        if group["pool"] is not None and not all(each in parsed for each in spelling.pool(group["pool"])):
            raise IntentError(f"{label}: pool is {group['pool']}, outside of {parsed}. Change one of them.")
    for one, other in itertools.combinations([each for each in groups if each["pool"] is not None], 2):
        (first, last), (other_first, other_last) = spelling.pool(one["pool"]), spelling.pool(other["pool"])
        same = (one["tenant"], one["network"]) == (other["tenant"], other["network"])
        if same and first <= other_last and other_first <= last:
            raise IntentError(
                f"contiv_groups ({_label(other)}): pool is {other['pool']}, of which {_label(one)} has {one['pool']}. "
                "Give each group its own."
            )


def names_in_docker(wanted: t.Mapping[str, t.Any]) -> set[str]:
    """What Docker calls all that netmaster is told to make."""
    return {each["docker_network"] for key in ("networks", "groups") for each in wanted[key] if each["docker_network"]}


def check(label: str, given: t.Any, reader: t.Callable[[t.Any], t.Any]) -> None:
    """Raise :class:`IntentError` when ``reader``, one of the planning's spelling, does not take what is given."""
    try:
        reader(given)
    except ValueError as error:
        raise IntentError(f"{label} is {given!r}, which cannot be: {error}.") from None
