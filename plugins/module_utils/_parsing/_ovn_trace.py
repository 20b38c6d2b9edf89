# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""``ovn-trace``, detailed, summary and minimal (ovn-trace(8))."""

from __future__ import annotations

import re
from typing import Any, Tuple

from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._errors import ParseError
from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._openflow import parse_flow, parse_match
from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._trace_outline import INDENT, Outline

_Line = Tuple[int, str]

# ovn-trace prints these instead of a trace, and exits with 0.
_REFUSAL = re.compile(
    r"error parsing flow: |unknown (?:datapath|port) \"|failed to parse flow expression "
    r"|microflow does not specify ingress port"
)
_FORM = re.compile(r"# (?P<form>Detailed|Summary|Minimal) trace\.$")
_PIPELINE = re.compile(
    r'(?P<pipeline>ingress|egress|multicast)\(dp="(?P<datapath>[^"]*)"'
    r'(?:, inport="(?P<inport>[^"]*)")?(?:, (?:outport|mcgroup)="(?P<outport>[^"]*)")?\)$'
)
_TABLE = re.compile(
    INDENT + r"(?P<table> [0-9]|[0-9]{2,3})\. (?:(?P<stage>\w+))?(?: ?\((?P<source>[^()]+)\))?(?:: )?"
    r"(?:(?P<match>.+), priority (?P<priority>[0-9]+), uuid (?P<uuid>[0-9a-f]{8})|no match \(implicit drop\))$"
)
_LINE = re.compile(INDENT + r"(?P<text>\S.*)$")
_OUTPUT = re.compile(r'(?:/\* output to|output\()\s*"(?P<port>[^"]*)"(?:, type "(?P<type>[^"]*)" \*/|\);$)')
_ASSIGNED = re.compile(r"(?P<field>[\w.]+(?:\[[0-9.]+\])?) = (?P<value>[^;{}]+);$")
_TRANSLATED = re.compile(r"ct_\w+\((?P<field>ip[46]\.(?:src|dst))=(?P<value>[^)]+)\)")
_RESOLVED = re.compile(r"/\* MAC binding to (?P<value>[0-9a-f:]{17})\. \*/")
# The packet ends here in reality too; all other errors mean that ovn-trace could not go on.
_DROPS = ("output to null logical port", "TTL underflow")
# What follows these is always printed.
_UNFINISHED = ("next;", "ct_next;", "output;")
_INHERITED = ("pipeline", "datapath", "inport", "outport")


def parse_trace(text: str, command: str = "ovn-trace") -> dict[str, Any]:
    """``{"flow", "steps", "verdict", "outputs", "errors"}`` of a trace in any form; of several (``--all``) the first.

    * ``flow``: the fields of the packet as in ``_openflow.parse_match``; None if there was no trace.
    * ``steps``: the tree as a list of ``{"number", "parent", "kind", "pipeline", "datapath", "inport", "outport",
      "table", "stage", "source", "match", "priority", "uuid", "actions", "changes", "notes", "openflow", "text"}``.
      ``kind`` is "pipeline" (a heading), "table", "transformation" (a heading such as ``ct_next(ct_state=new|trk)``) or
      "trace" (actions of the minimal form outside of any). None is what there is not: only the detailed form has
      tables. ``changes`` are ``{"field", "value"}`` in order, of the packet and of registers; ``openflow`` are the
      flows that ``--ovs`` adds; ``uuid`` is eight digits.
    * ``verdict``: "output", "drop", or "error" when ovn-trace refused (with exit code 0) or could not go on.
    * ``outputs``: ``{"port", "type", "datapath"}``, the last two None in the minimal form.

    Raises ParseError for text that is cut within a line or has no trace in it.
    """
    lines = [(number, line.rstrip()) for number, line in enumerate(text.splitlines(), start=1) if line.strip()]
    if lines and _REFUSAL.match(lines[0][1]):
        return {"flow": None, "steps": [], "verdict": "error", "outputs": [], "errors": [lines[0][1]]}
    forms = _forms(lines[1:])
    if not forms or not lines[0][1].startswith("# "):
        # With --minimal that is also all there is about a packet that is dropped unchanged.
        raise ParseError(command, 0, "", "expected a line with # and the packet, and a trace below it")
    traces = [_trace(form, command) for form in forms]
    try:
        flow = parse_match(lines[0][1][2:])
    except ValueError as error:
        raise ParseError(command, *lines[0], str(error)) from error
    return {"flow": flow, **traces[0]}


def _forms(lines: list[_Line]) -> list[list[_Line]]:
    forms: list[list[_Line]] = [[]]
    for number, line in lines:
        if _FORM.match(line):
            forms.append([])
        else:
            forms[-1].append((number, line))
    return [form for form in forms if form]


def _trace(lines: list[_Line], command: str) -> dict[str, Any]:
    trace = _Trace(command)
    # Only the detailed form underlines its headings.
    detailed = any(set(line.strip()) == {"-"} for _number, line in lines)
    (trace.read_detailed if detailed else trace.read_bracketed)(lines)
    stopped = [error for error in trace.errors if error not in _DROPS]
    return {
        "steps": trace.outline.steps,
        "verdict": "output" if trace.outputs else "error" if stopped else "drop",
        "outputs": trace.outputs,
        "errors": trace.errors,
    }


class _Trace:
    def __init__(self, command: str) -> None:
        self.outline = Outline(_INHERITED)
        self.outputs: list[dict[str, Any]] = []
        self.errors: list[str] = []
        self._command = command
        self._just_output = False

    def read_detailed(self, lines: list[_Line]) -> None:
        below = [*(line.strip() for _number, line in lines[1:]), ""]
        for (number, line), ruler in zip(lines, below):
            found, table = _LINE.match(line), _TABLE.match(line)
            try:
                if table:
                    self._table(table)
                elif not found:
                    raise ValueError("expected a table, an action or a heading")
                elif ruler == "-" * len(found["text"]) and not found["text"].startswith("LOG: "):
                    self._heading(found["text"], self.outline.append(found["indent"], **_step(found["text"])))
                elif set(found["text"]) != {"-"}:
                    last = found["text"].startswith("LOG: ")
                    self._action(found["text"], self.outline.owner(found["indent"], last))
            except ValueError as error:
                raise ParseError(self._command, number, line, str(error)) from error
        ended = any(step["actions"] or step["notes"] for step in self.outline.steps[-1:])
        if not ended or lines[-1][1].strip() in _UNFINISHED:
            raise ParseError(self._command, *lines[-1], "it ends before the packet does")

    def read_bracketed(self, lines: list[_Line]) -> None:
        """Summary and minimal: brackets are around what is below a heading."""
        parents: list[int] = []
        root: dict[str, Any] = {}
        for number, line in lines:
            text = line.strip()
            try:
                if text == "};":
                    parents.pop()
                if not line.startswith(" " * 4 * len(parents)) or line[4 * len(parents)] == " ":
                    raise ValueError("its indentation does not fit the brackets")
                if text.endswith(" {"):
                    step = self.outline.add(parents[-1] if parents else None, **_step(text[:-2]))
                    self._heading(text[:-2], step)
                    parents.append(step["number"])
                elif text != "};":
                    if not parents and not root:
                        root = self.outline.add(None, **{**_step(""), "kind": "trace"})
                    self._action(text, self.outline.steps[parents[-1]] if parents else root)
            except (ValueError, IndexError) as error:
                raise ParseError(self._command, number, line, str(error)) from error
        if parents:
            raise ParseError(self._command, *lines[-1], "it ends before all brackets are closed")

    def _heading(self, text: str, step: dict[str, Any]) -> None:
        pipeline, translated = _PIPELINE.match(text), _TRANSLATED.match(text)
        if pipeline:
            step.update(pipeline.groupdict(), kind="pipeline")
            if pipeline["pipeline"] == "ingress" and self._just_output:
                self.outputs.pop()  # to a patch port, behind which the trace goes on
        elif translated:
            step["changes"].append(translated.groupdict())
        self._just_output = False

    def _table(self, found: re.Match[str]) -> None:
        step = self.outline.append(found["indent"], **_step(found.string.strip()))
        step.update({key: found[key] for key in ("stage", "source", "match", "uuid")})
        step.update(kind="table", table=int(found["table"]))
        if found["priority"]:
            step["priority"] = int(found["priority"])
        else:
            step["notes"].append("no match (implicit drop)")
        self._just_output = False

    def _action(self, text: str, step: dict[str, Any]) -> None:
        self._just_output = False
        if text.startswith("cookie="):
            step["openflow"].append(parse_flow(text))
            return
        remark = text.startswith(("/*", "*** ", "LOG: "))
        text = text.rstrip(";") if remark else text
        if text.endswith("*/") != text.startswith("/*") or not (remark or text.endswith(";")):
            raise ValueError("expected an action, a remark or an error, whole")
        step["notes" if remark else "actions"].append(text)
        output = _OUTPUT.match(text)
        if output:
            self.outputs.append({**output.groupdict(), "datapath": step["datapath"]})
            self._just_output = True
        elif text.startswith("*** "):
            self.errors.append(text[len("*** ") :])
        else:
            step["changes"] += _changes(text)


def _step(text: str) -> dict[str, Any]:
    nothing = dict.fromkeys(("table", "stage", "source", "match", "priority", "uuid"))
    lists: dict[str, Any] = {"actions": [], "changes": [], "notes": [], "openflow": []}
    return {"kind": "transformation", **nothing, **lists, "text": text}


def _changes(text: str) -> list[dict[str, str]]:
    found = _ASSIGNED.match(text)
    if found:
        return [found.groupdict()]
    found = _RESOLVED.match(text)
    if found:
        return [{"field": "eth.dst", **found.groupdict()}]
    return [{"field": "ip.ttl", "value": "ip.ttl - 1"}] if text == "ip.ttl--;" else []
