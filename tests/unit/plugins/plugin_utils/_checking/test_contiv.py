# SPDX-License-Identifier: GPL-3.0-or-later
"""The lab of the tutorial is healthy, and each fault put into it is found by the checks it concerns and by no other."""

from __future__ import annotations

import copy
import sys
from collections import Counter
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.packetwalk.labs.plugins.plugin_utils._checking._registry import run, select
from ansible_collections.packetwalk.labs.plugins.plugin_utils._state import load

sys.path.append(str(Path(__file__).parent))
from contiv_state import MASTER, RECORDINGS, VLAN, VXLAN, WORKER, full_lab  # noqa: E402
from judged_state import problems, row  # noqa: E402

Document = dict[str, Any]
Fault = Callable[[Document], None]

CHECKS = select(["contiv_*", "legacy_swarm_*"])
FAILED, ERROR, WARNING = {"failed"}, {"error"}, {"warning"}


def judged(document: Document, intent: dict[str, Any]) -> dict[str, set[str]]:
    return problems(run(document, intent, CHECKS))


# Parts of the document


def swarm(document: Document, node: str) -> dict[str, Any]:
    found: dict[str, Any] = document["nodes"][node]["legacy_swarm"]
    return found


def manager(document: Document) -> dict[str, Any]:
    found: dict[str, Any] = document["control"]["legacy_swarm"]
    return found


def network(document: Document, tenant: str = "default", name: str = "contiv-net") -> dict[str, Any]:
    return row(document["control"]["contiv"]["networks"], tenant=tenant, name=name)


def endpoint(document: Document, address: str = "10.1.2.1", tenant: str = "default") -> dict[str, Any]:
    return row(document["control"]["contiv"]["endpoints"], tenant=tenant, address=address)


def engine_network(document: Document, node: str, name: str = "contiv-net") -> dict[str, Any]:
    return row(document["nodes"][node]["docker"]["networks"], name=name)


def bridge(document: Document, node: str, name: str = VXLAN) -> dict[str, Any]:
    return row(document["nodes"][node]["ovs"]["bridges"], name=name)


def port(document: Document, node: str, name: str) -> dict[str, Any]:
    ports = [each for each_bridge in (VXLAN, VLAN) for each in bridge(document, node, each_bridge)["ports"]]
    return row(ports, name=name)


def tunnel(document: Document, node: str = WORKER) -> dict[str, Any]:
    found: dict[str, Any] = port(document, node, "vxif192168350" if node == WORKER else "vxif192168351")
    return found["interfaces"][0]


def flows(document: Document, node: str = WORKER, name: str = VXLAN) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = row(document["nodes"][node]["ovs"]["openflow"], bridge=name)["flows"]
    return found


def flow(document: Document, node: str = WORKER, bridge: str = VXLAN, **match: Any) -> dict[str, Any]:
    found = flows(document, node, bridge)
    return next(each for each in found if all(each["match"].get(key) == match[key] for key in match))


# Faults


def device(name: str, namespace: str = "host", port: int = 4789, underlay: str = "host") -> Fault:
    """A VXLAN device of the worker's kernel."""
    link = {"name": name, "kind": "vxlan", "vxlan": {"vni": 99, "port": port, "underlay_namespace": underlay}}

    def fault(document: Document) -> None:
        namespaces = document["nodes"][WORKER]["namespaces"]
        namespaces.setdefault(namespace, {"links": [], "sockets": []})["links"].append(link)

    return fault


def udp_socket(**keys: Any) -> Fault:
    found = {"protocol": "udp", "address": "0.0.0.0", "port": 4789, "family": "ipv4", "inode": 12345, **keys}
    return lambda document: document["nodes"][WORKER]["namespaces"]["host"]["sockets"].append(found)


def datapath(kind: str) -> Fault:
    """The kernel forwards for Open vSwitch of the worker, which has a device of its own for that."""

    def fault(document: Document) -> None:
        for name in (VXLAN, VLAN):
            bridge(document, WORKER, name)["datapath_type"] = kind

    return fault


def all_of(*faults: Fault) -> Fault:
    def fault(document: Document) -> None:
        for each in faults:
            each(document)

    return fault


def daemon(node: str, name: str, running: bool = False) -> Fault:
    return lambda document: swarm(document, node)["daemons"][name].update(running=running)


def plugin(**keys: Any) -> Fault:
    return lambda document: swarm(document, WORKER)["plugins"][0].update(keys)


def etcd(node: str, **keys: Any) -> Fault:
    return lambda document: swarm(document, node)["etcd"].update(keys)


def engine(node: str, **keys: Any) -> Fault:
    return lambda document: swarm(document, node)["engine"].update(keys)


def no_answer(node: str, part: str) -> Fault:
    return lambda document: swarm(document, node).update({part: None, f"{part}_reason": "nothing listens there"})


def unread(*path: str, reason: str = "the node was not asked") -> Fault:
    """A part of the document is null, with a reason."""

    def fault(document: Document) -> None:
        part = document
        for key in path[:-1]:
            part = part[key]
        part.update({path[-1]: None, f"{path[-1]}_reason": reason})

    return fault


def change(part: Callable[..., dict[str, Any]], *found_by: Any, **keys: Any) -> Fault:
    return lambda document: part(document, *found_by).update(keys)


def drop(rows: Callable[[Document], list[Any]], **found_by: Any) -> Fault:
    def fault(document: Document) -> None:
        found = rows(document)
        found.remove(row(found, **found_by))

    return fault


def drop_flow(node: str = WORKER, bridge: str = VXLAN, **match: Any) -> Fault:
    return lambda document: flows(document, node, bridge).remove(flow(document, node, bridge, **match))


def add_flow(node: str = WORKER, bridge: str = VXLAN, **keys: Any) -> Fault:
    new = {"priority": 100, "cookie": 1, "actions": [{"action": "drop"}], **keys}
    return lambda document: flows(document, node, bridge).append(new)


def redirect(actions: list[dict[str, Any]], **match: Any) -> Fault:
    """A flow of the worker does something else."""
    return lambda document: flow(document, **match).update(actions=actions)


def leak(document: Document) -> None:
    """netmaster has an endpoint on the worker whose container is gone, but not what netplugin made for it."""
    attached = engine_network(document, WORKER)["endpoints"]
    attached.remove(row(attached, name="contiv-exposed"))
    containers = document["nodes"][WORKER]["docker"]["containers"]
    containers.remove(row(containers, name="contiv-exposed"))


def forget(document: Document) -> None:
    """netmaster and netplugin have nothing of a container that runs."""
    known = endpoint(document, "10.1.3.2")
    document["control"]["contiv"]["endpoints"].remove(known)
    network(document, name="contiv-vlan").update(endpoint_count=1, allocated_addresses=["10.1.3.1"])
    for node in (MASTER, WORKER):
        drop_flow(node, VLAN, nw_dst="10.1.3.2")(document)


def move(document: Document) -> None:
    """A container of the intent runs on the other node, past the manager, on Docker's bridge alone."""
    containers = document["nodes"][WORKER]["docker"]["containers"]
    vanilla = row(containers, name="vanilla-c")
    document["nodes"][MASTER]["docker"]["containers"].append({**vanilla, "id": "0" * 64})


def endpoint_of_a_lost_host(document: Document) -> None:
    lost = {**endpoint(document), "id": "f" * 64, "host": "worker9", "address": "10.1.2.9", "mac": "02:02:0a:01:02:09"}
    document["control"]["contiv"]["endpoints"].append(lost)


def second_owner(document: Document) -> None:
    """Two containers have one address, and the same MAC address, as that follows from it."""
    endpoint(document, "10.1.3.2").update(address="10.1.3.1", mac="02:02:0a:01:03:01")
    row(engine_network(document, WORKER, "contiv-vlan")["endpoints"], name="contiv-vlan-c2").update(
        address="10.1.3.1", mac="02:02:0a:01:03:01"
    )


def add_network(driver: str = "netplugin", **keys: Any) -> Fault:
    def fault(document: Document) -> None:
        networks = document["nodes"][WORKER]["docker"]["networks"]
        networks.append({**networks[0], "name": "direct1", "endpoints": [], "driver": driver, **keys})

    return fault


def swarm_engine(node: str, **keys: Any) -> Fault:
    return lambda document: row(manager(document)["nodes"], name=node).update(keys)


def contain(**keys: Any) -> Fault:
    container = {"id": "1" * 64, "name": "misplaced", "node": WORKER, "state": "running", "constraints": [], **keys}
    return lambda document: manager(document)["containers"].append(container)


def another_engine(document: Document) -> None:
    known = row(manager(document)["nodes"], name=WORKER)
    manager(document)["nodes"].append({**known, "name": "stranger", "address": "192.0.2.1:2385"})


def replica(document: Document) -> None:
    swarm(document, MASTER)["manager"] = {**manager(document), "role": "replica", "primary": "192.0.2.1:2375"}


_GROUP = {"tenant": "blue", "name": "web", "network": "contiv-net", "policies": [], "pool": None}


def group(**keys: Any) -> Fault:
    """netmaster has a group, which engines have no network of."""
    found = {**_GROUP, "docker_network": "web/blue", "packet_tag": 2, **keys}
    return lambda document: document["control"]["contiv"]["endpoint_groups"].append(found)


def only(*names: str, statuses: Collection[str] = ("failed",)) -> dict[str, set[str]]:
    return dict.fromkeys(names, set(statuses))


def stop_netplugin(document: Document) -> None:
    daemon(WORKER, "netplugin")(document)


_FROM_HERE, _FROM_TUNNELS = {"value": 0, "mask": 1}, {"value": 1, "mask": 1}

CASES: dict[str, tuple[Fault, dict[str, set[str]]]] = {
    # contiv_vxlan_port
    "the kernel has the port too": (
        all_of(datapath("system"), device("foreign")),
        only("contiv_vxlan_port", "contiv_tags"),
    ),
    "an overlay of Docker has it": (
        all_of(datapath("system"), device("vxlan0", "1-eb222a5d69")),
        only("contiv_vxlan_port", "contiv_tags"),
    ),
    "a process has it": (all_of(datapath("system"), udp_socket()), only("contiv_vxlan_port", "contiv_tags")),
    "the device of Open vSwitch itself, with its socket": (
        all_of(datapath("system"), device("vxlan_sys_4789"), udp_socket()),
        only("contiv_tags"),
    ),
    "another port or address": (
        all_of(
            datapath("system"), device("foreign", port=8472), device("inside", "c1", underlay="c1"), udp_socket(port=53)
        ),
        only("contiv_tags"),
    ),
    "in user space both can": (device("foreign"), only("contiv_vxlan_port", statuses=WARNING)),
    "a process beside user space": (udp_socket(), only("contiv_vxlan_port", statuses=WARNING)),
    "taken before netplugin runs": (
        all_of(stop_netplugin, device("foreign")),
        only("contiv_vxlan_port", "contiv_plugin"),
    ),
    "no namespaces": (unread("nodes", WORKER, "namespaces"), only("contiv_vxlan_port", statuses=ERROR)),
    "no sockets": (unread("nodes", WORKER, "namespaces", "host", "sockets"), only("contiv_vxlan_port", statuses=ERROR)),
    # contiv_plugin
    "netplugin does not run": (stop_netplugin, only("contiv_plugin")),
    "its socket is gone": (lambda document: swarm(document, WORKER)["plugins"].clear(), only("contiv_plugin")),
    "it does not answer": (plugin(answers=False, reason="refused", implements=[]), only("contiv_plugin")),
    "it is no driver of addresses": (plugin(implements=["NetworkDriver"]), only("contiv_plugin")),
    "netmaster does not run": (daemon(MASTER, "netmaster"), only("contiv_plugin")),
    # legacy_swarm_etcd
    "a proxy does not answer": (no_answer(WORKER, "etcd"), only("legacy_swarm_etcd")),
    "no quorum": (etcd(WORKER, healthy=False, members=None, leader=None, v2=None), only("legacy_swarm_etcd")),
    "no API of version 2": (etcd(MASTER, v2=False, members=None, leader=None), only("legacy_swarm_etcd")),
    "two versions": (etcd(WORKER, version="3.5.0"), only("legacy_swarm_etcd")),
    "a worker is a member": (etcd(WORKER, role="member"), only("legacy_swarm_etcd")),
    "another cluster": (etcd(WORKER, members=[]), only("legacy_swarm_etcd")),
    "a member is not healthy": (
        lambda document: swarm(document, MASTER)["etcd"]["members"][0].update(healthy=False),
        only("legacy_swarm_etcd"),
    ),
    "no leader": (etcd(MASTER, leader=None), only("legacy_swarm_etcd")),
    # contiv_networks
    "removed in Docker": (
        drop(lambda document: document["nodes"][WORKER]["docker"]["networks"], name="contiv-vlan"),
        {**only("contiv_networks"), **only("contiv_endpoints")},
    ),
    "made in Docker": (add_network(), only("contiv_networks")),
    "one of Docker's own is none of ours": (add_network("overlay"), {}),
    "a network is missing": (
        drop(lambda document: document["control"]["contiv"]["tenants"], name="blue"),
        only("contiv_networks"),
    ),
    "another subnet": (change(network, "blue", gateway=None, subnet="10.9.9.0/24"), only("contiv_networks")),
    "the engine's subnet is another": (
        lambda document: engine_network(document, WORKER).update(subnets=[{"subnet": "10.9.9.0/24", "gateway": None}]),
        only("contiv_networks"),
    ),
    "the engine's tag is another": (
        lambda document: engine_network(document, WORKER)["options"].update({"pkt-tag": "7"}),
        only("contiv_networks"),
    ),
    "another network of the same name": (
        lambda document: engine_network(document, WORKER).update(id="1" * 64),
        only("contiv_networks"),
    ),
    "a group without a network": (group(), only("contiv_networks")),
    "the tenant has lost its network": (change(network, in_tenant=False), only("contiv_networks", statuses=WARNING)),
    "no groups read": (
        unread("control", "contiv", "endpoint_groups", reason="netmaster does not answer"),
        only("contiv_networks", "contiv_endpoints", statuses=ERROR),
    ),
    # contiv_endpoints
    "an endpoint is left": (leak, only("contiv_endpoints")),
    "a container has no endpoint": (forget, only("contiv_endpoints")),
    "a container is where nobody asked for": (move, only("contiv_endpoints")),
    # The flow to the address that it had is left.
    "two have an address": (second_owner, only("contiv_endpoints", "contiv_openflow")),
    "an address is lost to the pool": (
        change(network, allocated_addresses=["10.1.2.1", "10.1.2.2", "10.1.2.3", "10.1.2.7"]),
        only("contiv_endpoints"),
    ),
    "the pool of a group is taken as a whole": (
        all_of(
            change(network, allocated_addresses=["10.1.2.1", "10.1.2.2", "10.1.2.3", "10.1.2.7"]),
            group(tenant="default", docker_network="web", pool="10.1.2.7-10.1.2.9", packet_tag=1),
        ),
        # Engines have no network of it.
        only("contiv_networks"),
    ),
    "the count is wrong": (change(network, endpoint_count=4), only("contiv_endpoints")),
    "an endpoint has another host": (
        change(endpoint, "10.1.3.2", host=MASTER),
        only("contiv_endpoints", "contiv_tags"),
    ),
    "no engine": (
        unread("nodes", WORKER, "docker", reason="Docker is not running"),
        only("contiv_networks", "contiv_endpoints", "legacy_swarm_engines", "legacy_swarm_overlay", statuses=ERROR),
    ),
    # contiv_tunnels
    "no tunnel": (
        lambda document: bridge(document, WORKER)["ports"].remove(port(document, WORKER, "vxif192168350")),
        only("contiv_tunnels", "contiv_openflow"),
    ),
    "another port": (
        lambda document: tunnel(document)["options"].update(dst_port="8472"),
        only("contiv_tunnels"),
    ),
    "a fixed key": (lambda document: tunnel(document)["options"].update(key="1"), only("contiv_tunnels")),
    "an error": (change(tunnel, error="could not add network device (File exists)"), only("contiv_tunnels")),
    "to nobody": (
        lambda document: tunnel(document)["options"].update(remote_ip="192.0.2.1"),
        only("contiv_tunnels", "contiv_openflow"),
    ),
    "two tunnels to one": (
        lambda document: bridge(document, WORKER)["ports"].append(
            copy.deepcopy(port(document, WORKER, "vxif192168350"))
        ),
        {**only("contiv_tunnels")},
    ),
    "no Open vSwitch": (
        unread("nodes", WORKER, "ovs", reason="there is no Open vSwitch"),
        only("contiv_vxlan_port", "contiv_tunnels", "contiv_openflow", "contiv_tags", statuses=ERROR),
    ),
    # contiv_openflow
    "flooded to an endpoint elsewhere": (
        drop_flow(dl_vlan=1, dl_dst="02:02:0a:01:02:01"),
        only("contiv_openflow", statuses=WARNING),
    ),
    "flooded to an endpoint here": (
        drop_flow(dl_vlan=2, dl_dst="02:02:0a:01:02:02"),
        only("contiv_openflow", statuses=WARNING),
    ),
    "no flow to an endpoint, and no flood from here": (
        all_of(drop_flow(dl_vlan=1, dl_dst="02:02:0a:01:02:01"), drop_flow(dl_vlan=1, metadata=_FROM_HERE)),
        only("contiv_openflow"),
    ),
    "no flow to an endpoint, and no flood from tunnels": (
        all_of(drop_flow(dl_vlan=2, dl_dst="02:02:0a:01:02:02"), drop_flow(dl_vlan=2, metadata=_FROM_TUNNELS)),
        only("contiv_openflow"),
    ),
    "one is flooded, and the flow to another one is wrong": (
        all_of(
            drop_flow(dl_vlan=1, dl_dst="02:02:0a:01:02:01"),
            redirect([{"action": "output", "port": 5}], dl_vlan=1, dl_dst="02:02:0a:01:02:02"),
        ),
        only("contiv_openflow", statuses=FAILED | WARNING),
    ),
    "no flood where it is not needed": (drop_flow(dl_vlan=1, metadata=_FROM_HERE), {}),
    "a flow into another tenant's VNI": (
        redirect(
            [{"action": "set_field", "value": 2, "dst": {"field": "tun_id"}}, {"action": "output", "port": 2}],
            dl_vlan=1,
            dl_dst="02:02:0a:01:02:01",
        ),
        only("contiv_openflow"),
    ),
    "a flow to another's port": (
        redirect([{"action": "output", "port": 5}], dl_vlan=1, dl_dst="02:02:0a:01:02:02"),
        only("contiv_openflow"),
    ),
    "a flow that drops": (
        redirect([{"action": "drop"}], dl_vlan=1, dl_dst="02:02:0a:01:02:02"),
        only("contiv_openflow"),
    ),
    "no way in from the tunnel": (drop_flow(tun_id=2, in_port=2), only("contiv_openflow")),
    "no way in from a container": (drop_flow(in_port=4, tun_id=None, udp=None), only("contiv_openflow")),
    "into another network from a container": (
        redirect([{"action": "set_field", "value": 4098, "dst": {"field": "vlan_vid"}}], in_port=4, tun_id=None),
        only("contiv_openflow"),
    ),
    "a flow to one that is gone": (
        add_flow(table=9, match={"dl_vlan": 1, "dl_dst": "02:02:0a:01:02:c8"}),
        only("contiv_openflow"),
    ),
    "a policy for one that is gone": (
        add_flow(table=4, match={"ip": True, "nw_dst": "10.1.2.200"}),
        only("contiv_openflow"),
    ),
    "a VLAN endpoint that policies cannot know": (drop_flow(bridge=VLAN, nw_dst="10.1.3.1"), only("contiv_openflow")),
    "an endpoint of a host that nobody knows": (
        endpoint_of_a_lost_host,
        {**only("contiv_endpoints"), **only("contiv_openflow", statuses=ERROR)},
    ),
    "no flows read": (
        unread("nodes", WORKER, "ovs", "openflow", reason="there is no ovs-ofctl here"),
        only("contiv_openflow", statuses=ERROR),
    ),
    # contiv_tags
    "tenants share a VNI": (
        change(network, "blue", external_tag=1),
        only("contiv_tags", "contiv_networks", "contiv_openflow"),
    ),
    "a tag out of range": (
        lambda document: document["control"]["contiv"]["global"].update(vlan_range="200-300"),
        only("contiv_tags"),
    ),
    "a tag that netmaster gives again": (
        lambda document: document["control"]["contiv"]["global"].update(vxlans_in_use="1"),
        only("contiv_tags"),
    ),
    "the uplink is gone": (
        lambda document: bridge(document, WORKER, VLAN)["ports"].remove(port(document, WORKER, "eth2")),
        only("contiv_tags"),
    ),
    "the uplink has an error": (
        lambda document: port(document, WORKER, "eth2")["interfaces"][0].update(error="could not open eth2"),
        only("contiv_tags"),
    ),
    "a port in another tenant's VLAN": (
        lambda document: port(document, WORKER, "vvport-contiv-blue-c2").update(tag=1),
        only("contiv_tags"),
    ),
    "a bridge is gone": (
        lambda document: document["nodes"][WORKER]["ovs"]["bridges"].remove(bridge(document, WORKER, VLAN)),
        only("contiv_tags"),
    ),
    "a bridge of the kernel": (
        lambda document: bridge(document, WORKER, VLAN).update(datapath_type="system"),
        only("contiv_tags"),
    ),
    "no controller": (
        lambda document: bridge(document, WORKER)["controllers"][0].update(connected=False),
        only("contiv_tags"),
    ),
    # legacy_swarm_nodes
    "an engine is pending": (swarm_engine(WORKER, status="Pending"), only("legacy_swarm_nodes")),
    "an engine has an error": (swarm_engine(WORKER, error="Duplicated ID"), only("legacy_swarm_nodes")),
    "an engine is missing": (
        drop(lambda document: manager(document)["nodes"], name=WORKER),
        only("legacy_swarm_nodes"),
    ),
    "an engine too many": (another_engine, only("legacy_swarm_nodes")),
    "no agent": (daemon(WORKER, "swarm_agent"), only("legacy_swarm_nodes")),
    "a manager hangs": (no_answer(MASTER, "manager"), only("legacy_swarm_nodes")),
    "no primary": (replica, only("legacy_swarm_nodes")),
    "against its constraint": (contain(constraints=[f"node=={MASTER}"]), only("legacy_swarm_nodes")),
    "against a pattern": (contain(constraints=["node!=/worker[0-9]/"]), only("legacy_swarm_nodes")),
    "where it would rather not be": (contain(constraints=[f"node==~{MASTER}", "storage==ssd"]), {}),
    "no swarm told": (
        unread("control", "legacy_swarm", reason="no primary manager told about the swarm"),
        only("legacy_swarm_nodes", statuses=ERROR),
    ),
    "no containers told": (
        unread("control", "legacy_swarm", "containers", reason="a replica asks the primary manager for it"),
        only("legacy_swarm_nodes", statuses=ERROR),
    ),
    # legacy_swarm_engines
    "too new": (engine(WORKER, version="23.0.1"), only("legacy_swarm_engines")),
    "in swarm mode": (
        lambda document: document["nodes"][WORKER]["docker"]["swarm"].update(state="active"),
        only("legacy_swarm_engines"),
    ),
    "no cluster store": (engine(WORKER, cluster_store=None), only("legacy_swarm_engines")),
    "another cluster store": (engine(WORKER, cluster_store="etcd://192.0.2.1:2379"), only("legacy_swarm_engines")),
    "another place in it": (engine(WORKER, cluster_store="etcd://192.168.2.51:2379/x"), only("legacy_swarm_engines")),
    "one of two stores is a stranger": (
        engine(WORKER, cluster_store="etcd://192.168.2.50:2379,192.0.2.1:2379"),
        only("legacy_swarm_engines"),
    ),
    "not advertised": (engine(WORKER, cluster_advertise=None), only("legacy_swarm_engines")),
    "two of one identity": (engine(WORKER, id=f"{MASTER}:LRN5:QY62"), only("legacy_swarm_engines")),
    "two of one name": (engine(WORKER, name=MASTER), only("legacy_swarm_engines")),
    "the engine is stopped": (no_answer(WORKER, "engine"), only("legacy_swarm_engines")),
    # all that a node tells
    "the node was not asked": (
        unread("nodes", WORKER, "legacy_swarm"),
        only("contiv_plugin", "legacy_swarm_etcd", "legacy_swarm_nodes", "legacy_swarm_engines", statuses=ERROR),
    ),
    "netmaster does not answer": (
        unread("control", "contiv", reason="nothing listens there"),
        only(*(check.identifier for check in CHECKS if check.needs == "contiv"), statuses=ERROR),
    ),
}


def test_the_lab_is_healthy() -> None:
    document, intent = full_lab()
    findings = run(document, intent, CHECKS)
    assert {finding.check for finding in findings} == {check.identifier for check in CHECKS}
    # It has no network of Docker's own.
    assert {finding.check for finding in findings if finding.status != "passed"} == {"legacy_swarm_overlay"}
    assert not problems(findings)


def test_the_recorded_lab_is_healthy_too() -> None:
    document = load((RECORDINGS / "contiv-lab" / "state.json").read_text())
    findings = run(document, full_lab()[1], CHECKS)
    assert not problems(findings)
    assert Counter(finding.check for finding in findings if finding.status == "passed") == {
        "contiv_vxlan_port": 2,
        "contiv_plugin": 3,
        "legacy_swarm_etcd": 3,
        "contiv_networks": 9,
        "contiv_endpoints": 12,
        "contiv_tunnels": 4,
        "contiv_openflow": 8,
        "contiv_tags": 6,
        "legacy_swarm_nodes": 7,
        "legacy_swarm_engines": 3,
    }


@pytest.mark.parametrize(("fault", "expected"), CASES.values(), ids=CASES)
def test_faults(fault: Fault, expected: dict[str, set[str]]) -> None:
    document, intent = full_lab()
    fault(document)
    assert judged(document, intent) == expected
