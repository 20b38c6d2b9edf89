# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""``ovs-appctl ofproto/trace`` of Open vSwitch 2.7 and younger (ovs-vswitchd(8))."""

from __future__ import annotations

import re
from typing import Any

from ansible_collections.packetwalk.labs.plugins.module_utils._parsing import _datapath_flow
from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._errors import ParseError
from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._openflow import parse_match
from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._ovs_text import number
from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._trace_outline import INDENT, Outline

_SUMMARY = re.compile(r"(?P<key>Flow|Final flow|Megaflow|Datapath actions): (?P<text>.+)$")
_RECIRCULATION = re.compile(
    r"recirc\((?P<id>0x[0-9a-f]+)\)(?: - resume conntrack with (?:default )?ct_state=(?P<state>\S+).*)?$"
)
_RULER = re.compile(r" *(?:-+|=+)$")
_BRIDGE = re.compile(INDENT + r'bridge\("(?P<datapath>.+)"\)$')
_TABLE = re.compile(
    INDENT + r"(?P<table> [0-9]|[0-9]{2,3})\. (?:(?:(?P<match>\S+), )?priority (?P<priority>[0-9]+)"
    r"(?:, cookie (?P<cookie>0x[0-9a-f]+))?|(?P<note>[A-Z].+))$"
)
_REMARK = re.compile(INDENT + r" (?:->|>>|>>>>) (?P<note>.+?)(?P<error> <<<<)?$")
_LINE = re.compile(INDENT + r"(?P<text>\S.*)$")
_NAT = re.compile(r"Replacing src/dst IP/ports|(?: Initial| Modified) flow:")
_SLOW_PATH = re.compile(r"This flow is handled by the userspace slow path because it:$|  - (?P<reason>.+\.)$")
_FAILURE = re.compile(
    r"Translation failed \(.+\), packet is dropped\.$|Action execution failed \(.+\)$|\.$"
    r"|Trace reached the recirculation limit\.|Queued but not processed: "
)
_THAW = ("thaw", "Resuming from table ")
_ASSIGNED = re.compile(r"(?:set_field|load):(?P<value>.+)->(?P<field>.+)$")
_MODIFIED = re.compile(r"mod_(?P<field>\w+):(?P<value>.+)$")
_NOW = re.compile(r"(?P<field>\S+) is now (?P<value>\S+)$")
_INHERITED = ("datapath",)


def parse_trace(text: str, command: str = "ovs-appctl ofproto/trace") -> dict[str, Any]:
    """``{"flow", "steps", "verdict", "outputs", "recirculations", "errors"}``.

    * ``flow``: the fields of the packet as in ``_openflow.parse_match``.
    * ``steps``: the tree as a list of ``{"number", "parent", "kind", "recirculation", "pipeline", "datapath", "table",
      "stage", "match", "priority", "cookie", "actions", "changes", "notes", "text"}``. ``kind`` is "bridge" or "table";
      ``pipeline`` and ``stage`` are None, as OpenFlow has neither; ``actions`` are text, ``notes`` what the switch says
      about them; ``match`` is a dictionary, None without a match in the table; ``changes`` are ``{"field", "value"}``.
    * ``recirculations``: the packet's passes through the switch as ``{"id", "ct_state", "flow", "final_flow",
      "megaflow", "datapath_actions"}``, the first with the id 0. ``final_flow`` is None if the flow did not change.
    * ``verdict``: "output", "controller", "drop", or "error" when the switch could not translate the flow.
    * ``outputs``: ``{"recirculation", "port", "tunnel"}`` of the datapath: see ``_datapath_flow.outputs_of``.

    Raises ParseError for text that is cut or is not a trace.
    """
    reader = _Reader()
    for line_number, line in enumerate(text.splitlines(), start=1):
        try:
            reader.read(line.rstrip())
        except ValueError as error:
            raise ParseError(command, line_number, line, str(error)) from error
    if not reader.passes or any(one["datapath_actions"] is None for one in reader.passes):
        raise ParseError(command, 0, "", "it ends before the datapath actions of a flow")
    outputs = [
        {"recirculation": one["id"], **output}
        for one in reader.passes
        for output in _datapath_flow.outputs_of(one["datapath_actions"])
    ]
    controlled = any("controller" in action for one in reader.passes for action in one["datapath_actions"])
    followed = {one["id"] for one in reader.passes}
    # Open vSwitch before 2.8 does not follow them.
    reader.errors += [
        f"recirc({action['value']:#x}) is not followed"
        for one in reader.passes
        for action in one["datapath_actions"]
        if action["action"] == "recirc" and action["value"] not in followed
    ]
    return {
        "flow": reader.passes[0]["flow"],
        "steps": reader.outline.steps,
        "verdict": "error" if reader.errors else "output" if outputs else "controller" if controlled else "drop",
        "outputs": outputs,
        "recirculations": reader.passes,
        "errors": reader.errors,
    }


class _Reader:
    def __init__(self) -> None:
        self.outline = Outline(_INHERITED)
        self.passes: list[dict[str, Any]] = []
        self.errors: list[str] = []
        self._next: dict[str, Any] = {"id": 0, "ct_state": None}

    def read(self, line: str) -> None:
        summary, recirculation, slow_path = (form.match(line) for form in (_SUMMARY, _RECIRCULATION, _SLOW_PATH))
        if not line or _RULER.match(line) or _NAT.match(line):
            return
        if summary:
            self._summary(summary["key"], summary["text"])
        elif recirculation:
            self._next = {"id": number(recirculation["id"]), "ct_state": recirculation["state"]}
        elif not self.passes:
            raise ValueError("expected a flow")
        elif _FAILURE.match(line):
            self.errors.append(line)
        elif slow_path:
            self.passes[-1].setdefault("slow_path", []).extend(filter(None, [slow_path["reason"]]))
        else:
            self._step_or_action(line)

    def _summary(self, key: str, text: str) -> None:
        if key == "Flow":
            nothing = dict.fromkeys(("final_flow", "megaflow", "datapath_actions"))
            self.passes.append({**self._next, "flow": parse_match(text), **nothing})
            self.outline.restart()
        elif not self.passes:
            raise ValueError("expected a flow before it")
        elif key == "Datapath actions":
            self.passes[-1]["datapath_actions"] = _datapath_flow.parse_actions(text)
        elif text != "unchanged":
            self.passes[-1][key.lower().replace(" ", "_")] = parse_match(text)

    def _step_or_action(self, line: str) -> None:
        bridge, table, remark, found = (form.match(line) for form in (_BRIDGE, _TABLE, _REMARK, _LINE))
        if bridge:
            self.outline.append(bridge["indent"], **self._step("bridge", line))["datapath"] = bridge["datapath"]
        elif table:
            step = self.outline.append(table["indent"], **self._step("table", line))
            step["table"] = int(table["table"])
            if table["note"]:
                step["notes"].append(table["note"])
            else:
                match = parse_match(table["match"] or "")
                cookie = number(table["cookie"] or "0")
                step.update(match=match, priority=int(table["priority"]), cookie=cookie)
        elif remark:
            step = self.outline.owner(remark["indent"])
            step["notes"].append(remark["note"])
            step["changes"] += _changes(_NOW, remark["note"])
            if remark["error"]:
                self.errors.append(remark["note"])
        elif found and found["text"].startswith(_THAW):
            self.outline.owner(found["indent"], last=True)["notes"].append(found["text"])
            self.outline.deepen()
        elif found:
            step = self.outline.owner(found["indent"])
            step["actions"].append(found["text"])
            step["changes"] += _changes(_ASSIGNED, found["text"]) + _changes(_MODIFIED, found["text"])
            if found["text"].startswith("bucket "):
                self.outline.deepen()
        else:
            raise ValueError("expected a bridge, a table, an action or a remark")

    def _step(self, kind: str, line: str) -> dict[str, Any]:
        nothing = dict.fromkeys(("pipeline", "table", "stage", "match", "priority", "cookie"))
        lists: dict[str, Any] = {"actions": [], "changes": [], "notes": []}
        return {"kind": kind, "recirculation": self.passes[-1]["id"], **nothing, **lists, "text": line.strip()}


def _changes(form: re.Pattern[str], text: str) -> list[dict[str, str]]:
    found = form.match(text)
    return [found.groupdict()] if found else []
