# SPDX-License-Identifier: GPL-3.0-or-later
"""State documents of swarms of any size, in the layout that Docker 20.10 leaves behind (docs/state.md).

The pattern is ``tests/recordings/swarm-three-nodes-ipvs``. There are 10 services and 50 tasks for each node; 10
services of 5 tasks share an overlay network, and every fiftieth service publishes a port in mode ingress. Tasks are
placed as swarmkit's scheduler does (manager/scheduler): where the service has the fewest tasks, then where there are
the fewest of all, so that a network is on up to 50 nodes. On every other pair of node and network the traffic has left
its traces (neighbours, learned fdb rows); on the rest nobody has talked yet, so that addresses have to be asked for.
IPv6 is left out.
"""

from __future__ import annotations

import itertools
import random
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Any, Iterator

from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._iptables import parse_save
from ansible_collections.packetwalk.labs.plugins.plugin_utils._state import assemble
from ansible_collections.packetwalk.labs.plugins.plugin_utils._swarm import mac_of_address

Row = dict[str, Any]

SERVICES_A_NODE = 10
SERVICES_A_NETWORK = 10
TASKS_A_SERVICE = 5
SERVICES_A_PUBLISHED_ONE = 50
MANAGERS = 3
TARGET_PORT = 80
FIRST_PUBLISHED_PORT = 8080
IMAGE = "packetwalk/web:1"
INGRESS_SANDBOX = "ingress_sbox"
OUTSIDE = ("192.168.99.1", "3a:30:d6:d6:cc:eb")  # address and MAC of the router, which is in no state
MOST_NODES = 100  # the ingress network's /24 has no more room for endpoints

_FIRST_VNI = 4096
_FIRST_MARK = 256
_GROUP_MACS = ("01:00:5e:00:00:01", "33:33:00:00:00:01")
_LOOPBACK_MAC = "00:00:00:00:00:00"


@dataclass(frozen=True)
class Endpoint:
    """A task or a load balancer (without a container) on an overlay network; ``namespace`` is where its device is."""

    name: str
    identifier: str
    node: str
    address: str
    namespace: str
    container: str | None

    @cached_property
    def mac(self) -> str:
        return mac_of_address(self.address)


@dataclass
class Virtual:
    """The virtual address of a service on one network, and the tasks there."""

    service: str
    address: str
    published: int | None
    tasks: list[Endpoint] = field(default_factory=list)


@dataclass
class Network:
    """An overlay network; number 0 is the ingress network. ``balancers`` are by node."""

    number: int
    name: str
    identifier: str
    virtuals: list[Virtual] = field(default_factory=list)
    balancers: dict[str, Endpoint] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._free = itertools.count(2)

    @property
    def subnet(self) -> str:
        return f"10.0.{self.number}.0/24"

    @property
    def gateway(self) -> str:
        return f"10.0.{self.number}.1"

    @property
    def namespace(self) -> str:
        return f"1-{self.identifier[:10]}"

    @property
    def balancer_namespace(self) -> str:
        return INGRESS_SANDBOX if self.number == 0 else f"lb_{self.identifier[:9]}"

    def free_address(self) -> str:
        return f"10.0.{self.number}.{next(self._free)}"

    @cached_property
    def tasks(self) -> list[Endpoint]:
        return [endpoint for virtual in self.virtuals for endpoint in virtual.tasks]

    @cached_property
    def endpoints(self) -> list[Endpoint]:
        return self.tasks + list(self.balancers.values())


@dataclass
class Task:
    """A task with its endpoints: on the ingress network when it publishes a port, and on its own network."""

    identifier: str
    name: str
    service: Row
    slot: int
    node: str
    container: str
    sandbox: str
    attachments: list[tuple[Network, Endpoint]] = field(default_factory=list)


class Plan:
    """What is meant to run where; everything random is drawn here, in one order."""

    def __init__(self, nodes: int, seed: int) -> None:
        if not 1 <= nodes <= MOST_NODES:
            raise ValueError(f"a swarm of {nodes} nodes; between 1 and {MOST_NODES} can be generated")
        self.random = random.Random(seed)
        self.addresses = {f"node{number:03}": f"192.168.99.{10 + number}" for number in range(1, nodes + 1)}
        self.nodes = list(self.addresses)
        self.node_ids = {name: self._identifier() for name in self.nodes}
        self.macs = {name: self.random_mac() for name in self.nodes}
        self.ingress = Network(0, "ingress", self._identifier())
        self.networks = [self.ingress]
        self.services: list[Row] = []
        self.tasks: list[Task] = []
        self.resolver_ports = [(self._ephemeral_port(), self._ephemeral_port()) for _pair in range(16)]
        self._load: Counter[str] = Counter()
        for node in self.nodes:
            self._balance(self.ingress, node)
        for number in range(nodes * SERVICES_A_NODE):
            if number % SERVICES_A_NETWORK == 0:
                self.networks.append(Network(len(self.networks), f"net{len(self.networks)}", self._identifier()))
            self._add_service(number)

    def used_networks(self, node: str) -> list[Network]:
        return [network for network in self.networks if node in network.balancers]

    def pairs(self) -> list[tuple[Endpoint, Virtual]]:
        """Every client with every service that it can reach by a virtual address."""
        return [
            (task, virtual) for network in self.networks[1:] for task in network.tasks for virtual in network.virtuals
        ]

    def random_mac(self) -> str:
        """Unicast, locally administered, as the kernel makes them (eth_random_addr() of linux/etherdevice.h)."""
        octets = list(self.random.randbytes(6))
        octets[0] = octets[0] & 0xFE | 0x02
        return ":".join(f"{octet:02x}" for octet in octets)

    def hexadecimal(self, digits: int) -> str:
        return f"{self.random.getrandbits(4 * digits):0{digits}x}"

    def _ephemeral_port(self) -> int:
        return self.random.randrange(32768, 60999)

    def _identifier(self) -> str:
        return "".join(self.random.choices("0123456789abcdefghijklmnopqrstuvwxyz", k=25))

    def _add_service(self, number: int) -> None:
        network = self.networks[-1]
        is_published = number % SERVICES_A_PUBLISHED_ONE == 0
        published = FIRST_PUBLISHED_PORT + number // SERVICES_A_PUBLISHED_ONE if is_published else None
        name = f"service{number + 1}"
        virtuals = [(network, Virtual(name, network.free_address(), published))]
        if is_published:
            virtuals.insert(0, (self.ingress, Virtual(name, self.ingress.free_address(), published)))
        for where, virtual in virtuals:
            where.virtuals.append(virtual)
        service = {
            "constraints": [],
            "endpoint_mode": "vip",
            "id": self._identifier(),
            "image": IMAGE,
            "mode": "replicated",
            "name": name,
            "networks": [network.identifier],
            "ports": [{"mode": "ingress", "protocol": "tcp", "published": published, "target": TARGET_PORT}]
            if is_published
            else [],
            "replicas": TASKS_A_SERVICE,
            "update": {"message": None, "monitor_seconds": 5.0, "state": None},
            "virtual_addresses": [
                {"address": virtual.address, "network": where.identifier, "prefix_length": 24}
                for where, virtual in virtuals
            ],
        }
        self.services.append(service)
        own: Counter[str] = Counter()
        for slot in range(1, TASKS_A_SERVICE + 1):
            node = min(self.nodes, key=lambda name: (own[name], self._load[name], self.random.random()))
            own[node] += 1
            self._load[node] += 1
            self._add_task(service, slot, node, virtuals)

    def _add_task(self, service: Row, slot: int, node: str, virtuals: list[tuple[Network, Virtual]]) -> None:
        identifier = self._identifier()
        name = f"{service['name']}.{slot}.{identifier}"
        task = Task(identifier, name, service, slot, node, self.hexadecimal(64), self.hexadecimal(12))
        for network, virtual in virtuals:
            self._balance(network, node)
            address = network.free_address()
            endpoint = Endpoint(name, self.hexadecimal(64), node, address, task.sandbox, task.container)
            virtual.tasks.append(endpoint)
            task.attachments.append((network, endpoint))
        self.tasks.append(task)

    def _balance(self, network: Network, node: str) -> None:
        """A node that uses a network has a load balancer in it (moby daemon/cluster/executor)."""
        if node not in network.balancers:
            network.balancers[node] = Endpoint(
                f"{network.name}-endpoint",
                self.hexadecimal(64),
                node,
                network.free_address(),
                network.balancer_namespace,
                None,
            )


def generate(nodes: int, seed: int = 1) -> Row:
    """The state document of a swarm; the same for the same arguments. Raises ValueError for too many nodes."""
    return document(Plan(nodes, seed))


def document(plan: Plan) -> Row:
    tasks = defaultdict(list)
    for task in plan.tasks:
        tasks[task.node].append(task)
    cluster = _cluster(plan)
    return assemble(
        "generated", "2026-01-31T12:00:00Z", {name: _node(plan, name, tasks[name], cluster) for name in plan.nodes}
    )


def _node(plan: Plan, name: str, tasks: list[Task], cluster: Row) -> Row:
    networks = plan.used_networks(name)
    virtuals = [(network, virtual) for network in networks for virtual in network.virtuals]
    marks = {
        (network.number, virtual.service): mark for mark, (network, virtual) in enumerate(virtuals, start=_FIRST_MARK)
    }
    kernel = Kernel(plan, name)
    _host(kernel, plan)
    for network in networks:
        _overlay(kernel, network, name)
    _balancer(kernel, plan.ingress, name, marks)
    kernel.join_gateway_bridge(INGRESS_SANDBOX)
    for network in networks[1:]:
        _balancer(kernel, network, name, marks)
    for task in tasks:
        _sandbox(kernel, task)
    features = {feature: {"present": True} for feature in ("bridge", "ip_vs", "vxlan")}
    return {
        "hostname": name,
        "capabilities": {
            "kernel": "6.1.0-28-amd64",
            "features": features,
            "tools": {},
            "privileges": {"setns": True, "setns_reason": None},
        },
        "namespaces": kernel.namespaces,
        "docker": _docker(plan, name, tasks, marks, kernel, cluster),
    }


class Kernel:
    """The network namespaces of one node while they are made."""

    def __init__(self, plan: Plan, node: str) -> None:
        self.node = node
        self.namespaces: dict[str, Row] = {}
        self.gateway_addresses: dict[str, str] = {}  # in docker_gwbridge, by namespace
        self.plan = plan
        self._indexes = itertools.count(4)
        self._ports: Counter[str] = Counter()

    def namespace(self, name: str, container: Row | None = None) -> Row:
        """A new namespace with its loopback device."""
        is_host = name == "host"
        made: Row = {
            "inode": 4026532000 + len(self.namespaces),
            "kind": "host" if is_host else "docker",
            "path": None if is_host else f"/run/docker/netns/{name}",
            "links": [],
            "addresses": [],
            "routes": [],
            "rules": _rules(),
            "neighbours": [],
            "fdb": [],
            "bridge_netfilter": {"ipv4": True, "ipv6": True, "arp": True},
            "netfilter": {"backend": "none", "tables": {}, "tables_ipv6": {}, "nft": []},
            "ipvs": [],
            "sockets": [],
        }
        if container:
            made["container"] = container
        self.namespaces[name] = made
        made["links"].append(_link("lo", 1, "loopback", _LOOPBACK_MAC, 65536, ["loopback", "lower_up", "up"]))
        self.address(name, "lo", "127.0.0.1", 8)
        return made

    def link(self, namespace: str, name: str, kind: str, mac: str, mtu_bytes: int, **more: Any) -> Row:
        index = more.pop("index", None) or next(self._indexes)
        flags = ["broadcast", "lower_up", "multicast", "up"]
        link = {**_link(name, index, kind, mac, mtu_bytes, flags), **more}
        made = self.namespaces[namespace]
        made["links"].append(link)
        if kind != "vxlan":
            made["fdb"] += [_fdb(group, name) for group in _GROUP_MACS]
        if "master" in link:
            link["port"] = {"state": "forwarding", "hairpin": False, "isolated": False, "learning": True, "flood": True}
            made["fdb"].append(_fdb(mac, name, flag="master"))
        return link

    def veth(
        self, namespace: str, name: str, mac: str, bridge_namespace: str, bridge: str, port: str, mtu_bytes: int
    ) -> None:
        """A pair from a device to a port of a bridge, which has learned the device's MAC address."""
        inner, outer = next(self._indexes), next(self._indexes)
        self.link(
            namespace,
            name,
            "veth",
            mac,
            mtu_bytes,
            index=inner,
            peer={"index": outer, "namespace": bridge_namespace, "name": port},
        )
        self.link(
            bridge_namespace,
            port,
            "veth",
            self.plan.random_mac(),
            mtu_bytes,
            index=outer,
            master=bridge,
            peer={"index": inner, "namespace": namespace, "name": name},
        )
        self.namespaces[bridge_namespace]["fdb"].append(_fdb(mac, port, flag="master", state="reachable"))

    def join_overlay(self, network: Network, endpoint: Endpoint, device: str) -> None:
        port = f"veth{self._ports[network.namespace]}"
        self._ports[network.namespace] += 1
        self.veth(endpoint.namespace, device, endpoint.mac, network.namespace, "br0", port, 1450)
        self.address(endpoint.namespace, device, endpoint.address, 24)

    def join_gateway_bridge(self, namespace: str) -> None:
        address = f"172.18.0.{len(self.gateway_addresses) + 2}"
        self.gateway_addresses[namespace] = address
        device = f"eth{len(self.namespaces[namespace]['links']) - 1}"
        port = f"veth{self.plan.hexadecimal(7)}"
        self.veth(namespace, device, mac_of_address(address), "host", "docker_gwbridge", port, 1500)
        self.address(namespace, device, address, 16)
        self.route(namespace, "default", device, gateway="172.18.0.1", protocol="boot")

    def address(self, namespace: str, device: str, address: str, prefix_length: int) -> None:
        """An address with the routes that the kernel makes for it (fib_add_ifaddr() of net/ipv4/fib_frontend.c)."""
        scope = "host" if device == "lo" else "global"
        self.namespaces[namespace]["addresses"].append(
            {
                "device": device,
                "address": address,
                "prefix_length": prefix_length,
                "family": "ipv4",
                "scope": scope,
                "label": device,
            }
        )
        local = {"table": 255, "protocol": "kernel", "source": address}
        self.route(namespace, f"{address}/32", device, scope="host", type="local", **local)
        if prefix_length == 32:
            return
        octets = address.split(".")[: prefix_length // 8]
        first, last = (".".join([*octets, *[filler] * (4 - len(octets))]) for filler in ("0", "255"))
        self.route(namespace, f"{last}/32", device, scope="link", type="broadcast", **local)
        network = {"table": 255, "scope": "host", "type": "local"} if device == "lo" else {"scope": "link"}
        self.route(namespace, f"{first}/{prefix_length}", device, **{**local, "table": 254, **network})

    def route(self, namespace: str, destination: str, device: str, **more: Any) -> None:
        usual = {"gateway": None, "source": None, "table": 254, "metric": 0, "scope": "global", "type": "unicast"}
        row = {"destination": destination, "device": device, **usual, "protocol": "kernel", "family": "ipv4", **more}
        self.namespaces[namespace]["routes"].append(row)

    def neighbour(self, namespace: str, device: str, address: str, mac: str, state: str = "stale") -> None:
        row = {"address": address, "mac": mac, "device": device, "states": [state], "flags": [], "family": "ipv4"}
        self.namespaces[namespace]["neighbours"].append(row)

    def socket(self, namespace: str, protocol: str, address: str, port: int) -> None:
        family = "ipv6" if ":" in address else "ipv4"
        row = {"protocol": protocol, "address": address, "port": port, "family": family, "inode": None}
        self.namespaces[namespace]["sockets"].append(row)

    def filter_with(self, namespace: str, *texts: str) -> None:
        tables = {name: chains for table in texts for name, chains in _parsed(table).items()}
        self.namespaces[namespace]["netfilter"].update(backend="legacy", tables=tables)

    def resolve(self, namespace: str) -> tuple[int, int]:
        """The sockets of Docker's DNS server: ports of TCP and UDP."""
        tcp, udp = self.plan.random.choice(self.plan.resolver_ports)
        self.socket(namespace, "tcp", "127.0.0.11", tcp)
        self.socket(namespace, "udp", "127.0.0.11", udp)
        return tcp, udp


def _link(name: str, index: int, kind: str, mac: str, mtu_bytes: int, flags: list[str]) -> Row:
    return {
        "name": name,
        "index": index,
        "kind": kind,
        "mac": mac,
        "mtu_bytes": mtu_bytes,
        "flags": flags,
        "operational_state": "unknown" if kind in ("loopback", "vxlan") else "up",
        "ipv4": {
            "forwarding": True,
            "proxy_arp": False,
            "rp_filter": 0,
            "route_localnet": False,
            "arp_ignore": 0,
            "accept_local": False,
        },
        "ipv6": {"forwarding": False, "disabled": True, "proxy_ndp": False},
    }


def _rules() -> list[Row]:
    return [
        {
            "priority": priority,
            "source": None,
            "destination": None,
            "table": table,
            "mark": None,
            "mask": None,
            "in_interface": None,
            "out_interface": None,
            "action": "to_table",
            "family": "ipv4",
        }
        for priority, table in ((0, 255), (32766, 254), (32767, 253))
    ]


def _fdb(mac: str, device: str, destination: str | None = None, flag: str = "self", state: str = "permanent") -> Row:
    return {
        "mac": mac,
        "device": device,
        "destination": destination,
        "states": [state],
        "flags": [flag],
        "vlan": None,
        "vni": None,
        "port": None,
    }


def _has_talked(network: Network, node: str) -> bool:
    return (network.number + int(node[4:])) % 2 == 0


def _host(kernel: Kernel, plan: Plan) -> None:
    kernel.namespace("host")
    kernel.link("host", "eth0", "ethernet", plan.macs[kernel.node], 1500, index=2)
    bridge = {"vlan_filtering": False, "ageing_seconds": 300.0, "stp": False}
    for name, index, address in (("docker0", 3, "172.17.0.1"), ("docker_gwbridge", None, "172.18.0.1")):
        kernel.link("host", name, "bridge", plan.random_mac(), 1500, index=index, bridge=bridge)
        kernel.address("host", name, address, 16)
    kernel.address("host", "eth0", plan.addresses[kernel.node], 24)
    kernel.route("host", "default", "eth0", gateway=OUTSIDE[0], protocol="boot")
    kernel.neighbour("host", "eth0", *OUTSIDE)
    for name in plan.nodes:
        if name != kernel.node:
            kernel.neighbour("host", "eth0", plan.addresses[name], plan.macs[name], "reachable")
    kernel.socket("host", "udp", "0.0.0.0", 4789)
    ports = [("tcp", 7946), ("udp", 7946)]
    ports += [("tcp", 2377)] if kernel.node in plan.nodes[:MANAGERS] else []
    published = [virtual.published for virtual in plan.ingress.virtuals if virtual.published]
    for protocol, port in [*ports, *(("tcp", port) for port in published)]:
        kernel.socket("host", protocol, "::", port)
    kernel.filter_with("host", *_host_tables(published))


def _overlay(kernel: Kernel, network: Network, node: str) -> None:
    """The bridge of a network, and the VXLAN device with rows for everything that is on other nodes."""
    made = kernel.namespace(network.namespace)
    bridge = {"vlan_filtering": False, "ageing_seconds": 300.0, "stp": False}
    mac = kernel.plan.random_mac()  # a bridge takes the lowest one of its ports
    kernel.link(network.namespace, "br0", "bridge", mac, 1450, index=2, bridge=bridge)
    vxlan = {
        "vni": _FIRST_VNI + network.number,
        "port": 4789,
        "local": None,
        "group": None,
        "learning": True,
        "proxy": True,
        "l2miss": True,
        "l3miss": True,
        "ageing_seconds": 300,
        "underlay_namespace": "host",
    }
    kernel.link(network.namespace, "vxlan0", "vxlan", mac, 1450, master="br0", vxlan=vxlan)
    kernel.address(network.namespace, "br0", network.gateway, 24)
    for endpoint in network.endpoints:
        if endpoint.node != node:
            vtep = kernel.plan.addresses[endpoint.node]
            made["fdb"].append(_fdb(endpoint.mac, "vxlan0", vtep))
            kernel.neighbour(network.namespace, "vxlan0", endpoint.address, endpoint.mac, "permanent")
            if _has_talked(network, node):
                made["fdb"].append(_fdb(endpoint.mac, "vxlan0", flag="master", state="reachable"))


def _balancer(kernel: Kernel, network: Network, node: str, marks: dict[tuple[int, str], int]) -> None:
    own = network.balancers[node]
    made = kernel.namespace(own.namespace)
    kernel.join_overlay(network, own, "eth0")
    if _has_talked(network, node):
        for endpoint in network.tasks:
            kernel.neighbour(own.namespace, "eth0", endpoint.address, endpoint.mac)
    mangle = []
    for virtual in network.virtuals:
        mark = marks[network.number, virtual.service]
        kernel.address(own.namespace, "eth0", virtual.address, 32)
        mangle.append(f"-A INPUT -d {virtual.address}/32 -j MARK --set-xmark {mark:#x}/0xffffffff")
        if network.number == 0:
            port = f"-p tcp -m tcp --dport {virtual.published}"
            mangle.insert(0, f"-A PREROUTING {port} -j MARK --set-xmark {mark:#x}/0xffffffff")
        backends = [
            {"address": endpoint.address, "port": 0, "forward": "masquerade", "weight": 1} for endpoint in virtual.tasks
        ]
        made["ipvs"].append({"kind": "fwmark", "mark": mark, "scheduler": "rr", "flags": [], "backends": backends})
    source = f"-A POSTROUTING -d {network.subnet} -m ipvs --ipvs -j SNAT --to-source {own.address}"
    kernel.filter_with(
        own.namespace,
        _table("mangle", ("PREROUTING", "INPUT", "FORWARD", "OUTPUT", "POSTROUTING"), mangle),
        _table("filter", ("INPUT", "FORWARD", "OUTPUT"), []),
        _names_table(*kernel.resolve(own.namespace), [source]),
    )


def _sandbox(kernel: Kernel, task: Task) -> None:
    kernel.namespace(task.sandbox, {"id": task.container, "name": task.name})
    guards: list[str] = []
    redirects: list[str] = []
    for number, (network, endpoint) in enumerate(task.attachments):
        device = f"eth{number}"
        kernel.join_overlay(network, endpoint, device)
        if _has_talked(network, task.node):
            own = network.balancers[task.node]
            for virtual in network.virtuals:
                kernel.neighbour(task.sandbox, device, virtual.address, own.mac)
            for balancer in network.balancers.values():
                kernel.neighbour(task.sandbox, device, balancer.address, balancer.mac)
        if network.number == 0:
            (port,) = task.service["ports"]
            guards += _ingress_guards(endpoint.address)
            published = f"-d {endpoint.address}/32 -p tcp -m tcp --dport {port['published']}"
            redirects.append(f"-A PREROUTING {published} -j REDIRECT --to-ports {TARGET_PORT}")
    kernel.join_gateway_bridge(task.sandbox)
    kernel.socket(task.sandbox, "tcp", "::", TARGET_PORT)
    tables = [_names_table(*kernel.resolve(task.sandbox), redirects)]
    if guards:
        tables.append(_table("filter", ("INPUT", "FORWARD", "OUTPUT"), guards))
    kernel.filter_with(task.sandbox, *tables)


def _ingress_guards(address: str) -> Iterator[str]:
    """Docker lets only the published port's target through on the ingress network."""
    for chain, side, port, states in (
        ("INPUT", f"-d {address}/32", "dport", "NEW,ESTABLISHED"),
        ("OUTPUT", f"-s {address}/32", "sport", "ESTABLISHED"),
    ):
        yield f"-A {chain} {side} -p tcp -m tcp --{port} {TARGET_PORT} -m conntrack --ctstate {states} -j ACCEPT"
        for protocol in ("sctp", "udp", "tcp"):
            yield f"-A {chain} {side} -p {protocol} -j DROP"


@lru_cache(maxsize=1000)
def _parsed(table: str) -> Row:
    """Many namespaces have the same table, and share it in the document."""
    return parse_save(table)


def _table(name: str, chains: tuple[str, ...], rules: list[str]) -> str:
    own = {word for rule in rules for word in rule.split() if word.startswith("DOCKER")} - set(chains)
    heads = [f":{chain} ACCEPT [0:0]" for chain in chains] + [f":{chain} - [0:0]" for chain in sorted(own)]
    return "\n".join([f"*{name}", *heads, *rules, "COMMIT", ""])


def _names_table(tcp: int, udp: int, more: list[str]) -> str:
    """The nat table by which Docker's DNS server gets questions on port 53 (moby libnetwork/resolver_unix.go)."""
    rules = [
        "-A OUTPUT -d 127.0.0.11/32 -j DOCKER_OUTPUT",
        "-A POSTROUTING -d 127.0.0.11/32 -j DOCKER_POSTROUTING",
        *more,
    ]
    for protocol, port in (("tcp", tcp), ("udp", udp)):
        match = f"-p {protocol} -m {protocol}"
        rules += [
            f"-A DOCKER_OUTPUT -d 127.0.0.11/32 {match} --dport 53 -j DNAT --to-destination 127.0.0.11:{port}",
            f"-A DOCKER_POSTROUTING -s 127.0.0.11/32 {match} --sport {port} -j SNAT --to-source :53",
        ]
    return _table("nat", ("PREROUTING", "INPUT", "OUTPUT", "POSTROUTING"), rules)


def _host_tables(published: list[int]) -> tuple[str, ...]:
    bridges = {"docker_gwbridge": "172.18.0.0/16", "docker0": "172.17.0.0/16"}
    filters = [f"-A FORWARD -j {chain}" for chain in ("DOCKER-USER", "DOCKER-INGRESS", "DOCKER-ISOLATION-STAGE-1")]
    nat = [f"-A PREROUTING -m addrtype --dst-type LOCAL -j {chain}" for chain in ("DOCKER-INGRESS", "DOCKER")]
    nat += [
        "-A OUTPUT -m addrtype --dst-type LOCAL -j DOCKER-INGRESS",
        "-A OUTPUT ! -d 127.0.0.0/8 -m addrtype --dst-type LOCAL -j DOCKER",
        "-A POSTROUTING -o docker_gwbridge -m addrtype --src-type LOCAL -j MASQUERADE",
    ]
    for bridge, subnet in bridges.items():
        filters += [
            f"-A FORWARD -o {bridge} -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT",
            f"-A FORWARD -o {bridge} -j DOCKER",
            f"-A FORWARD -i {bridge} ! -o {bridge} -j ACCEPT",
            f"-A DOCKER-ISOLATION-STAGE-1 -i {bridge} ! -o {bridge} -j DOCKER-ISOLATION-STAGE-2",
            f"-A DOCKER-ISOLATION-STAGE-2 -o {bridge} -j DROP",
        ]
        nat += [f"-A POSTROUTING -s {subnet} ! -o {bridge} -j MASQUERADE", f"-A DOCKER -i {bridge} -j RETURN"]
    filters += [
        "-A FORWARD -i docker0 -o docker0 -j ACCEPT",
        "-A FORWARD -i docker_gwbridge -o docker_gwbridge -j DROP",
    ]
    for port in published:
        match = f"-p tcp -m tcp --dport {port}"
        filters.append(f"-A DOCKER-INGRESS {match} -j ACCEPT")
        answers = f"-p tcp -m state --state RELATED,ESTABLISHED -m tcp --sport {port}"
        filters.append(f"-A DOCKER-INGRESS {answers} -j ACCEPT")
        nat.append(f"-A DOCKER-INGRESS {match} -j DNAT --to-destination 172.18.0.2:{port}")
    returning = ("DOCKER-INGRESS", "DOCKER-ISOLATION-STAGE-1", "DOCKER-ISOLATION-STAGE-2", "DOCKER-USER")
    filters += [f"-A {chain} -j RETURN" for chain in returning]
    nat.append("-A DOCKER-INGRESS -j RETURN")
    return (
        _table("mangle", ("PREROUTING", "INPUT", "FORWARD", "OUTPUT", "POSTROUTING"), []),
        _table("filter", ("INPUT", "FORWARD", "OUTPUT"), filters),
        _table("nat", ("PREROUTING", "INPUT", "OUTPUT", "POSTROUTING"), nat),
    )


def _docker(
    plan: Plan, node: str, tasks: list[Task], marks: dict[tuple[int, str], int], kernel: Kernel, cluster: Row
) -> Row:
    is_manager = node in plan.nodes[:MANAGERS]
    listed = plan.networks if is_manager else plan.used_networks(node)
    return {
        "version": "20.10.24+dfsg1",
        "api_version": "1.41",
        "name": node,
        "storage_driver": "overlay2",
        "swarm": {
            "state": "active",
            "node_id": plan.node_ids[node],
            "address": plan.addresses[node],
            "is_manager": is_manager,
            "data_path_port": 4789,
            "error": None,
        },
        "networks": [
            _bridge_network(plan, "bridge", "172.17.0.0/16", None, []),
            _bridge_network(plan, "docker_gwbridge", "172.18.0.0/16", "172.18.0.1", _gateways(plan, tasks, kernel)),
            *(_overlay_network(plan, network, node, marks) for network in listed),
        ],
        "containers": [
            {
                "id": task.container,
                "name": task.name,
                "image": IMAGE,
                "state": "running",
                "process_id": 2000 + 7 * number,
                "sandbox": task.sandbox,
                "service": task.service["name"],
                "task_id": task.identifier,
            }
            for number, task in enumerate(tasks)
        ],
        **({"cluster": cluster} if is_manager else {"cluster": None, "cluster_reason": "not a manager"}),
    }


def _gateways(plan: Plan, tasks: list[Task], kernel: Kernel) -> list[Row]:
    containers = {task.sandbox: task.container for task in tasks}
    return [
        {
            "name": "gateway_ingress-sbox" if namespace == INGRESS_SANDBOX else f"gateway_{namespace}",
            "container": containers.get(namespace),
            "endpoint_id": plan.hexadecimal(64),
            "mac": mac_of_address(address),
            "address": address,
            "prefix_length": 16,
        }
        for namespace, address in kernel.gateway_addresses.items()
    ]


def _bridge_network(plan: Plan, name: str, subnet: str, gateway: str | None, endpoints: list[Row]) -> Row:
    row = _network_row(name, plan.hexadecimal(64), subnet, gateway)
    return {**row, "driver": "bridge", "scope": "local", "vnis": [], "endpoints": endpoints}


def _network_row(name: str, identifier: str, subnet: str, gateway: str | None) -> Row:
    return {
        "name": name,
        "id": identifier,
        "ingress": False,
        "attachable": False,
        "internal": False,
        "encrypted": False,
        "mtu_bytes": None,
        "subnets": [{"subnet": subnet, "gateway": gateway}],
        "peers": [],
        "endpoints": [],
        "services": [],
    }


def _overlay_network(plan: Plan, network: Network, node: str, marks: dict[tuple[int, str], int]) -> Row:
    row = {
        **_network_row(network.name, network.identifier, network.subnet, network.gateway),
        "driver": "overlay",
        "scope": "swarm",
        "ingress": network.number == 0,
        "vnis": [_FIRST_VNI + network.number],
    }
    if node not in network.balancers:
        return row
    row["peers"] = [{"name": plan.node_ids[name][:12], "address": plan.addresses[name]} for name in network.balancers]
    row["endpoints"] = [
        {
            "name": endpoint.name,
            "container": endpoint.container,
            "endpoint_id": endpoint.identifier,
            "mac": endpoint.mac,
            "address": endpoint.address,
            "prefix_length": 24,
        }
        for endpoint in network.endpoints
        if endpoint.node == node
    ]
    row["services"] = [
        {"name": "", "vip": None, "mark": None, "ports": [], "tasks": _told(plan, network.balancers.values())},
        *(
            {
                "name": virtual.service,
                "vip": virtual.address,
                "mark": marks[network.number, virtual.service],
                "ports": [f"Target: {TARGET_PORT}, Publish: {virtual.published}"] if network.number == 0 else [],
                "tasks": _told(plan, virtual.tasks),
            }
            for virtual in network.virtuals
        ),
    ]
    return row


def _told(plan: Plan, endpoints: Any) -> list[Row]:
    """Endpoints as NetworkDB tells them on every node."""
    return [
        {
            "name": endpoint.name,
            "endpoint_id": endpoint.identifier,
            "address": endpoint.address,
            "host": plan.addresses[endpoint.node],
        }
        for endpoint in endpoints
    ]


def _cluster(plan: Plan) -> Row:
    """What every manager says of the whole swarm; the first node leads."""
    return {
        "nodes": [
            {
                "id": plan.node_ids[name],
                "hostname": name,
                "role": "manager" if number < MANAGERS else "worker",
                "availability": "active",
                "state": "ready",
                "address": plan.addresses[name],
                "manager": {
                    "leader": number == 0,
                    "reachability": "reachable",
                    "address": f"{plan.addresses[name]}:2377",
                }
                if number < MANAGERS
                else None,
                "labels": {},
                "engine": "20.10.24+dfsg1",
            }
            for number, name in enumerate(plan.nodes)
        ],
        "services": plan.services,
        "tasks": [
            {
                "id": task.identifier,
                "name": task.name,
                "service": task.service["id"],
                "node": plan.node_ids[task.node],
                "slot": task.slot,
                "desired_state": "running",
                "state": "running",
                "error": None,
                "container": task.container,
                "addresses": [
                    {"network": network.identifier, "address": endpoint.address, "prefix_length": 24}
                    for network, endpoint in task.attachments
                ],
                "ports": [],
                "image": IMAGE,
            }
            for task in plan.tasks
        ],
    }
