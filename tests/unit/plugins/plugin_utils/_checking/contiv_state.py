# SPDX-License-Identifier: GPL-3.0-or-later
"""State documents of healthy labs with Contiv, made of what the tutorial's own programs answered.

Endpoints, networks and settings are netmaster's recorded answers, and the flows of the master's bridges are recorded
too; those of the worker are the same seen from the other end. What engines and Open vSwitch have follows from that.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ansible_collections.packetwalk.labs.plugins.module_utils._parsing import _contiv, _docker
from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._openflow import parse_flows
from ansible_collections.packetwalk.labs.plugins.plugin_utils._intent import _contiv as contiv_intent

Row = dict[str, Any]

RECORDINGS = Path(__file__).parents[4] / "recordings"
MASTER, WORKER = "legacy-swarm-master", "legacy-swarm-worker0"
NODES = (MASTER, WORKER)
ADDRESSES = {MASTER: "192.168.2.50", WORKER: "192.168.2.51"}
VTEPS = {MASTER: "192.168.3.50", WORKER: "192.168.3.51"}
VXLAN, VLAN = "contivVxlanBridge", "contivVlanBridge"
NAMES = {
    "default/contiv-net": {"10.1.2.1": "contiv-c1", "10.1.2.2": "contiv-c2", "10.1.2.3": "contiv-exposed"},
    "blue/contiv-net": {"10.1.2.1": "contiv-blue-c1", "10.1.2.2": "contiv-blue-c2", "10.1.2.3": "contiv-blue-c3"},
    "default/contiv-vlan": {"10.1.3.1": "contiv-vlan-c1", "10.1.3.2": "contiv-vlan-c2"},
}
# Ports of the master as they were recorded; the worker's are numbered alike.
PORTS = {
    MASTER: {"contiv-c1": 3, "contiv-blue-c1": 4, "contiv-blue-c3": 5, "contiv-vlan-c1": 2},
    WORKER: {"contiv-c2": 3, "contiv-exposed": 4, "contiv-blue-c2": 5, "contiv-vlan-c2": 2},
}
OVERLAY = "eb222a5d69f996b40ec579a10209afa7fd4abff2ed22056314770e2c7d37f0c5"


def full_lab() -> tuple[Row, Row]:
    """Document and intent of the lab of the tutorial, with all programs."""
    contiv = netmaster()
    nodes = {name: _node(name, _engine_networks(name, contiv), _containers(name)) for name in NODES}
    for name in NODES:
        nodes[name]["ovs"] = _switch(name, contiv)
        nodes[name]["legacy_swarm"]["plugins"] = [
            {
                "name": "netplugin",
                "socket": "/run/docker/plugins/netplugin.sock",
                "answers": True,
                "reason": None,
                "implements": ["IpamDriver", "NetworkDriver"],
            }
        ]
        for daemon in ("netplugin", "swarm_agent", *(("netmaster", "swarm_manager") if name == MASTER else ())):
            nodes[name]["legacy_swarm"]["daemons"][daemon] = {"running": True, "arguments": []}
    nodes[MASTER]["legacy_swarm"].update(manager=_manager(nodes), manager_reason=None)
    document = _document(nodes)
    document["control"].update(legacy_swarm=nodes[MASTER]["legacy_swarm"]["manager"], contiv=contiv)
    return document, _intent(
        contiv_binaries_from="local",
        contiv_binaries="/opt/contiv",
        contiv_datapath="netdev",
        contiv_tenants=[{"name": "blue"}],
        contiv_networks=[
            {"name": "contiv-net", "subnet": "10.1.2.0/24"},
            {"name": "contiv-net", "tenant": "blue", "subnet": "10.1.2.0/24"},
            {"name": "contiv-vlan", "encapsulation": "vlan", "tag": 112, "subnet": "10.1.3.0/24"},
        ],
        legacy_swarm_containers=[
            {"name": "vanilla-c", "image": "packetwalk/web:1"},
            *(
                {"name": name, "image": "packetwalk/web:1", "network": docker_name(network), "node": node_of(name)}
                for network, names in NAMES.items()
                for name in names.values()
            ),
        ],
    )


def lab_without_binaries() -> tuple[Row, Row]:
    """Document and intent of a lab of what Debian ships: chapter 5 of the tutorial."""
    ends = {
        MASTER: ("overlay-c1", "30.1.1.2", "02:42:1e:01:01:02"),
        WORKER: ("overlay-c2", "30.1.1.3", "02:42:1e:01:01:03"),
    }
    nodes = {}
    for name in NODES:
        rows = {
            (_identifier(end[0]) if node == name else f"ep-{_identifier(end[0] + ' endpoint')}"): {
                "Name": end[0],
                "EndpointID": _identifier(end[0] + " endpoint"),
                "MacAddress": end[2],
                "IPv4Address": f"{end[1]}/24",
            }
            for node, end in ends.items()
        }
        network = _network("overlay-net", OVERLAY, "overlay", "30.1.1.0/24", rows, {}, {})
        nodes[name] = _node(name, [network], [ends[name][0]])
        peer = WORKER if name == MASTER else MASTER
        nodes[name]["namespaces"][f"1-{OVERLAY[:10]}"] = _overlay_namespace(ends[peer], ADDRESSES[peer])
        nodes[name]["ovs"] = {"bridges": [], "tunnels": [], "openflow": []}
    document = _document(nodes)
    document["control"].update(legacy_swarm=None, legacy_swarm_reason="no primary manager told about the swarm")
    return document, _intent(
        contiv_binaries_from="none",
        legacy_swarm_networks=[{"name": "overlay-net", "subnet": "30.1.1.0/24"}],
        legacy_swarm_containers=[
            {"name": end[0], "image": "packetwalk/web:1", "network": "overlay-net", "node": node}
            for node, end in ends.items()
        ],
    )


def docker_name(network: str) -> str:
    tenant, _slash, name = network.partition("/")
    return name if tenant == "default" else f"{name}/{tenant}"


def node_of(container: str) -> str:
    return next(node for node, ports in PORTS.items() if container in ports)


def recorded(path: str) -> Any:
    return json.loads((RECORDINGS / "contiv" / "rest" / f"{path}.json").read_text())["response"]["body"]


def netmaster() -> Row:
    """``control.contiv``, as packetwalk.labs.contiv_info has it of these answers."""
    inspected = [
        recorded(f"inspect-network-{which}") for which in ("blue", "vxlan-with-endpoints", "vlan-with-endpoints")
    ]
    return {
        "version": {"version": "1.0.3", "commit": "c61eb64", "built": None},
        "global": _contiv.global_settings(recorded("inspect-global")),
        "tenants": [{"name": "blue", "default_network": None}, {"name": "default", "default_network": None}],
        "networks": [_contiv.network(each) for each in inspected],
        "endpoints": [endpoint for each in inspected for endpoint in _contiv.endpoints(each)],
        "endpoint_groups": [],
        "policies": [],
        "rules": [],
        "app_profiles": [],
        "bgp": [],
    }


def _intent(**variables: Any) -> Row:
    def host(name: str) -> Row:
        return {"nodes_address": ADDRESSES[name], "contiv_vtep_address": VTEPS[name], **variables}

    read = contiv_intent.read(
        contiv_intent.Inventory(
            lab="contiv",
            masters={MASTER: host(MASTER)},
            workers={WORKER: host(WORKER)},
            provider="container",
            subnet="192.168.2.0/24",
            other_networks=[
                {"name": "vtep", "subnet": "192.168.3.0/24"},
                {"name": "uplink", "subnet": "192.168.4.0/24"},
            ],
        )
    )
    return {"contiv": read}


def _document(nodes: Row) -> Row:
    return {"schema": 1, "lab": "contiv", "taken_at": "2026-11-21T07:20:00Z", "nodes": nodes, "control": {}}


def _node(name: str, networks: list[Row], containers: list[str]) -> Row:
    return {
        "hostname": name,
        "namespaces": {"host": {"kind": "host", "links": [], "sockets": [], "neighbours": [], "fdb": []}},
        "docker": {
            "version": "20.10.24+dfsg1",
            "name": name,
            "swarm": {"state": "inactive", "node_id": None},
            "networks": networks,
            "containers": [{"id": _identifier(each), "name": each, "state": "running"} for each in containers],
        },
        "legacy_swarm": {
            "engine": {
                "id": f"{name}:LRN5:QY62",
                "name": name,
                "version": "20.10.24+dfsg1",
                "cluster_store": f"etcd://{ADDRESSES[name]}:2379",
                "cluster_advertise": f"{ADDRESSES[name]}:2385",
            },
            "etcd": {
                "role": "member" if name == MASTER else "proxy",
                "healthy": True,
                "version": "3.4.23",
                "v2": True,
                "leader": MASTER,
                "members": [
                    {
                        "id": "8e9e05c52164694d",
                        "name": MASTER,
                        "client_urls": ["http://192.168.2.50:2379"],
                        "peer_urls": ["http://192.168.2.50:2380"],
                        "healthy": True,
                    }
                ],
            },
            "plugins": [],
            "daemons": {
                daemon: {"running": False, "arguments": []}
                for daemon in ("netplugin", "netmaster", "auth_proxy", "swarm_manager", "swarm_agent")
            },
            "manager": None,
            "manager_reason": "127.0.0.1:2375: nothing listens there",
        },
    }


def _identifier(word: str) -> str:
    return word.encode().hex().ljust(64, "0")[:64]


def _containers(name: str) -> list[str]:
    return [*PORTS[name], *(["vanilla-c"] if name == WORKER else [])]


def _engine_networks(name: str, contiv: Row) -> list[Row]:
    """What the engine of a node has of netmaster's networks, with an endpoint of each container of the lab."""
    networks = []
    for row in contiv["networks"]:
        attached = {}
        for endpoint in contiv["endpoints"]:
            if (endpoint["tenant"], endpoint["network"]) == (row["tenant"], row["name"]):
                container = NAMES[f"{row['tenant']}/{row['name']}"][endpoint["address"]]
                key = _identifier(container) if endpoint["host"] == name else f"ep-{endpoint['id']}"
                attached[key] = {
                    "Name": container,
                    "EndpointID": endpoint["id"],
                    "MacAddress": endpoint["mac"],
                    "IPv4Address": f"{endpoint['address']}/24",
                }
        options = {"encap": row["encapsulation"], "pkt-tag": str(row["external_tag"] or row["packet_tag"])}
        pool = {"tenant": row["tenant"], "network": row["name"]}
        identifier = _identifier(row["docker_network"])
        networks.append(
            _network(row["docker_network"], identifier, "netplugin", row["subnet"], attached, options, pool)
        )
    return networks


def _network(
    name: str, identifier: str, driver: str, subnet: str, attached: Row, options: Row, ipam_options: Row
) -> Row:
    return _docker.network(
        {
            "Name": name,
            "Id": identifier,
            "Scope": "global",
            "Driver": driver,
            "IPAM": {"Driver": driver, "Options": ipam_options, "Config": [{"Subnet": subnet}]},
            "Containers": attached,
            "Options": options,
        }
    )


def _manager(nodes: Row) -> Row:
    return {
        "version": "swarm/1.2.5",
        "role": "primary",
        "primary": "192.168.2.50:2375",
        "strategy": "spread",
        "filters": ["affinity", "constraint"],
        "nodes": [
            {
                "name": name,
                "address": f"{ADDRESSES[name]}:2385",
                "id": nodes[name]["legacy_swarm"]["engine"]["id"],
                "status": "Healthy",
                "error": None,
                "engine_version": "20.10.24+dfsg1",
                "containers": len(_containers(name)),
                "labels": {},
            }
            for name in NODES
        ],
        "containers": [
            {"id": _identifier(each), "name": each, "node": name, "state": "running", "constraints": [f"node=={name}"]}
            for name in NODES
            for each in _containers(name)
        ],
        "networks": [],
    }


def _switch(name: str, contiv: Row) -> Row:
    peer = WORKER if name == MASTER else MASTER
    tunnel = f"vxif{VTEPS[peer].replace('.', '')}"
    options = {"remote_ip": VTEPS[peer], "key": "flow", "dst_port": "4789", "tos": "inherit"}
    ports = {
        VXLAN: [_port(tunnel, 2, "vxlan", options=options), _port("contivh0", 1, "internal", tag=2)],
        VLAN: [_port("eth2", 1, external_ids={"endpoint-id": "uplinkport"})],
    }
    for endpoint in contiv["endpoints"]:
        network = f"{endpoint['tenant']}/{endpoint['network']}"
        container = NAMES[network][endpoint["address"]]
        if endpoint["host"] == name:
            row = next(each for each in contiv["networks"] if f"{each['tenant']}/{each['name']}" == network)
            mark = {"endpoint-id": f"{endpoint['network']}.{endpoint['tenant']}-{endpoint['id']}"}
            port = _port(f"vvport-{container}", PORTS[name][container], tag=row["packet_tag"], external_ids=mark)
            ports[VXLAN if row["encapsulation"] == "vxlan" else VLAN].append(port)
    return {
        "bridges": [
            {
                "name": bridge,
                "datapath_type": "netdev",
                "fail_mode": "secure",
                "controllers": [{"target": f"tcp:127.0.0.1:{port}", "connected": True, "role": None}],
                "ports": ports[bridge],
            }
            for bridge, port in ((VXLAN, 6633), (VLAN, 6634))
        ],
        "openflow": [{"bridge": bridge, "flows": parse_flows(text)} for bridge, text in _flows(name)],
    }


def _port(
    name: str, number: int, kind: str = "system", tag: int | None = None, options: Row | None = None, **keys: Any
) -> Row:
    interface = {"name": name, "type": kind, "number": number, "error": None, "options": options or {}}
    return {"name": name, "tag": tag, "interfaces": [{"external_ids": {}, **interface, **keys}]}


def _flows(name: str) -> Iterator[tuple[str, str]]:
    files = {VXLAN: "contiv-vxlan-bridge.flows", VLAN: "contiv-vlan-bridge.flows"}
    for bridge, file in files.items():
        text = (RECORDINGS / "contiv-flows" / file).read_text()
        yield bridge, text if name == MASTER else _from_the_other_end(bridge, text)


def _from_the_other_end(bridge: str, text: str) -> str:
    """The flows that lead to endpoints of the master lead into the tunnel, those to the worker's to its ports."""
    if bridge == VLAN:
        return text
    destinations = []
    for network, tag in (("default/contiv-net", 1), ("blue/contiv-net", 2)):
        for address, container in NAMES[network].items():
            mac = f"02:02:0a:01:02:{int(address.rpartition('.')[2]):02x}"
            port = PORTS[WORKER].get(container)
            actions = f"pop_vlan,output:{port}" if port else f"set_field:{tag:#x}->tun_id,pop_vlan,output:2"
            destinations.append(f" cookie=0x40, table=9, priority=100,dl_vlan={tag},dl_dst={mac} actions={actions}")
            if port:
                actions = f"push_vlan:0x8100,set_field:{0x1000 + tag}->vlan_vid,goto_table:3"
                destinations.append(f" cookie=0x41, table=1, priority=10,in_port={port} actions={actions}")
    kept = [
        line for line in text.splitlines() if not re.search(r"table=9,.*dl_dst|table=1,.* priority=10,in_port", line)
    ]
    return "\n".join([*kept, *destinations])


def _overlay_namespace(end: tuple[str, str, str], host: str) -> Row:
    """What Docker has of its overlay network on a node; ``end`` is name, address and MAC of the container elsewhere."""
    vxlan = {"vni": 256, "port": 4789, "underlay_namespace": "host"}
    return {
        "kind": "docker",
        "links": [{"name": "vxlan0", "kind": "vxlan", "vxlan": vxlan}],
        "sockets": [],
        "neighbours": [
            {"address": end[1], "mac": end[2], "device": "vxlan0", "states": ["permanent"], "family": "ipv4"}
        ],
        "fdb": [
            {"mac": end[2], "device": "vxlan0", "destination": host, "states": ["permanent"]},
            {"mac": "33:33:00:00:00:01", "device": "vxlan0", "destination": None, "states": ["permanent"]},
        ],
    }
