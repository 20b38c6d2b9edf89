# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""The topology of a lab for documents: a Mermaid flowchart of what is connected with what, from the state alone."""

from __future__ import annotations

import fnmatch
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._docker_names import parse_namespace
from ansible_collections.packetwalk.labs.plugins.plugin_utils._reporting._mermaid import box, flowchart, label
from ansible_collections.packetwalk.labs.plugins.plugin_utils._reporting._places import named
from ansible_collections.packetwalk.labs.plugins.plugin_utils._swarm import short_name

Row = Mapping[str, Any]


class _Device(NamedTuple):
    """A link of a namespace; without a node it is a VTEP that no node has, by its address."""

    node: str
    namespace: str
    name: str


class _Edge(NamedTuple):
    first: _Device
    second: _Device
    text: str = ""
    arrow: str = "---"


_Links = Mapping[_Device, Row]


def topology_mermaid(state: Mapping[str, Any], namespaces: Sequence[str] = ("*",)) -> str:
    """The flowchart of a state document (docs/state.md): the same text for the same state.

    Nodes and namespaces are boxes. Edges are veth pairs, ports of bridges, devices on top of others, and VXLAN tunnels
    to the VTEPs of the forwarding database. A veth device that is a port is drawn as its bridge, with its name at the
    edge. Left out are loopback devices, bridges without ports, and devices without an address that lead nowhere.

    ``namespaces``: patterns, as of a shell, for names of namespaces or containers.
    """
    links = dict(_all_links(state))
    wanted = {device: link for device, link in links.items() if _is_wanted(state, device, namespaces)}
    edges = [*_veth_pairs(wanted), *_ports(wanted), *_stacked(wanted), *_tunnels(state, links, wanted)]
    ends = {end for edge in edges for end in (edge.first, edge.second)}
    drawn = sorted(ends | {device for device, link in wanted.items() if _has_own_worth(state, device, link)})
    identifiers = {device: f"device{number}" for number, device in enumerate(drawn, 1)}
    vertices = {device: _vertex(state, device, wanted.get(device), identifiers[device]) for device in drawn}
    arrows = [f"{identifiers[edge.first]} {_arrow(edge)} {identifiers[edge.second]}" for edge in edges]
    return flowchart("LR", [*_boxes(state, vertices), *arrows])


def _arrow(edge: _Edge) -> str:
    return f"{edge.arrow}|{label(edge.text)}|" if edge.text else edge.arrow


def _all_links(state: Row) -> Iterator[tuple[_Device, Row]]:
    for node, content in sorted(state["nodes"].items()):
        for name, namespace in sorted((content.get("namespaces") or {}).items()):
            for link in namespace.get("links") or ():
                if link["kind"] != "loopback":
                    yield _Device(node, name, link["name"]), link


def _namespace(state: Row, device: _Device) -> Row:
    found: Row = state["nodes"][device.node]["namespaces"][device.namespace]
    return found


def _is_wanted(state: Row, device: _Device, patterns: Sequence[str]) -> bool:
    container = _namespace(state, device).get("container") or {}
    names = (device.namespace, short_name(container.get("name") or device.namespace))
    return any(fnmatch.fnmatchcase(name, pattern) for name in names for pattern in patterns)


def _has_own_worth(state: Row, device: _Device, link: Row) -> bool:
    return link["kind"] != "bridge" and bool(_addresses(state, device))


def _addresses(state: Row, device: _Device) -> list[str]:
    return [
        f"{row['address']}/{row['prefix_length']}"
        for row in _namespace(state, device).get("addresses") or ()
        if row["device"] == device.name and row["scope"] != "link"
    ]


def _other_end(links: _Links, device: _Device) -> _Device | None:
    peer = links[device].get("peer") or {}
    return _known(links, device.node, peer.get("namespace"), peer.get("name"))


def _bridge(links: _Links, device: _Device) -> _Device | None:
    return _known(links, device.node, device.namespace, links[device].get("master"))


def _known(links: _Links, node: str, namespace: str | None, name: str | None) -> _Device | None:
    device = _Device(node, namespace or "", name or "")
    return device if device in links else None


def _veth_pairs(links: _Links) -> Iterator[_Edge]:
    for device in links:
        other = _other_end(links, device)
        if other and device < other:
            ports = [end.name for end in (device, other) if _bridge(links, end)]
            yield _Edge(_bridge(links, device) or device, _bridge(links, other) or other, " - ".join(ports))


def _ports(links: _Links) -> Iterator[_Edge]:
    """Ports that are not the end of a veth pair in the drawing."""
    for device in links:
        bridge = _bridge(links, device)
        if bridge and not _other_end(links, device):
            yield _Edge(bridge, device)


def _stacked(links: _Links) -> Iterator[_Edge]:
    for device, link in links.items():
        parent = link.get("parent") or {}
        below = _known(links, device.node, parent.get("namespace"), parent.get("name"))
        if below:
            yield _Edge(below, device)


def _tunnels(state: Row, links: _Links, wanted: _Links) -> Iterator[_Edge]:
    """One edge for each pair of devices, VNI and port, with an arrow to where frames are sent."""
    vteps = _vteps(state, links)
    ways: dict[tuple[_Device, _Device, int, int], set[_Device]] = defaultdict(set)
    for device, link in wanted.items():
        for row in _namespace(state, device).get("fdb") or () if link.get("vxlan") else ():
            if row["device"] != device.name or not row["destination"]:
                continue
            vni, port = row["vni"] or link["vxlan"]["vni"], row["port"] or link["vxlan"]["port"]
            known = [other for other in vteps[vni, row["destination"]] if other.node != device.node]
            for other in known or [_Device("", "", row["destination"])]:
                if other in wanted or not other.node:
                    ways[min(device, other), max(device, other), vni, port].add(other)
    for (first, second, vni, port), targets in sorted(ways.items()):
        text = f"VNI {vni}, port {port}"
        if len(targets) == 2:
            yield _Edge(first, second, text, "<-->")
        else:
            yield _Edge(first if second in targets else second, targets.pop(), text, "-->")


def _vteps(state: Row, links: _Links) -> Mapping[tuple[int, str], list[_Device]]:
    """VXLAN devices by VNI and each address at which they can be reached."""
    found: dict[tuple[int, str], list[_Device]] = defaultdict(list)
    for device, link in links.items():
        vxlan = link.get("vxlan")
        if not vxlan:
            continue
        underlay = state["nodes"][device.node]["namespaces"].get(vxlan["underlay_namespace"] or device.namespace) or {}
        own = {row["address"] for row in underlay.get("addresses") or ()}
        for address in [vxlan["local"]] if vxlan["local"] else own:
            found[vxlan["vni"], address].append(device)
    return found


def _vertex(state: Row, device: _Device, link: Row | None, identifier: str) -> str:
    if link is None:
        return f"{identifier}([{label(device.name)}])"
    vxlan = link.get("vxlan")
    parts = [f"VNI {vxlan['vni']}, port {vxlan['port']}"] if vxlan else []
    if link.get("vlan"):
        parts.append(f"VLAN {link['vlan']['identifier']}")
    if link.get("macvlan"):
        parts.append(f"macvlan, {link['macvlan']['mode']}")
    text = label(device.name, *parts, *_addresses(state, device))
    return f"{identifier}([{text}])" if link["kind"] == "bridge" else f"{identifier}[{text}]"


def _boxes(state: Row, vertices: Mapping[_Device, str]) -> Iterator[str]:
    grouped: dict[tuple[str, str], list[str]] = defaultdict(list)
    for device, vertex in vertices.items():
        grouped[device.node, device.namespace].append(vertex)
    for number, (node, content) in enumerate(sorted(state["nodes"].items()), 1):
        inside: list[str] = []
        if content.get("namespaces") is None:
            inside.append(f"node{number}unknown[{label('not known', content.get('namespaces_reason') or '')}]")
        for position, (name, namespace) in enumerate(sorted((content.get("namespaces") or {}).items()), 1):
            identifier = f"node{number}namespace{position}"
            own = grouped[node, name]
            if namespace.get("links") is None:
                own.append(f"{identifier}unknown[{label('not known', namespace.get('links_reason') or '')}]")
            inside.extend(box(identifier, named(name, _alias(content, name, namespace)), own))
        yield from box(f"node{number}", node, inside)
    yield from box("others", "VTEPs of no node that was read", grouped["", ""])


def _alias(node: Row, name: str, namespace: Row) -> str | None:
    """The container or the overlay network that a namespace is made for."""
    if namespace.get("container"):
        return str(namespace["container"]["name"])
    prefix = parse_namespace(name)["network_id_prefix"]
    networks = (node.get("docker") or {}).get("networks") or ()
    return next((network["name"] for network in networks if prefix and network["id"].startswith(prefix)), None)
