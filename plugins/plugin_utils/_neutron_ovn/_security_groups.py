# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""Security groups: port groups with their members, and an ACL for each rule."""

from __future__ import annotations

from collections.abc import Iterator
from shlex import quote

from ansible_collections.packetwalk.labs.plugins.plugin_utils._neutron_ovn._cloud import (
    DROP_GROUP,
    Cloud,
    Row,
    is_secured,
    is_trusted,
)
from ansible_collections.packetwalk.labs.plugins.plugin_utils._neutron_ovn._drift import (
    NORTHBOUND,
    SYNCHRONIZE,
    Compared,
    Drift,
    differing,
    left,
    missing,
)
from ansible_collections.packetwalk.labs.plugins.plugin_utils._neutron_ovn._rule_meaning import (
    direction_of,
    match_of,
    meaning,
    port_group,
)

KIND = "security_group"

# Of what Neutron writes (neutron/common/ovn/constants.py); drops with the second are for logging alone.
_ALLOW, _LOGGED_DROP, _DROP = 1002, 1001, 1000
_KEYS = ("direction", "priority", "action")


def security_groups(cloud: Cloud) -> Iterator[Compared]:
    """Every security group with its rules and ports, what drops all else, and port groups that nobody wants."""
    acls = _acls_by_group(cloud)
    for group in cloud.security_groups.values():
        name = port_group(group["id"])
        drifts = list(_group(cloud, group, name, acls.get(name, [])))
        yield Compared(KIND, group["id"], group["name"], drifts)
    yield Compared(KIND, DROP_GROUP, DROP_GROUP, list(_drop_group(cloud, acls.get(DROP_GROUP, []))))
    for name, row in cloud.port_groups.items():
        gone = row["external_ids"].get("neutron:security_group_id")
        if gone and gone not in cloud.security_groups:
            yield Compared(KIND, gone, name, [left(NORTHBOUND, name, f"ovn-nbctl pg-del {name}")])


def _acls_by_group(cloud: Cloud) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    for acl in cloud.ovn.northbound["acls"]:
        if acl["port_group"]:
            found.setdefault(acl["port_group"], []).append(acl)
    return found


def _group(cloud: Cloud, group: Row, name: str, acls: list[Row]) -> Iterator[Drift]:
    if name not in cloud.port_groups:
        yield missing(NORTHBOUND, name, SYNCHRONIZE)
        return
    members = {port["id"] for port in cloud.ports_in_ovn() if group["id"] in port["security_groups"]}
    yield from _members(cloud, name, {one for one in members if not is_trusted(cloud.ports[one])})
    action = "allow-stateless" if group["stateful"] is False else "allow-related"
    used = []
    for rule in group["rules"]:
        wanted = {"direction": direction_of(rule), "priority": _ALLOW, "action": action}
        match = match_of(rule, name)
        acl = _of_rule(acls, rule, wanted, match)
        what = f"rule {rule['id']}"
        if acl is None:
            yield Drift(f"{what} missing in the northbound database", NORTHBOUND, match, None, SYNCHRONIZE)
            continue
        used.append(acl)
        for key in _KEYS:
            yield from differing(f"{key} of {what}", NORTHBOUND, wanted[key], acl[key], SYNCHRONIZE)
        if meaning(match) != meaning(acl["match"]):
            yield from differing(f"match of {what}", NORTHBOUND, match, acl["match"], SYNCHRONIZE)
    for acl in acls:
        if acl not in used and not _is_for_logging(acl):
            yield Drift("ACL left in the northbound database", NORTHBOUND, None, _text(acl), _removal(name, acl))


def _of_rule(acls: list[Row], rule: Row, wanted: Row, match: str) -> Row | None:
    """The ACL of a rule: that with its identifier, else one that does the same."""
    named = [acl for acl in acls if acl["external_ids"].get("neutron:security_group_rule_id") == rule["id"]]
    alike = [
        acl for acl in acls if all(acl[key] == wanted[key] for key in _KEYS) and meaning(acl["match"]) == meaning(match)
    ]
    return next(iter(named + alike), None)


def _is_for_logging(acl: Row) -> bool:
    return bool(acl["action"] == "drop" and acl["priority"] == _LOGGED_DROP and acl["log"])


def _drop_group(cloud: Cloud, acls: list[Row]) -> Iterator[Drift]:
    """What no rule allows is dropped for every port that has port security."""
    secured = {port["id"] for port in cloud.ports_in_ovn() if is_secured(port)}
    if DROP_GROUP not in cloud.port_groups:
        # Neutron makes it with the first port that needs it.
        if secured:
            yield missing(NORTHBOUND, DROP_GROUP, SYNCHRONIZE)
        return
    yield from _members(cloud, DROP_GROUP, secured)
    wanted = {
        (direction, _DROP, "drop", meaning(f"{port} == @{DROP_GROUP} && ip"))
        for direction, port in (("from-lport", "inport"), ("to-lport", "outport"))
    }
    found = {(acl["direction"], acl["priority"], acl["action"], meaning(acl["match"])) for acl in acls}
    for direction, priority, action, _meaning in sorted(wanted - found, key=str):
        what = f"{direction} ACL missing in the northbound database"
        yield Drift(what, NORTHBOUND, f"{priority} {action}", None, SYNCHRONIZE)
    for acl in acls:
        if (acl["direction"], acl["priority"], acl["action"], meaning(acl["match"])) not in wanted:
            command = _removal(DROP_GROUP, acl)
            yield Drift("ACL left in the northbound database", NORTHBOUND, None, _text(acl), command)


def _members(cloud: Cloud, group: str, wanted: set[str]) -> Iterator[Drift]:
    found = set(cloud.port_groups[group]["ports"])
    # A port that is missing altogether is told of as such.
    there = wanted & cloud.ovn.switch_ports.keys()
    command = f"ovn-nbctl pg-set-ports {' '.join([group, *sorted(there)])}"
    if not there:
        command = f"ovn-nbctl clear Port_Group {group} ports"
    yield from differing("ports", NORTHBOUND, there, found, command)


def _removal(group: str, acl: Row) -> str:
    words = (acl["direction"], str(acl["priority"]), quote(acl["match"]))
    return f"ovn-nbctl --type=port-group acl-del {group} {' '.join(words)}"


def _text(acl: Row) -> str:
    return f"{acl['direction']} {acl['priority']} {acl['action']} {acl['match']}"
