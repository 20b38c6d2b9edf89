# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""Ask ovn-trace what becomes of a packet in the logical network (ovn-trace(8)), and where that is."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Dict, Mapping, Sequence

from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._ovn_trace import parse_trace
from ansible_collections.packetwalk.labs.plugins.module_utils._probing import _trace_command, _trace_expectation
from ansible_collections.packetwalk.labs.plugins.module_utils._probing._ovn_trace_daemon import Daemon
from ansible_collections.packetwalk.labs.plugins.module_utils._probing._ovsdb_client import OvsdbClient, Tls
from ansible_collections.packetwalk.labs.plugins.module_utils._probing._trace_command import TraceError

VERDICTS = ("output", "unresolved", "reject", "drop", "error")

_Row = Dict[str, Any]

_INPORT = re.compile(r'\binport\s*==\s*"(?P<name>(?:[^"\\]|\\.)*)"')
# Options for the answer: ct_next of a reply. A packet does not pass that more often.
_REPLY = ["est,rpl"] * 32
_SWAPPED = {
    "eth.src": "eth.dst",
    "eth.dst": "eth.src",
    "ip4.src": "ip4.dst",
    "ip4.dst": "ip4.src",
    "ip6.src": "ip6.dst",
    "ip6.dst": "ip6.src",
}
# Actions that make another packet, to find a neighbour (ovn-sb(5)).
_REQUESTS = ("arp", "nd_ns")
_ADDRESSES = ("ip4.src", "ip4.dst", "ip6.src", "ip6.dst")
# OVN's words for what the first line of a trace has in those of OpenFlow.
_OPENFLOW = {
    "dl_src": "eth.src",
    "dl_dst": "eth.dst",
    "nw_src": "ip4.src",
    "nw_dst": "ip4.dst",
    "ipv6_src": "ip6.src",
    "ipv6_dst": "ip6.dst",
}
# What is left of an identifier that is the end of a port's name and has no other one (shorten_uuid() of ovn-trace.c).
_SHORTENED = re.compile(r"[0-9a-f]{6}$")
_IDENTIFIER = re.compile(r"([0-9a-f]{6})[0-9a-f]{2}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$")
_PORTS = {"tcp": "tcp", "tcp6": "tcp", "udp": "udp", "udp6": "udp", "sctp": "sctp", "sctp6": "sctp"}
_ECHO = {("icmp", 8): "icmp4.type == 0", ("icmp6", 128): "icmp6.type == 129"}


@dataclass(frozen=True)
class Question:
    """``datapath`` None is that of the port; ``ct_states`` are those of the packet's passes through conntrack."""

    microflow: str
    datapath: str | None = None
    ct_states: Sequence[str] = ()
    lb_dst: str | None = None
    openflow: str | None = None


class Tracer:
    """Traces of one southbound database.

    * ``daemon_directory``: of the daemons; None when none are to be used.
    * ``may_start``: whether a daemon may be started, or one that is there be used only.
    """

    def __init__(
        self,
        client: OvsdbClient,
        remote: str,
        tls: Tls,
        daemon_directory: str | None,
        may_start: bool,
        timeout_seconds: float,
    ) -> None:
        self._client = client
        self._remote = remote
        files = (("-p", tls.private_key), ("-c", tls.certificate), ("-C", tls.ca_certificate))
        self._tls = [word for option, file in files if file for word in (option, file)]
        self._daemon_directory = daemon_directory
        self._may_start = may_start
        self._timeout_seconds = timeout_seconds

    def trace(self, question: Question) -> _Row:
        """``{"microflow", "datapath", "flow", "steps", "verdict", "outputs", "errors"}``, as ``parse_trace`` gives it.

        ``verdict`` is "reject" too, when nothing but an answer of that kind is output, to where the packet came from,
        and "unresolved", when nothing but a router's request for the MAC address of the next hop is.
        ``outputs`` have the ``logical_port``, that is the port's name in the database, None where several may be meant,
        and its ``chassis``, None for ports that are bound to none.

        Raises TraceError, OvsdbError and ParseError.
        """
        inport = _inport(question.microflow)
        datapath = self._datapath(inport, question.datapath)
        trace = parse_trace(self._answer(question, datapath, []))
        if not trace["steps"]:
            raise TraceError("; ".join(trace["errors"]).rstrip("."))
        for output in trace["outputs"]:
            output.update(self._bound(output["port"]))
        if trace["verdict"] in ("output", "drop") and _is_rejected(trace, datapath["inport"]):
            trace["verdict"] = "reject"
        elif trace["verdict"] == "output" and _is_unresolved(trace["steps"]):
            trace["verdict"] = "unresolved"
        return {"microflow": question.microflow, "datapath": datapath["name"], **trace}

    def trace_answer(self, question: Question, trace: _Row) -> tuple[_Row | None, str | None]:
        """The trace of what the receiver answers, or None and why there is none.

        ovn-trace has no connections that it could remember: where addresses were translated on the way, the trace
        counts only if the answer is translated back.
        """
        reason = _unanswered(trace)
        if reason:
            return None, reason
        packet = self._delivered(question, trace)
        if packet is None:
            return None, "the packet takes several ways"
        (receiver,) = trace["outputs"]
        if receiver["logical_port"] is None:
            return None, f"several ports are called {receiver['port']}"
        microflow = _answer_of(trace["flow"], packet, receiver["logical_port"])
        if microflow is None:
            return None, "only TCP, UDP, SCTP and ICMP echo have an answer that is known"
        back = Question(microflow, None, _REPLY, None, question.openflow)
        answer = self.trace(back)
        sent = _packet(trace["flow"])
        if any(packet.get(field) != sent.get(field) for field in _ADDRESSES):
            returned = self._delivered(back, answer) if answer["verdict"] == "output" else None
            expected = {field: sent.get(_SWAPPED[field]) for field in _ADDRESSES}
            if returned is None or any(returned.get(field) != expected[field] for field in _ADDRESSES):
                return None, "addresses are translated for the connection, which ovn-trace does not remember"
        return answer, None

    def _delivered(self, question: Question, trace: _Row) -> dict[str, str] | None:
        """The packet's fields at its only output, None when there are several."""
        datapath = self._datapath(_inport(question.microflow), question.datapath)
        minimal = parse_trace(self._answer(question, datapath, ["--minimal"]))
        if len(minimal["outputs"]) != 1:
            return None
        steps = minimal["steps"]
        (last,) = [step for step in steps if any(action.startswith("output(") for action in step["actions"])]
        packet = _packet(trace["flow"])
        # Only this form has the values that were assigned and not what they were taken from.
        packet.update({change["field"]: change["value"] for step in _way(steps, last) for change in step["changes"]})
        return packet

    def _answer(self, question: Question, datapath: _Row, form: Sequence[str]) -> str:
        openflow = [f"--ovs={question.openflow}"] if question.openflow else []
        asked = [*form, datapath["uuid"], question.microflow]
        if self._daemon_directory and not question.ct_states and not question.lb_dst:
            daemon = Daemon(
                self._daemon_directory,
                self._remote,
                self._tls,
                openflow,
                self._client.schema.tables,
                self._timeout_seconds,
            )
            said = daemon.trace(asked, self._may_start)
            if said is not None:
                return said
        states = [f"--ct={state}" for state in question.ct_states]
        balanced = [f"--lb-dst={question.lb_dst}"] if question.lb_dst else []
        command = ["ovn-trace", f"--db={self._remote}", *self._tls, *openflow, *states, *balanced, *asked]
        finished = _trace_command.run(command, {}, self._timeout_seconds)
        if finished.status:
            raise TraceError(finished.said or f"ovn-trace ended with status {finished.status}")
        return finished.output

    def _datapath(self, inport: str, name: str | None) -> _Row:
        """``name``, ``uuid`` and the ``inport``. ovn-trace would not only refuse a wrong one, it would abort."""
        ports = self._called(inport, ["logical_port", "datapath"])
        # ovn-trace looks for the name in the database first.
        ports = [row for row in ports if row["logical_port"] == inport] or ports
        if not ports:
            raise TraceError(f"inport {inport} is no logical port")
        if len(ports) > 1:
            raise TraceError(f"inport {inport} is the name of several ports; give the identifier of one")
        condition = self._client.schema.condition("Datapath_Binding", "_uuid", "==", ports[0]["datapath"])
        (row,) = self._client.select("Datapath_Binding", ["_uuid", "external_ids", "nb_uuid"], [condition])
        ids = row["external_ids"]
        logical = ids.get("logical-switch") or ids.get("logical-router") or row["nb_uuid"]
        own = ids.get("name", "")
        if name is not None and name not in (own, ids.get("name2"), logical, row["_uuid"]):
            raise TraceError(f"inport {inport} is no port of datapath {name}, it is one of {own}")
        return {"name": own, "uuid": row["_uuid"], "inport": ports[0]["logical_port"]}

    def _bound(self, port: str) -> _Row:
        """``logical_port`` and ``chassis`` of a port, by what ovn-trace calls it."""
        columns = ["logical_port", "chassis"]
        rows = self._called(port, columns)
        if not rows and _SHORTENED.search(port):
            every = self._client.select("Port_Binding", columns)
            rows = [row for row in every if _IDENTIFIER.sub(r"\1", row["logical_port"]) == port]
        if len(rows) != 1:
            return {"logical_port": None, "chassis": None}
        (row,) = rows
        condition = self._client.schema.condition("Chassis", "_uuid", "==", row["chassis"])
        chassis = self._client.select("Chassis", ["name"], [condition]) if row["chassis"] else []
        return {"logical_port": row["logical_port"], "chassis": chassis[0]["name"] if chassis else None}

    def _called(self, port: str, columns: Sequence[str]) -> list[_Row]:
        """Bindings of ports that have this name, or have got it from users of Neutron, as OVN shows it then."""
        condition = self._client.schema.condition
        wheres = [
            [condition("Port_Binding", "logical_port", "==", port)],
            [condition("Port_Binding", "external_ids", "includes", {"neutron:port_name": port})],
        ]
        rows = self._client.select_any("Port_Binding", ["_uuid", *columns], wheres)
        return list({row["_uuid"]: row for row in rows}.values())


def microflow_of(fields: Mapping[str, Any]) -> str:
    """An expression (ovn-sb(5), Logical_Flow.match) of fields; true is for words such as ``tcp``. Raises TraceError."""
    parts = []
    for name, given in fields.items():
        if name in ("eth.src", "eth.dst") and isinstance(given, int):
            raise TraceError(f"{name} is the number {given}; YAML takes some MAC addresses for one, put it in quotes")
        if isinstance(given, bool):
            parts.append(name if given else f"!{name}")
        else:
            parts.append(f'{name} == "{given}"' if name in ("inport", "outport") else f"{name} == {given}")
    if "ip.ttl" not in fields and any(name.startswith(("ip4", "ip6")) for name in fields):
        # With none the first router would drop the packet.
        parts.append("ip.ttl == 64")
    return " && ".join(parts)


def unmet(wanted: _trace_expectation.Expectation, trace: _Row) -> list[str]:
    """See ``_trace_expectation.unmet``. Outputs are called by port and chassis, places as STAGE, DATAPATH and both."""
    recipients = [[output["port"], output["chassis"]] for output in trace["outputs"]]
    parents = {step["parent"] for step in trace["steps"]}
    places = []
    for step in trace["steps"]:
        if step["number"] not in parents or (trace["verdict"] == "reject" and _rejects(step)):
            stage = step["stage"]
            places += [stage, f"{step['datapath']}/{stage}"] if stage else []
            places.append(step["datapath"])
    return _trace_expectation.unmet(wanted, trace["verdict"], recipients, places)


def _inport(microflow: str) -> str:
    found = {match["name"] for match in _INPORT.finditer(microflow)}
    if len(found) != 1:
        raise TraceError('the microflow does not say where the packet comes from; it takes one inport == "NAME"')
    (name,) = found
    return re.sub(r"\\(.)", r"\1", name)


def _rejects(step: _Row) -> bool:
    return any(action.startswith("reject {") for action in step["actions"])


def _is_rejected(trace: _Row, inport: str) -> bool:
    return any(map(_rejects, trace["steps"])) and {output["logical_port"] for output in trace["outputs"]} <= {inport}


def _is_unresolved(steps: Sequence[_Row]) -> bool:
    parents = {step["parent"] for step in steps}
    outputs = [
        step
        for step in steps
        if step["number"] not in parents and any(note.startswith("/* output to ") for note in step["notes"])
    ]
    return bool(outputs) and all(
        any(above["kind"] == "transformation" and above["text"] in _REQUESTS for above in _way(steps, step))
        for step in outputs
    )


def _way(steps: Sequence[_Row], step: _Row) -> list[_Row]:
    """From the beginning to this step."""
    way = [step]
    while way[0]["parent"] is not None:
        way.insert(0, steps[way[0]["parent"]])
    return way


def _unanswered(trace: _Row) -> str | None:
    if trace["verdict"] != "output":
        return f"the packet has no receiver: {trace['verdict']}"
    if len(trace["outputs"]) != 1:
        return "the packet has several receivers"
    return None


def _packet(flow: Mapping[str, Any]) -> dict[str, str]:
    return {_OPENFLOW[field]: str(flow[field]) for field in _OPENFLOW if field in flow}


def _answer_of(flow: Mapping[str, Any], packet: Mapping[str, str], inport: str) -> str | None:
    fields: dict[str, Any] = {"inport": inport}
    fields.update({_SWAPPED[field]: packet[field] for field in _SWAPPED if field in packet})
    for word, protocol in _PORTS.items():
        if flow.get(word) is True:
            source, destination = (packet.get(f"{protocol}.{end}", flow[f"tp_{end}"]) for end in ("src", "dst"))
            return microflow_of({**fields, f"{protocol}.src": destination, f"{protocol}.dst": source})
    for (word, kind), answer in _ECHO.items():
        if flow.get(word) is True and flow.get("icmp_type") == kind:
            return f"{microflow_of(fields)} && {answer}"
    return None
