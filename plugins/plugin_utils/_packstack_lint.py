# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""Will a cloud come of these answers on these hosts?

packstack looks at little before it begins, and what it does not look at ends it, or the network, half an hour later.
What it does with the answers is in its plugins/neutron_350.py.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

_OVN = "CONFIG_NEUTRON_OVN_"


class Host(NamedTuple):
    """A host of the cloud.

    * ``interfaces``: name to the IPv4 addresses on it, ``192.0.2.1/24``.
    * ``services``: names of units that run.
    * ``selinux``: ``enforcing``, ``permissive`` or ``disabled``.
    """

    name: str
    address: str
    computes: bool
    interfaces: dict[str, list[str]]
    services: set[str]
    selinux: str


class Lint(NamedTuple):
    """One sentence each: ``problems`` that no cloud comes of, ``warnings`` of what to know before."""

    problems: list[str]
    warnings: list[str]


def lint(answers: Mapping[str, str], hosts: Sequence[Mapping[str, Any]]) -> Lint:
    """Judge answers against what Ansible gathered of the hosts.

    ``answers`` are key to value as the file has them; keys that are absent are not judged. ``hosts`` are
    ``{"name", "address", "computes": bool, "facts"}``, with the facts of ``setup`` and ``service_facts``.
    """
    seen = [_host(host) for host in hosts]
    problems = [problem for judge in _JUDGES for problem in judge(answers, seen)]
    return Lint(problems, [*_about_answers(answers, seen), *_about_hosts(seen)])


def _host(host: Mapping[str, Any]) -> Host:
    facts = host["facts"]
    services = {
        name.removesuffix(".service")
        for name, service in facts.get("services", {}).items()
        if service.get("state") == "running"
    }
    selinux = facts.get("selinux") or {}
    return Host(
        host["name"],
        host["address"],
        bool(host["computes"]),
        {name: _addresses(facts, name) for name in facts["interfaces"]},
        services,
        selinux.get("mode", "disabled") if isinstance(selinux, Mapping) else "disabled",
    )


def _addresses(facts: Mapping[str, Any], interface: str) -> list[str]:
    # In the names of facts Ansible has underscores in place of dashes and colons.
    fact = facts.get(interface.replace("-", "_").replace(":", "_"), {})
    rows = [*([fact["ipv4"]] if fact.get("ipv4") else []), *fact.get("ipv4_secondaries", [])]
    return [f"{row['address']}/{row.get('prefix') or _prefix(row['netmask'])}" for row in rows]


def _prefix(netmask: str) -> int:
    return ipaddress.ip_network(f"0.0.0.0/{netmask}").prefixlen


def _list(answers: Mapping[str, str], key: str) -> list[str]:
    return [element.strip() for element in answers.get(key, "").split(",") if element.strip()]


def _pairs(answers: Mapping[str, str], key: str) -> list[tuple[str, str]]:
    return [
        (before.strip(), after.strip()) for before, _colon, after in (e.partition(":") for e in _list(answers, key))
    ]


def _bridges_of(answers: Mapping[str, str], host: Host) -> list[tuple[str, str]]:
    """Bridges that packstack makes on a host, with their interfaces: on computes only those named for them."""
    pairs = _pairs(answers, f"{_OVN}BRIDGE_IFACES")
    if host.address in _list(answers, "CONFIG_NETWORK_HOSTS"):
        return pairs
    return [pair for pair in pairs if pair[0] in _list(answers, f"{_OVN}BRIDGES_COMPUTE")]


def _ovn(answers: Mapping[str, str], _hosts: Sequence[Host]) -> Iterator[str]:
    for key in ("CONFIG_NEUTRON_L2_AGENT", "CONFIG_NEUTRON_ML2_MECHANISM_DRIVERS"):
        if key in answers and "ovn" not in _list(answers, key):
            yield f"{key} is {answers[key] or 'empty'}, but this role builds clouds with OVN. Set it to ovn."
    if answers.get("CONFIG_USE_SUBNETS") == "y":
        yield "CONFIG_USE_SUBNETS is y, but this role names interfaces and no subnets. Set it to n."


def _types(answers: Mapping[str, str], _hosts: Sequence[Host]) -> Iterator[str]:
    drivers = _list(answers, "CONFIG_NEUTRON_ML2_TYPE_DRIVERS")
    tenants = _list(answers, "CONFIG_NEUTRON_ML2_TENANT_NETWORK_TYPES")
    if "geneve" not in drivers:
        yield (
            f"CONFIG_NEUTRON_ML2_TYPE_DRIVERS is {','.join(drivers) or 'empty'}, without geneve, "
            "the only tunnels that OVN has. Add geneve to packstack_type_drivers."
        )
    if "geneve" not in tenants:
        yield (
            f"CONFIG_NEUTRON_ML2_TENANT_NETWORK_TYPES is {','.join(tenants) or 'empty'}, without "
            "geneve, which tenant networks of OVN are. Add geneve to packstack_tenant_network_types."
        )
    for name in tenants:
        if name not in drivers and name != "geneve":
            yield (
                f"CONFIG_NEUTRON_ML2_TENANT_NETWORK_TYPES has {name}, which CONFIG_NEUTRON_ML2_TYPE_DRIVERS has not. "
                f"Add {name} to packstack_type_drivers, or take it out of packstack_tenant_network_types."
            )
    computes = _list(answers, f"{_OVN}BRIDGES_COMPUTE")
    if computes and not {"flat", "vlan"} & set(drivers):
        yield (
            f"{_OVN}BRIDGES_COMPUTE names {', '.join(computes)}, but packstack makes no bridges on "
            "computes without the type driver flat or vlan. Add one to packstack_type_drivers."
        )


def _mappings(answers: Mapping[str, str], _hosts: Sequence[Host]) -> Iterator[str]:
    mappings = _pairs(answers, f"{_OVN}BRIDGE_MAPPINGS")
    for key in ("BRIDGE_MAPPINGS", "BRIDGE_IFACES"):
        for before, after in _pairs(answers, _OVN + key):
            if not before or not after or ":" in after:
                yield f'{_OVN}{key} has "{before}:{after}", but it takes two names with a colon between. Correct it.'
    bridges = [bridge for _network, bridge in mappings]
    external = answers.get(f"{_OVN}EXTERNAL_PHYSNET", "")
    networks = [network for network, _bridge in mappings]
    if external and external not in networks:
        yield (
            f"packstack_external_network is {external}, but packstack_bridge_mappings maps only "
            f"{', '.join(networks) or 'nothing'} to a bridge. Add a mapping for it."
        )
    interfaces = [bridge for bridge, _interface in _pairs(answers, f"{_OVN}BRIDGE_IFACES")]
    for bridge in interfaces:
        if bridge not in bridges:
            yield (
                f"{_OVN}BRIDGE_IFACES gives {bridge} an interface, but no network is mapped to {bridge}. "
                "Add a mapping to packstack_bridge_mappings."
            )
    for bridge in _list(answers, f"{_OVN}BRIDGES_COMPUTE"):
        for key, known in (("BRIDGE_MAPPINGS", bridges), ("BRIDGE_IFACES", interfaces)):
            if bridge not in known:
                yield (
                    f"{_OVN}BRIDGES_COMPUTE names {bridge}, which {_OVN}{key} has not, and packstack ends at it. "
                    "Give it a network and an interface in packstack_bridge_mappings."
                )


def _listed(answers: Mapping[str, str], hosts: Sequence[Host]) -> Iterator[str]:
    listed = _list(answers, "CONFIG_COMPUTE_HOSTS")
    if not listed:
        yield "CONFIG_COMPUTE_HOSTS is empty, so no instance could run. Put a host into the group packstack_computes."
    for host in hosts:
        if host.computes and host.address not in listed:
            yield (
                f"{host.name} is in the group packstack_computes, but CONFIG_COMPUTE_HOSTS has not its address "
                f"{host.address}. Take CONFIG_COMPUTE_HOSTS out of packstack_answers."
            )
    keys = ("CONFIG_CONTROLLER_HOST", "CONFIG_NETWORK_HOSTS", "CONFIG_COMPUTE_HOSTS")
    known = [host.address for host in hosts]
    for address in dict.fromkeys(address for key in keys for address in _list(answers, key)):
        if address not in known:
            yield (
                f"The answers name {address}, but packstack_address of the hosts of the group packstack is "
                f"{', '.join(known)}. Correct packstack_address or packstack_answers."
            )


def _own_addresses(_answers: Mapping[str, str], hosts: Sequence[Host]) -> Iterator[str]:
    for host in hosts:
        own = [str(ipaddress.ip_interface(a).ip) for addresses in host.interfaces.values() for a in addresses]
        if host.address not in own:
            yield (
                f"packstack_address of {host.name} is {host.address}, but it has only {', '.join(own) or 'none'}. "
                "Correct packstack_address."
            )


def _interfaces(answers: Mapping[str, str], hosts: Sequence[Host]) -> Iterator[str]:
    for host in hosts:
        for bridge, interface in _bridges_of(answers, host):
            if interface not in host.interfaces:
                yield (
                    f"{bridge} shall get the interface {interface}, but {host.name} has only "
                    f"{', '.join(sorted(host.interfaces))}. Correct packstack_bridge_mappings; packstack has "
                    "one name for all hosts."
                )


def _tunnels(answers: Mapping[str, str], hosts: Sequence[Host]) -> Iterator[str]:
    interface = answers.get(f"{_OVN}TUNNEL_IF", "")
    subnets = []
    for text in _list(answers, f"{_OVN}TUNNEL_SUBNETS"):
        try:
            subnets.append(ipaddress.ip_network(text))
        except ValueError:
            yield f'packstack_tunnel_subnets has "{text}", which is no subnet. Write it like 192.168.122.0/24.'
    if interface and not subnets and len(hosts) > 1:
        # It asks itself for the address of that interface, whichever host the rule is for.
        yield (
            f"packstack_tunnel_interface is {interface} without packstack_tunnel_subnets, and then packstack lets "
            "hosts have tunnels with the controller only. Give the subnets of the tunnels."
        )
    for host in hosts:
        if interface and interface not in host.interfaces:
            yield (
                f"packstack_tunnel_interface is {interface}, but {host.name} has only "
                f"{', '.join(sorted(host.interfaces))}. Correct it; packstack has one name for all hosts."
            )
            continue
        addresses = (
            [str(ipaddress.ip_interface(a).ip) for a in host.interfaces[interface]] if interface else [host.address]
        )
        if not addresses:
            yield f"packstack_tunnel_interface {interface} of {host.name} has no IPv4 address. Give it one."
        elif subnets and not any(ipaddress.ip_address(addresses[0]) in subnet for subnet in subnets):
            yield (
                f"The tunnels of {host.name} have the address {addresses[0]}, which is not in packstack_tunnel_subnets "
                f"({', '.join(map(str, subnets))}), so that packet filters drop them. Add its subnet."
            )


def _about_answers(answers: Mapping[str, str], hosts: Sequence[Host]) -> Iterator[str]:
    types = _list(answers, "CONFIG_NEUTRON_ML2_TENANT_NETWORK_TYPES")
    if set(types) - {"geneve"}:
        yield (
            f"packstack_tenant_network_types is {','.join(types)}, but with OVN packstack makes all tenant "
            "networks geneve."
        )
    for host in hosts:
        for bridge, interface in _bridges_of(answers, host):
            on_it = host.interfaces.get(interface, [])
            if any(str(ipaddress.ip_interface(address).ip) == host.address for address in on_it):
                yield (
                    f"{interface} of {host.name} has its address {host.address}, which moves to {bridge}. {host.name} "
                    "is unreachable for a moment, and stays so when that fails; an interface without an address is "
                    "safer."
                )


def _about_hosts(hosts: Sequence[Host]) -> Iterator[str]:
    about = (
        (
            "NetworkManager",
            "manages the interfaces of {}, and packstack says that networks of OpenStack do not work then",
        ),
        ("firewalld", "runs on {}, and removes what packstack lets through whenever it loads its rules"),
    )
    for service, sentence in about:
        names = [host.name for host in hosts if service in host.services]
        if names:
            yield f"{service} {sentence.format(', '.join(names))}. Stop it there: systemctl disable --now {service}."
    enforcing = [host.name for host in hosts if host.selinux == "enforcing"]
    if enforcing:
        yield (
            f"SELinux is enforcing on {', '.join(enforcing)}, and RDO knows of policies that keep RabbitMQ "
            "from working then. Make it permissive there: setenforce 0."
        )


_JUDGES = (_ovn, _types, _mappings, _listed, _own_addresses, _interfaces, _tunnels)
