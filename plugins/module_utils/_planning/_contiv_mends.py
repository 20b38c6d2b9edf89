# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""What to do about each refusal of netmaster, found by its words.

Source: answers of netmaster 1.0.3.
"""

from __future__ import annotations

import re

from ansible_collections.packetwalk.labs.plugins.module_utils._planning._contiv_objects import Kind

# The first that matches counts.
_MENDS = [
    (r"tenant .*not found", "Make the tenant first, with contiv_tenant."),
    (r"policy .*not found", "Make the policy first, with contiv_policy, in the same tenant."),
    (r"netprofile not found", "Make the network profile first, with netctl netprofile create, or leave it out."),
    (r"endpoint ?group .*not found", "Make the endpoint group first, with contiv_group, in the same tenant."),
    (r"(from |to )?network .*not found", "Make the network first, with contiv_network, in the same tenant."),
    (
        r"key not found",
        "netmaster has lost a part of the {words}, as after deleting it while Docker did not have its network. Stop "
        "netmaster, remove what is left of it below /contiv.io/obj/modeldb/ in etcd, and start netmaster again.",
    ),
    (r"\w+ not found", "Somebody deleted it meanwhile. Run this again."),
    (r"can(t|not| not) (change|update) .*after", "Delete the {words} and make it again."),
    (
        r".*conflicts with subnet",
        "Choose a subnet that overlaps with that of no other network of the tenant. Other tenants may have it too.",
    ),
    (r".*conflicts with the", "A network and an endpoint group of a tenant cannot have one name. Choose another."),
    (
        r"requested v(x)?lan not available",
        "Choose a tag that no network has, in vlan_range or vxlan_range of contiv_global, or leave it out for an "
        "automatic one.",
    ),
    (
        r"ip address .* is not available",
        "Choose a pool without addresses that endpoints or the pools of other groups have.",
    ),
    (r"bad ip-pool", "Choose a pool in the subnet of the network."),
    (r"hostip .* is exceeding", "Choose a gateway in the subnet."),
    (r"subnet length 0 not supported", "Give ipv6_subnet together with ipv6_gateway."),
    (r"network subnet format not valid", "Correct subnet."),
    (
        r".*network has active endpoints",
        "Remove the containers in the network first. After this refusal the tenant does not show the network any more: "
        "look for it in the list of all networks.",
    ),
    (r"cannot delete .*associated to appprofile", "Take it out of the application profile first."),
    (r"cannot delete .* has \d+ ", "Delete these first."),
    (r"policy is being used", "Take the policy out of the endpoint groups first."),
    (
        r"(please delete .* before changing|cannot update the vx?lan range)",
        "Delete the networks with these tags first, or keep the setting.",
    ),
    (r"(invalid range|does not allow vx?lan range)", "Correct vlan_range or vxlan_range."),
    (r"can not specify .*", "Give only what belongs to the direction, and a network alone."),
    (
        r".*netplugin\.sock",
        "Start netplugin on the node of netmaster and run this again: an object that was made without its network of "
        "Docker is repaired then.",
    ),
]
# "subnet string invalid format", "port Value Out of bound", "tenantName string too long"
_VALUE = re.compile(r"([\w-]+) (?:string invalid format|value out of bound|string too long)", re.IGNORECASE)
_OTHERWISE = "See the end of netmaster's log."


def mend(kind: Kind, words: str) -> str:
    """Return a sentence that says what to do about a refusal."""
    value = _VALUE.match(words)
    if value:
        options = [field.option for field in kind.names + kind.fields if field.json == value.group(1)]
        return f"Correct {options[0]}." if options else _OTHERWISE
    for pattern, sentence in _MENDS:
        if re.match(pattern, words, re.IGNORECASE):
            return sentence.format(words=kind.words)
    return _OTHERWISE
