# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""Ask ovs-vswitchd what becomes of a packet (``ofproto/trace``, ovs-vswitchd(8)), and OVN why (ovn-architecture(7))."""

from __future__ import annotations

import re
from typing import Any, Dict, Mapping, Sequence

from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._errors import ParseError
from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._ofproto_trace import parse_trace
from ansible_collections.packetwalk.labs.plugins.module_utils._probing import (
    _ovn_southbound,
    _trace_command,
    _trace_expectation,
)
from ansible_collections.packetwalk.labs.plugins.module_utils._probing._ovsdb_client import OvsdbClient
from ansible_collections.packetwalk.labs.plugins.module_utils._probing._trace_command import TraceError

VERDICTS = ("output", "controller", "drop", "error")

_Row = Dict[str, Any]

_IN_PORT = re.compile(r"\bin_port\s*=")
# Of dpif/show, which alone tells the numbers of ports in the datapath.
_DATAPATH = re.compile(r"\S+@\S+:")
_BRIDGE = re.compile(r" {2}(?P<name>\S+):$")
_PORT = re.compile(r" {4}(?P<name>\S+) (?P<number>[0-9]+)/(?P<in_datapath>[0-9]+|none): \(")


class Switch:
    """One Open vSwitch.

    * ``client``: of its database.
    * ``run_directory``: where the sockets of ovs-vswitchd are.

    ``system_id`` is its name as a chassis and ``southbound`` where the database is that it takes part in; None
    without OVN.
    """

    def __init__(self, client: OvsdbClient, run_directory: str, timeout_seconds: float) -> None:
        self._run_directory = run_directory
        self._timeout_seconds = timeout_seconds
        (row,) = client.select("Open_vSwitch", ["external_ids"]) or [{"external_ids": {}}]
        self.system_id: str | None = row["external_ids"].get("system-id")
        self.southbound: str | None = row["external_ids"].get("ovn-remote")
        self._interfaces = client.select("Interface", ["_uuid", "name", "ofport", "options", "external_ids"])
        self._ports = client.select("Port", ["interfaces", "external_ids"])

    def trace(self, bridge: str, flow: str, in_port: str | None, ct_next: Sequence[str]) -> _Row:
        """A trace as ``parse_trace`` gives it. Its ``outputs`` have more keys, each None where there is no such thing.

        * ``device``: name of the port in the datapath; the userspace datapath sends a tunnel's packets by it.
        * ``interface``: name of the port, or of the tunnel.
        * ``logical_port``: what OVN has plugged in there.
        * ``chassis``: where the packet comes out: here for a logical port, the one at the end of a tunnel.

        ``in_port`` is the name of an interface or of a logical port. Raises TraceError and ParseError.
        """
        if in_port is not None:
            if _IN_PORT.search(flow):
                raise TraceError("in_port is given twice")
            flow = ",".join(filter(None, [f"in_port={self._number(in_port)}", flow]))
        states = [word for state in ct_next for word in ("--ct-next", state)]
        trace = parse_trace(self._said(["ofproto/trace", bridge, flow, *states]))
        names = _ports_of(self._said(["dpif/show"]), bridge) if trace["outputs"] else {}
        for output in trace["outputs"]:
            device = names.get(output["port"])
            output.update(device=device, **self._described(device or output["port"], output["tunnel"]))
        return trace

    def _number(self, name: str) -> int:
        numbers = [
            row["ofport"] for row in self._interfaces if name in (row["name"], row["external_ids"].get("iface-id"))
        ]
        if not numbers:
            raise TraceError(f"in_port {name} is neither an interface nor a logical port here")
        if len(numbers) > 1:
            raise TraceError(f"in_port {name} is the name of {len(numbers)} interfaces")
        if numbers[0] is None or numbers[0] < 0:
            raise TraceError(f"in_port {name} has no number, ovs-vswitchd could not open it")
        return int(numbers[0])

    def _described(self, name: Any, tunnel: _Row | None) -> _Row:
        described: _Row = {"interface": None, "logical_port": None, "chassis": None}
        for row in self._interfaces:
            # Tunnels of a kind have one port in the datapath, so the address tells them apart.
            if row["options"].get("remote_ip") == tunnel["dst"] if tunnel else row["name"] == name:
                logical_port = row["external_ids"].get("iface-id")
                chassis = self.system_id if logical_port else self._far_end(row["_uuid"])
                described = {"interface": row["name"], "logical_port": logical_port, "chassis": chassis}
        return described

    def _far_end(self, interface: str) -> str | None:
        """The chassis that ovn-controller notes as CHASSIS@ADDRESS at the port of a tunnel."""
        for port in self._ports:
            if interface in port["interfaces"] and "ovn-chassis-id" in port["external_ids"]:
                chassis: str = port["external_ids"]["ovn-chassis-id"]
                return chassis.rpartition("@")[0]
        return None

    def _said(self, command: Sequence[str]) -> str:
        environment = {"OVS_RUNDIR": self._run_directory}
        finished = _trace_command.run(["ovs-appctl", *command], environment, self._timeout_seconds)
        if finished.status:
            raise TraceError(finished.said or f"ovs-appctl ended with status {finished.status}")
        return finished.output


def explain(trace: _Row, client: OvsdbClient) -> None:
    """Give each table step ``logical_flow`` and ``port_binding``: what ovn-controller made its flow of, or None.

    The cookie of a flow is the first 32 bits of that row's UUID. A logical flow that several datapaths share is told
    of the one that the packet is in. ``client`` is of the southbound database. Raises OvsdbError and ParseError.
    """
    keys = {_datapath_key(step) for step in trace["steps"]} - {None}
    condition = client.schema.condition
    wheres = [[condition("Datapath_Binding", "tunnel_key", "==", key)] for key in sorted(keys, key=str)]
    bindings = client.select_any("Datapath_Binding", ["external_ids"], wheres)
    names = sorted({row["external_ids"].get("name", "") for row in bindings} - {""})
    # No name would mean all datapaths.
    document = _ovn_southbound.read(client, ["flows", "bindings"], names) if names else None
    numbers: dict[str, int] = {}
    flows: dict[int, list[_Row]] = {}
    ports: dict[int, _Row] = {}
    if document:
        numbers = {row["name"]: row["tunnel_key"] for row in document["datapaths"]}
        for flow in document["logical_flows"]:
            flows.setdefault(flow["cookie"], []).append(flow)
        ports = {int(row["uuid"][:8], 16): row for row in document["port_bindings"]}
    for step in trace["steps"]:
        if step["kind"] == "table":
            key = _datapath_key(step)
            made_of = flows.get(step["cookie"], [])
            own = [flow for flow in made_of if numbers.get(flow["datapath"]) == key]
            step["logical_flow"] = _some(_FLOW, next(iter(own or made_of), None))
            step["port_binding"] = _some(_PORT_BINDING, ports.get(step["cookie"]))


_FLOW = ("datapath", "pipeline", "table", "stage", "priority", "match", "actions", "uuid", "source", "hint")
_PORT_BINDING = ("name", "datapath", "type", "chassis", "uuid")


def _some(keys: Sequence[str], row: _Row | None) -> _Row | None:
    return None if row is None else {key: row[key] for key in keys}


def _datapath_key(step: _Row) -> int | None:
    """OVN keeps the tunnel key of the logical datapath in the metadata."""
    metadata = (step["match"] or {}).get("metadata")
    return metadata if isinstance(metadata, int) else None


def flow_of(fields: Mapping[str, Any]) -> str:
    """A flow (ovs-fields(7)) of fields; true is for words such as ``tcp``. Raises TraceError."""
    words, values = [], []
    for name, given in fields.items():
        if name in ("dl_src", "dl_dst", "eth_src", "eth_dst") and isinstance(given, int):
            raise TraceError(f"{name} is the number {given}; YAML takes some MAC addresses for one, put it in quotes")
        if isinstance(given, bool):
            words += [name] * given
        else:
            values.append(f"{name}={given}")
    # A field is understood only after the protocol that it is of.
    return ",".join(words + values)


def unmet(wanted: _trace_expectation.Expectation, trace: _Row) -> list[str]:
    """See ``_trace_expectation.unmet``.

    Outputs are called by logical port, interface, chassis and the address at the end of the tunnel, places as TABLE,
    BRIDGE, BRIDGE/TABLE and, when the trace was explained, STAGE and DATAPATH/STAGE.
    """
    recipients = [_names(output) for output in trace["outputs"]]
    return _trace_expectation.unmet(wanted, trace["verdict"], recipients, _places(trace))


def _names(output: _Row) -> list[Any]:
    end = (output["tunnel"] or {}).get("dst")
    names = (output["logical_port"], output["interface"], output["chassis"], end, str(output["port"]))
    return [name for name in names if name]


def _places(trace: _Row) -> list[str]:
    """Where it was output, and the last step of each pass that did not send it into another one."""
    last = {
        one["id"]: [step for step in trace["steps"] if step["recirculation"] == one["id"]][-1:]
        for one in trace["recirculations"]
        if not any(action["action"] == "recirc" for action in one["datapath_actions"])
    }
    ends = [step for steps in last.values() for step in steps]
    ends += [step for step in trace["steps"] if any(action.startswith("output") for action in step["actions"])]
    places: list[str] = []
    for step in ends:
        if step["table"] is not None:
            places += [str(step["table"]), f"{step['datapath']}/{step['table']}"]
        flow = step.get("logical_flow")
        if flow:
            places += [flow["stage"], f"{flow['datapath']}/{flow['stage']}"]
        places.append(step["datapath"])
    return places


def _ports_of(shown: str, bridge: str) -> dict[int, str]:
    """Names of the ports in the datapath of a bridge. Tunnels of a kind share one number; which it was, the tunnel's
    address tells. Raises ParseError."""
    names: dict[int, str] = {}
    here = False
    for number, line in enumerate(shown.splitlines(), start=1):
        heading, port = _BRIDGE.match(line), _PORT.match(line)
        if _DATAPATH.match(line):
            if here:
                break
            names = {}
        elif heading:
            here = here or heading["name"] == bridge
        elif port:
            if port["in_datapath"] != "none":
                names[int(port["in_datapath"])] = port["name"]
        else:
            raise ParseError("ovs-appctl dpif/show", number, line, "expected a datapath, a bridge or a port")
    return names if here else {}
