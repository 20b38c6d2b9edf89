# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""What has to be done so that a cloud has what it should have.

``found`` is everywhere key of ``KINDS`` -> the objects as the REST APIs have them (docs.openstack.org/api-ref),
``intent`` is ``openstack`` of the module openstack_intent. What a lab made has the mark as its description, and the
rest is foreign.
"""

from __future__ import annotations

from typing import Any, Callable, Dict, Iterator, List, Mapping, NamedTuple

from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._neutron import Kind

Row = Dict[str, Any]
Found = Mapping[str, List[Row]]

# That which has descriptions of flavors (2.55), and the names of flavors in servers (2.47).
_COMPUTE = "2.55"

KINDS = {
    "networks": Kind("network", "/networks", "networks", {}),
    "subnets": Kind("network", "/subnets", "subnets", {}),
    "ports": Kind("network", "/ports", "ports", {}),
    "routers": Kind("network", "/routers", "routers", {}),
    "security_groups": Kind("network", "/security-groups", "security_groups", {}),
    "floating_ips": Kind("network", "/floatingips", "floatingips", {}),
    # Its links to further pages are spelled otherwise than those of the others.
    "images": Kind("image", "/images", "images", {}, query=(("limit", "1000"),)),
    "flavors": Kind("compute", "/flavors/detail", "flavors", {}, microversion=_COMPUTE),
    "servers": Kind("compute", "/servers/detail", "servers", {}, query=(("all_tenants", "1"),), microversion=_COMPUTE),
}
_OF_NOVA = ("images", "flavors", "servers")

# What can be made and removed, as people call it.
_WORDS = {
    "networks": "network",
    "subnets": "subnet",
    "routers": "router",
    "security_groups": "security group",
    "floating_ips": "floating IP",
    "images": "image",
    "flavors": "flavor",
    "servers": "server",
}


class Changes(NamedTuple):
    """What to do.

    * ``refused``: sentences that say why nothing may be done.
    * ``made``: kind -> rows of the intent that are missing, or differ. A subnet has the name of its ``network``.
    * ``removed``: kind -> ``id`` and ``name`` of each object that has to go.
    """

    refused: list[str]
    made: dict[str, list[Row]]
    removed: dict[str, list[Row]]


def kinds(compute_driver: str) -> list[str]:
    """What to read of a cloud; one without Nova has no images either."""
    return [kind for kind in KINDS if compute_driver != "none" or kind not in _OF_NOVA]


def mark(lab: str) -> str:
    """The description of what a lab made."""
    return f"packetwalk.lab={lab}"


def changes(intent: Mapping[str, Any], found: Found) -> Changes:
    """Compare what there should be with what there is."""
    wanted = {kind: intent[kind] for kind in _WORDS if kind != "subnets"}
    wanted["subnets"] = [
        {**subnet, "network": network["name"]} for network in intent["networks"] for subnet in network["subnets"]
    ]
    cloud = _Cloud(found, mark(intent["lab"]))
    refused = [sentence for kind in _WORDS if kind != "floating_ips" for sentence in _foreign(kind, wanted, cloud)]
    refused += _foreign_addresses(wanted["floating_ips"], cloud)
    refused += _fixed(wanted, cloud)
    replaced = [row["name"] for row in wanted["servers"] if _is_other_server(row, cloud, intent["computes"])]
    made: dict[str, list[Row]] = {}
    for kind, is_same in _SAME.items():
        made[kind] = []
        for row in wanted[kind]:
            there = cloud.own(kind, row["name"])
            if there is None or row["name"] in replaced and kind == "servers" or not is_same(row, there, cloud):
                made[kind].append(row)
    made["security_groups"] = [*_named_before(made["security_groups"], cloud), *made["security_groups"]]
    kept = {_floating_ip(row, cloud): row for row in wanted["floating_ips"] if row["server"] not in replaced}
    made["floating_ips"] = [row for row in wanted["floating_ips"] if row not in [kept[key] for key in kept if key]]
    removed = {
        kind: [
            {"id": each["id"], "name": each["name"]}
            for each in cloud.all_own(kind)
            if each["name"] not in {row["name"] for row in wanted[kind]}
            or kind == "servers"
            and each["name"] in replaced
        ]
        for kind in _SAME
    }
    # Those of a network that goes as well go with it.
    kept_networks = {row["name"] for row in wanted["networks"]}
    networks = {each["id"]: cloud.name("networks", each["network_id"]) for each in cloud.all("subnets")}
    removed["subnets"] = [each for each in removed["subnets"] if networks[each["id"]] in kept_networks]
    removed["floating_ips"] = [
        {"id": each["id"], "name": each["floating_ip_address"]}
        for each in cloud.all_own("floating_ips")
        if each["id"] not in kept
    ]
    return Changes(refused, made, removed)


def _named_before(rows: list[Row], cloud: _Cloud) -> list[Row]:
    """Groups that rules of others name have to be there before them, without rules."""
    named = {rule["remote_group"] for row in rows for rule in row["rules"] if rule["remote_group"] != row["name"]}
    return [
        {"name": row["name"], "rules": []}
        for row in rows
        if row["name"] in named and cloud.own("security_groups", row["name"]) is None
    ]


class _Cloud:
    """What there is, looked up."""

    def __init__(self, found: Found, lab_mark: str) -> None:
        self._found = found
        self._mark = lab_mark

    def all(self, kind: str) -> list[Row]:
        return list(self._found.get(kind) or ())

    def is_own(self, each: Row) -> bool:
        return bool(each.get("description") == self._mark)

    def all_own(self, kind: str) -> list[Row]:
        return sorted(filter(self.is_own, self.all(kind)), key=lambda each: str(each.get("name", each["id"])))

    def own(self, kind: str, name: str) -> Row | None:
        return next((each for each in self.all_own(kind) if each["name"] == name), None)

    def name(self, kind: str, identifier: str | None) -> str | None:
        return next((each["name"] for each in self.all(kind) if each["id"] == identifier), None)

    def ports_of(self, device: str) -> list[Row]:
        return [each for each in self.all("ports") if each["device_id"] == device]


def _foreign(kind: str, wanted: Mapping[str, list[Row]], cloud: _Cloud) -> Iterator[str]:
    names = {row["name"] for row in wanted[kind]}
    for each in cloud.all(kind):
        if each["name"] in names and not cloud.is_own(each):
            yield (
                f"The cloud has a {_WORDS[kind]} {each['name']} already ({each['id']}), which is not of this lab. Give "
                "that of the inventory another name."
            )


def _foreign_addresses(wanted: list[Row], cloud: _Cloud) -> Iterator[str]:
    addresses = {row["address"] for row in wanted}
    for each in cloud.all("floating_ips"):
        if each["floating_ip_address"] in addresses and not cloud.is_own(each):
            yield (
                f"The cloud has the floating IP {each['floating_ip_address']} already ({each['id']}), which is not of "
                "this lab. Take another address in openstack_floating_ips."
            )


def _fixed(wanted: Mapping[str, list[Row]], cloud: _Cloud) -> Iterator[str]:
    """What Neutron does not change any more."""
    for row in wanted["networks"]:
        there = cloud.own("networks", row["name"])
        for key in ("network_type", "physical_network", "segmentation_id"):
            now = there and there[f"provider:{key}"]
            if there and row[key] is not None and row[key] != now:
                yield _cannot_change("network", row, key, now, row[key])
    for row in wanted["subnets"]:
        there = cloud.own("subnets", row["name"])
        if there and row["cidr"] != there["cidr"]:
            yield _cannot_change("subnet", row, "cidr", there["cidr"], row["cidr"])
        now = there and cloud.name("networks", there["network_id"])
        if there and row["network"] != now:
            yield _cannot_change("subnet", row, "network", now, row["network"])


def _cannot_change(word: str, row: Row, key: str, now: Any, asked: Any) -> str:
    return (
        f"The {word} {row['name']} has the {key} {now}, which cannot become {asked} any more. Give the {word} another "
        "name, so that it is made anew."
    )


def _is_same_network(row: Row, there: Row, cloud: _Cloud) -> bool:
    return there["router:external"] == row["external"] and row["mtu_bytes"] in (None, there["mtu"])


def _is_same_subnet(row: Row, there: Row, cloud: _Cloud) -> bool:
    return (
        there["gateway_ip"] == row["gateway"]
        and there["enable_dhcp"] == row["dhcp"]
        and sorted(there["dns_nameservers"]) == sorted(row["dns_servers"])
        and _pools(there["allocation_pools"]) == _pools(row["allocation_pools"])
    )


def _pools(rows: list[Row]) -> list[tuple[str, str]]:
    return sorted((each["start"], each["end"]) for each in rows)


def _is_same_router(row: Row, there: Row, cloud: _Cloud) -> bool:
    gateway = there["external_gateway_info"] or {"network_id": None, "external_fixed_ips": []}
    addresses = [each["ip_address"] for each in gateway["external_fixed_ips"]]
    subnets = {
        cloud.name("subnets", address["subnet_id"])
        for port in cloud.ports_of(there["id"])
        if port["device_owner"] == "network:router_interface"
        for address in port["fixed_ips"]
    }
    return (
        cloud.name("networks", gateway["network_id"]) == row["external_network"]
        and (row["external_address"] is None or addresses == [row["external_address"]])
        and subnets == set(row["subnets"])
    )


def _is_same_group(row: Row, there: Row, cloud: _Cloud) -> bool:
    present = {
        (
            rule["direction"],
            rule["ethertype"],
            rule["protocol"],
            rule["port_range_min"],
            rule["port_range_max"],
            rule["remote_ip_prefix"],
            cloud.name("security_groups", rule["remote_group_id"]),
        )
        for rule in there["security_group_rules"]
    }
    keys = ("direction", "ether_type", "protocol", "port_min", "port_max", "remote_address", "remote_group")
    return present == {tuple(rule[key] for key in keys) for rule in row["rules"]}


def _is_same_image(row: Row, there: Row, cloud: _Cloud) -> bool:
    return bool(there["status"] == "active")


def _is_same_flavor(row: Row, there: Row, cloud: _Cloud) -> bool:
    keys = {"vcpus": "vcpus", "ram": "ram_megabytes", "disk": "disk_gigabytes"}
    return all(there[key] == row[own] for key, own in keys.items())


def _is_same_server(row: Row, there: Row, cloud: _Cloud) -> bool:
    return {each["name"] for each in there.get("security_groups", ())} == set(row["security_groups"])


# In the order in which they can be made.
_SAME: dict[str, Callable[[Row, Row, _Cloud], bool]] = {
    "networks": _is_same_network,
    "subnets": _is_same_subnet,
    "routers": _is_same_router,
    "security_groups": _is_same_group,
    "images": _is_same_image,
    "flavors": _is_same_flavor,
    "servers": _is_same_server,
}


def _is_other_server(row: Row, cloud: _Cloud, computes: list[str]) -> bool:
    """Whether a server of that name cannot be made the one that is wanted, and has to be replaced."""
    there = cloud.own("servers", row["name"])
    if there is None:
        return False
    addresses = {
        each["addr"]
        for several in there["addresses"].values()
        for each in several
        if each["OS-EXT-IPS:type"] == "fixed"
    }
    return (
        there["status"] == "ERROR"
        or set(there["addresses"]) != {row["network"]}
        or row["address"] not in (None, *addresses)
        or row["host"] not in (None, there["OS-EXT-SRV-ATTR:host"])
        # One that is still being made has no host.
        or there["OS-EXT-SRV-ATTR:host"] not in (None, *computes)
        or there["flavor"]["original_name"] != row["flavor"]
        or cloud.name("images", (there["image"] or {}).get("id")) != row["image"]
    )


def _floating_ip(row: Row, cloud: _Cloud) -> str | None:
    """Identifier of the one that is as it should be."""
    server = cloud.own("servers", row["server"])
    ports = [] if server is None else [port["id"] for port in cloud.ports_of(server["id"])]
    for each in cloud.all_own("floating_ips"):
        if (
            each["port_id"] in ports
            and cloud.name("networks", each["floating_network_id"]) == row["network"]
            and row["address"] in (None, each["floating_ip_address"])
        ):
            identifier: str = each["id"]
            return identifier
    return None
