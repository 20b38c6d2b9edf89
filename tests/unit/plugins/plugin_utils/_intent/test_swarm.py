# SPDX-License-Identifier: GPL-3.0-or-later
"""Each mistake in the inventory of a Swarm lab gives one sentence; what is left out gets its default."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.packetwalk.labs.plugins.plugin_utils._intent._schema import IntentError
from ansible_collections.packetwalk.labs.plugins.plugin_utils._intent._swarm import Inventory, read, resolve, warnings

ADDRESSES = {"manager1": "192.168.99.100", "worker1": "192.168.99.101", "worker2": "192.168.99.102"}


def inventory(hosts: dict[str, dict[str, Any]] | None = None, **fields: Any) -> Inventory:
    """A good inventory with other fields; ``hosts`` are variables that some hosts have besides their address."""
    variables = {host: {"nodes_address": address, **(hosts or {}).get(host, {})} for host, address in ADDRESSES.items()}
    good = Inventory(
        lab="swarm",
        hosts=variables,
        managers=["manager1"],
        workers=["worker1", "worker2"],
        provider="container",
        subnet="192.168.99.0/24",
        networks=[{"name": "overlay1", "subnet": "10.0.1.0/24"}],
        services=[],
    )
    return good._replace(**fields)


def network(**keys: Any) -> dict[str, Any]:
    return {"networks": [{"name": "overlay1", **keys}]}


def service(**keys: Any) -> dict[str, Any]:
    return {"services": [{"name": "web", "image": "packetwalk/web:1", **keys}]}


def port(published: Any, **keys: Any) -> dict[str, Any]:
    return {"target": 80, "published": published, **keys}


NODES = [
    (
        {"managers": [], "workers": ["manager1", "worker1"]},
        "The group swarm_managers has no member, but a swarm needs a manager. Put a host into it.",
    ),
    (
        {"hosts": {"manager1": {"swarm_membership": "absent"}}},
        "The group swarm_managers has no member, but a swarm needs a manager. Put a host into it.",
    ),
    (
        {"managers": ["manager1", "worker1"]},
        "worker1 is in the groups swarm_managers and swarm_workers. Take it out of one of them.",
    ),
    ({"hosts": {"worker1": {"nodes_address": None}}}, "worker1 has no nodes_address. Give it one in the inventory."),
    (
        {"hosts": {"worker1": {"nodes_address": "192.168.99.256"}}},
        "nodes_address of worker1 is '192.168.99.256', which is no IPv4 address. Write it like 192.168.99.100.",
    ),
    (
        {"hosts": {"worker1": {"nodes_address": 3232261989}}},
        "nodes_address of worker1 is 3232261989, which is no IPv4 address. Write it like 192.168.99.100.",
    ),
    (
        {"hosts": {"worker2": {"nodes_address": "192.168.99.101"}}},
        "nodes_address of worker2 is 192.168.99.101, which worker1 has already. Give each node its own.",
    ),
    (
        {"hosts": {"worker2": {"nodes_address": "192.168.98.102"}}},
        "nodes_address of worker2 is 192.168.98.102, outside nodes_subnet 192.168.99.0/24. "
        "Change the address, or the subnet.",
    ),
    *[
        (
            {"hosts": {"worker1": {"nodes_address": taken}}},
            f"nodes_address of worker1 is {taken}, which the subnet 192.168.99.0/24 needs itself "
            "(first, last or gateway). Take another.",
        )
        for taken in ("192.168.99.0", "192.168.99.1", "192.168.99.255")
    ],
    (
        {"subnet": "192.168.99.1/24"},
        "nodes_subnet is '192.168.99.1/24', which is no IPv4 subnet (192.168.99.1/24 has host bits set). "
        "Write it like 10.0.1.0/24.",
    ),
    (
        {"subnet": "192.168.99.0"},
        "nodes_subnet is '192.168.99.0', which is no IPv4 subnet (it has no prefix length). Write it like 10.0.1.0/24.",
    ),
    (
        {"subnet": None},
        "nodes_subnet is None, which is no IPv4 subnet (it has no prefix length). Write it like 10.0.1.0/24.",
    ),
    ({"provider": "vagrant"}, "nodes_provider is 'vagrant', but has to be one of container, existing."),
    ({"provider": ["container"]}, "nodes_provider is ['container'], but has to be one of container, existing."),
    (
        {"hosts": {"worker1": {"swarm_availability": "paused"}}},
        "swarm_availability of worker1 is 'paused', but has to be one of active, pause, drain.",
    ),
    (
        {"hosts": {"worker1": {"swarm_membership": False}}},
        "swarm_membership of worker1 is False, but has to be present or absent.",
    ),
    (
        {"hosts": {"worker1": {"swarm_labels": ["tier=front"]}}},
        "swarm_labels of worker1 is ['tier=front'], but has to be a dictionary.",
    ),
]

NETWORKS = [
    ({"networks": {"overlay1": {}}}, "swarm_networks is {'overlay1': {}}, but has to be a list."),
    ({"networks": None}, "swarm_networks is None, but has to be a list."),
    (
        {"networks": ["overlay1"]},
        "swarm_networks[0] is 'overlay1', but has to be a dictionary with the keys "
        "attachable, encrypted, gateway, internal, mtu_bytes, name, subnet.",
    ),
    ({"networks": [{"subnet": "10.0.1.0/24"}]}, 'swarm_networks[0] has no "name". Add it.'),
    (network(name=""), 'swarm_networks[0] has no "name". Add it.'),
    (network(name=1), "swarm_networks[0] (1): name is 1, but has to be text."),
    (
        network(subnt="10.0.1.0/24"),
        'swarm_networks[0] (overlay1) has the unknown key "subnt". Did you mean "subnet"?',
    ),
    (
        network(colour="blue"),
        'swarm_networks[0] (overlay1) has the unknown key "colour". '
        "It knows attachable, encrypted, gateway, internal, mtu_bytes, name, subnet.",
    ),
    (
        {"networks": [{"name": "overlay1"}, {"name": "overlay1"}]},
        'swarm_networks has "overlay1" twice. Take one of them out, or rename it.',
    ),
    (
        network(attachable="yes"),
        "swarm_networks[0] (overlay1): attachable is 'yes', but has to be true or false.",
    ),
    (
        network(mtu_bytes=True),
        "swarm_networks[0] (overlay1): mtu_bytes is True, but has to be a whole number.",
    ),
    (network(mtu_bytes=67), "swarm_networks (overlay1): mtu_bytes is 67, but has to be from 68 to 65535."),
    (
        network(subnet="10.0.1.0/33"),
        "swarm_networks (overlay1): subnet is '10.0.1.0/33', which is no IPv4 subnet "
        "('33' is not a valid netmask). Write it like 10.0.1.0/24.",
    ),
    (
        network(subnet="10.0.1.5/24"),
        "swarm_networks (overlay1): subnet is '10.0.1.5/24', which is no IPv4 subnet "
        "(10.0.1.5/24 has host bits set). Write it like 10.0.1.0/24.",
    ),
    (
        network(subnet="10.0.1.0/255.255.255.0"),
        "swarm_networks (overlay1): subnet is '10.0.1.0/255.255.255.0', which is no IPv4 subnet "
        "(it has no prefix length). Write it like 10.0.1.0/24.",
    ),
    (network(gateway="10.0.1.1"), "swarm_networks (overlay1) has a gateway but no subnet. Add the subnet."),
    (
        network(subnet="10.0.1.0/24", gateway="10.0.1"),
        "swarm_networks (overlay1): gateway is '10.0.1', which is no IPv4 address. Write it like 192.168.99.100.",
    ),
    (
        network(subnet="10.0.1.0/24", gateway="10.0.2.1"),
        "swarm_networks (overlay1): gateway is 10.0.2.1, outside subnet 10.0.1.0/24. Change one of them.",
    ),
    (
        {"networks": [{"name": "a", "subnet": "10.0.0.0/16"}, {"name": "b", "subnet": "10.0.1.0/24"}]},
        "swarm_networks (b): subnet (10.0.1.0/24) overlaps swarm_networks (a): subnet (10.0.0.0/16). "
        "Give one of them another subnet.",
    ),
    (
        network(subnet="192.168.0.0/16"),
        "nodes_subnet (192.168.99.0/24) overlaps swarm_networks (overlay1): subnet (192.168.0.0/16). "
        "Give one of them another subnet.",
    ),
]

SERVICES = [
    ({"services": {"web": {}}}, "swarm_services is {'web': {}}, but has to be a list."),
    ({"services": [{"image": "packetwalk/web:1"}]}, 'swarm_services[0] has no "name". Add it.'),
    ({"services": [{"name": "web"}]}, 'swarm_services[0] (web) has no "image". Add it.'),
    (
        {"services": [*service()["services"], *service()["services"]]},
        'swarm_services has "web" twice. Take one of them out, or rename it.',
    ),
    (service(replica=2), 'swarm_services[0] (web) has the unknown key "replica". Did you mean "replicas"?'),
    (
        service(networks=["overlay2"]),
        'swarm_services (web) is on the unknown network "overlay2". Add it to swarm_networks, or correct the name.',
    ),
    (
        service(networks=[{"name": "overlay1"}]),
        "swarm_services (web): networks has {'name': 'overlay1'}, but has to be a list of names.",
    ),
    (service(networks="overlay1"), "swarm_services[0] (web): networks is 'overlay1', but has to be a list."),
    (service(replicas=-1), "swarm_services (web): replicas is -1, but has to be 0 or more."),
    (service(replicas=True), "swarm_services[0] (web): replicas is True, but has to be a whole number."),
    (service(replicas="2"), "swarm_services[0] (web): replicas is '2', but has to be a whole number."),
    (
        service(mode="global", replicas=2),
        "swarm_services (web) has replicas, but its mode is global. Take replicas out, or set mode to replicated.",
    ),
    (service(mode="job"), "swarm_services[0] (web): mode is 'job', but has to be one of replicated, global."),
    (
        service(endpoint_mode="dns"),
        "swarm_services[0] (web): endpoint_mode is 'dns', but has to be one of auto, vip, dnsrr.",
    ),
    (service(command=80), "swarm_services[0] (web): command is 80, but has to be text or a list."),
    (
        service(env={"DEBUG": True}),
        "swarm_services (web): env has True for DEBUG, but has to have text there. Put it in quotes.",
    ),
    (
        service(labels={"tier": 1}),
        "swarm_services (web): labels has 1 for tier, but has to have text there. Put it in quotes.",
    ),
    (
        service(update_config={"dely": "10s"}),
        'swarm_services (web): update_config has the unknown key "dely". Did you mean "delay"?',
    ),
    (
        service(rollback_config={"order": "random"}),
        "swarm_services (web): rollback_config: order is 'random', but has to be one of start-first, stop-first.",
    ),
    (
        service(update_config={"max_failure_ratio": True}),
        "swarm_services (web): update_config: max_failure_ratio is True, but has to be a number or a whole number.",
    ),
]

PORTS = [
    (
        service(published_ports=["8080:80"]),
        "swarm_services (web): published_ports[0] is '8080:80', but has to be a dictionary with the keys "
        "mode, protocol, published, target.",
    ),
    (
        service(published_ports=[{"published": 8080}]),
        'swarm_services (web): published_ports[0] has no "target". Add it.',
    ),
    *[
        (
            service(published_ports=[port(published)]),
            f"swarm_services (web): published_ports[0]: published is {published}, but a port is from 1 to 65535.",
        )
        for published in (-1, 0, 65536)
    ],
    (
        service(published_ports=[port(8080, target=65536)]),
        "swarm_services (web): published_ports[0]: target is 65536, but a port is from 1 to 65535.",
    ),
    (
        service(published_ports=[port(True)]),
        "swarm_services (web): published_ports[0]: published is True, but has to be a whole number.",
    ),
    (
        service(published_ports=[port(8080), port(8080, target=81)]),
        "swarm_services: web and web both publish port 8080/tcp. Give one of them another published port.",
    ),
    (
        {
            "services": [
                {"name": name, "image": "packetwalk/web:1", "published_ports": [port(53, protocol="udp")]}
                for name in ("web", "vote")
            ]
        },
        "swarm_services: vote and web both publish port 53/udp. Give one of them another published port.",
    ),
    (
        service(published_ports=[port(8080, protocol="icmp")]),
        "swarm_services (web): published_ports[0]: protocol is 'icmp', but has to be one of tcp, udp, sctp.",
    ),
    (
        service(endpoint_mode="dnsrr", published_ports=[port(8080, mode="ingress")]),
        "swarm_services (web) publishes a port with mode ingress, but its endpoint_mode is dnsrr and the routing mesh "
        "needs a virtual address. Set the port's mode to host, or endpoint_mode to vip.",
    ),
]


@pytest.mark.parametrize(("broken", "sentence"), [*NODES, *NETWORKS, *SERVICES, *PORTS])
def test_a_mistake_gives_one_sentence(broken: dict[str, Any], sentence: str) -> None:
    with pytest.raises(IntentError) as error:
        read(inventory(**broken))
    assert str(error.value) == sentence


def test_what_is_left_out_gets_its_default() -> None:
    services = [{"name": "web", "image": "packetwalk/web:1", "published_ports": [port(8080)]}]
    assert read(inventory(services=services)) == {
        "lab": "swarm",
        "nodes": {
            host: {
                "role": "manager" if host == "manager1" else "worker",
                "address": address,
                "availability": "active",
                "membership": "present",
                "labels": {},
            }
            for host, address in ADDRESSES.items()
        },
        "networks": [
            {
                "name": "overlay1",
                "subnet": "10.0.1.0/24",
                "gateway": None,
                "mtu_bytes": None,
                "attachable": False,
                "encrypted": False,
                "internal": False,
            }
        ],
        "services": [
            {
                "name": "web",
                "image": "packetwalk/web:1",
                "command": None,
                "args": None,
                "env": None,
                "mode": "replicated",
                "replicas": 1,
                "endpoint_mode": "auto",
                "networks": [],
                "published_ports": [{"target": 80, "published": 8080, "protocol": "tcp", "mode": "auto"}],
                "constraints": [],
                "update_config": None,
                "rollback_config": None,
                "stop_grace_period": None,
                "labels": None,
            }
        ],
    }


GOOD = {
    "the same port with another protocol": service(published_ports=[port(53), port(53, protocol="udp")]),
    "a service without tasks": service(replicas=0),
    "a global service": service(mode="global"),
    "a command as text": service(command="sleep 60"),
    "host ports with DNS round robin": service(endpoint_mode="dnsrr", published_ports=[port(8080, mode="host")]),
    "a network from the swarm's pool": network(),
    "a gateway of its own": network(subnet="10.0.1.0/24", gateway="10.0.1.254"),
    "a failure ratio as a whole number": service(update_config={"max_failure_ratio": 0}),
    "existing hosts in several subnets": {
        "provider": "existing",
        "subnet": None,
        "hosts": {"worker1": {"nodes_address": "198.51.100.1"}},
    },
}


@pytest.mark.parametrize("fields", GOOD.values(), ids=GOOD)
def test_what_can_be_is_not_refused(fields: dict[str, Any]) -> None:
    assert read(inventory(**fields))["lab"] == "swarm"


def test_variables_of_hosts_are_in_the_intent() -> None:
    given = {"swarm_availability": "drain", "swarm_membership": "absent", "swarm_labels": {"rack": 7}}
    node = read(inventory(hosts={"worker2": given}))["nodes"]["worker2"]
    assert (node["availability"], node["membership"], node["labels"]) == ("drain", "absent", {"rack": "7"})


DEFAULTS = {
    "parallelism": 1,
    "failure_action": "pause",
    "monitor": "5s",
    "max_failure_ratio": 0.0,
    "order": "stop-first",
}


@pytest.mark.parametrize("name", ["update_config", "rollback_config"])
@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, DEFAULTS),
        ({"delay": "10s", "order": None}, {**DEFAULTS, "delay": "10s"}),
        ({"parallelism": 0, "order": "start-first"}, {**DEFAULTS, "parallelism": 0, "order": "start-first"}),
        (None, None),
    ],
)
def test_an_update_gets_the_defaults_of_the_command_line(
    name: str, given: dict[str, Any] | None, expected: dict[str, Any] | None
) -> None:
    intent = read(inventory(**service(**{name: given})))
    assert intent["services"][0][name] == expected


@pytest.mark.parametrize(
    ("managers", "hosts", "expected"),
    [
        (["manager1"], {}, []),
        (
            ["manager1", "worker1"],
            {},
            [
                "The group swarm_managers has 2 hosts. An even number tolerates no more failures than 1 would; "
                "use an odd one."
            ],
        ),
        (["manager1", "worker1"], {"worker1": {"swarm_membership": "absent"}}, []),
        (["manager1", "worker1", "worker2"], {}, []),
    ],
)
def test_an_even_number_of_managers_is_a_warning(
    managers: list[str], hosts: dict[str, dict[str, Any]], expected: list[str]
) -> None:
    workers = [host for host in ADDRESSES if host not in managers]
    assert warnings(read(inventory(hosts, managers=managers, workers=workers))) == expected


ROUND_ROBIN = "web: DNS round robin instead of a virtual address"
HOST_PORTS = "web: ports on the nodes that run a task instead of the routing mesh"
NO_ADDRESS = "web: its virtual address will not answer (endpoint_mode is vip)"
NO_MESH = "web: the routing mesh will not answer (a port's mode is ingress)"


@pytest.mark.parametrize(
    ("ip_vs", "endpoint_mode", "port_modes", "resolved", "notes"),
    [
        (True, "auto", [], ("vip", []), []),
        (True, "auto", ["auto"], ("vip", ["ingress"]), []),
        (True, "auto", ["ingress"], ("vip", ["ingress"]), []),
        (True, "auto", ["host", "auto"], ("vip", ["host", "ingress"]), []),
        (True, "vip", ["auto"], ("vip", ["ingress"]), []),
        (True, "vip", ["host"], ("vip", ["host"]), []),
        (True, "dnsrr", ["host"], ("dnsrr", ["host"]), []),
        (True, "dnsrr", ["auto"], ("dnsrr", ["host"]), [HOST_PORTS]),
        (False, "auto", [], ("dnsrr", []), [ROUND_ROBIN]),
        (False, "auto", ["auto"], ("dnsrr", ["host"]), [ROUND_ROBIN, HOST_PORTS]),
        (False, "auto", ["host"], ("dnsrr", ["host"]), [ROUND_ROBIN]),
        (False, "auto", ["ingress"], ("vip", ["ingress"]), [NO_MESH]),
        (False, "vip", ["auto"], ("vip", ["host"]), [NO_ADDRESS, HOST_PORTS]),
        (False, "vip", ["ingress"], ("vip", ["ingress"]), [NO_ADDRESS, NO_MESH]),
        (False, "dnsrr", ["auto"], ("dnsrr", ["host"]), [HOST_PORTS]),
        (False, "dnsrr", ["host"], ("dnsrr", ["host"]), []),
    ],
)
def test_what_is_left_to_auto_is_decided(
    ip_vs: bool, endpoint_mode: str, port_modes: list[str], resolved: tuple[str, list[str]], notes: list[str]
) -> None:
    ports = [port(8080 + index, mode=mode) for index, mode in enumerate(port_modes)]
    intent = read(inventory(**service(endpoint_mode=endpoint_mode, published_ports=ports)))
    decided, told = resolve(intent, ip_vs, esp=False)
    web = decided["services"][0]
    assert (web["endpoint_mode"], [each["mode"] for each in web["published_ports"]]) == resolved
    assert told == notes
    assert intent["services"][0]["endpoint_mode"] == endpoint_mode, "the intent itself stays as it was read"


def test_an_encrypted_network_needs_esp() -> None:
    intent = read(inventory(**network(encrypted=True)))
    assert resolve(intent, ip_vs=True, esp=True) == (intent, [])
    with pytest.raises(IntentError) as error:
        resolve(intent, ip_vs=True, esp=False)
    assert str(error.value) == (
        "swarm_networks (overlay1) is encrypted, but not every node's kernel is known to have ESP, without which "
        "packets to other nodes are lost. Take encrypted out, or use nodes whose kernel has ESP."
    )
