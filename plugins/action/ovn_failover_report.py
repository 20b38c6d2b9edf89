# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Measures a failover exercise on the controller; documented in plugins/modules/ovn_failover_report.py."""

from __future__ import annotations

import re
from typing import Any

from ansible.errors import AnsibleActionFail
from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._ovsdb_monitor import parse_updates
from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._ping import parse_pings
from ansible_collections.packetwalk.labs.plugins.plugin_utils import _action, _failover, _files, _shown
from ansible_collections.packetwalk.labs.plugins.plugin_utils._reporting import _failover as _report
from ansible_collections.packetwalk.labs.plugins.plugin_utils._reporting._failover_svg import picture

_TIME = re.compile(r"(inject|mend|end) (\d+\.\d+)$")
_PICTURE = "failover.svg"


def _required(**types: str) -> dict[str, Any]:
    return {name: {"type": kind, "required": True} for name, kind in types.items()}


class ActionModule(_action.ControllerAction):
    """Measure, show and write the reports; touches no host."""

    SPECIFICATION = {
        "argument_spec": {
            "gateway": {
                "required": True,
                "type": "dict",
                "options": _required(name="str", chassis="str", other_chassis="str"),
            },
            "ping": {
                "required": True,
                "type": "dict",
                "options": _required(
                    instance="str", chassis="str", destination="str", interval_seconds="float", output="str"
                ),
            },
            "events": {"type": "list", "elements": "dict", "required": True},
            **_required(bindings="str", chassis="str"),
            "report_dir": {"type": "path"},
            "quiet": {"type": "bool", "default": False},
        }
    }

    def answer(self, arguments: dict[str, Any]) -> dict[str, Any]:
        """Return the document of the exercise; fail when a step did not go as expected."""
        ping = dict(arguments["ping"])
        try:
            pings = parse_pings(ping.pop("output"), ping["interval_seconds"])
            held = _failover.holders(parse_updates(arguments["bindings"]), parse_updates(arguments["chassis"]))
        except ValueError as problem:
            raise AnsibleActionFail(str(problem)) from None
        events = [_event(row) for row in arguments["events"]]
        failover = {"ping": ping, **_failover.measure(arguments["gateway"], events, held, pings)}
        if not arguments["quiet"]:
            _shown.show(self._display, _report.lines(failover))
        reports: dict[str, str] = {}
        directory = self.place(arguments["report_dir"])
        if directory:
            texts = {
                "json": ("failover.json", _files.as_json(failover)),
                "md": ("failover.md", _report.text(failover, _PICTURE)),
                "svg": (_PICTURE, picture(failover)),
            }
            reports = _action.write_reports("The report", directory, texts)
        return {"failed": not failover["met"], "failover": failover, "reports": reports, "msg": failover["text"]}


def _event(row: dict[str, Any]) -> dict[str, Any]:
    """What a loop registered for one event, which may have failed."""
    try:
        told = {name: row["item"][name] for name in ("name", "title", "mended", "node", "moves")}
    except KeyError as missing:
        raise AnsibleActionFail(f"events: {missing} is missing in what a loop over the events registered.") from None
    times: dict[str, float | None] = dict.fromkeys(("inject", "mend", "end"))
    for line in row.get("stdout_lines") or ():
        found = _TIME.match(line)
        if not found:
            raise AnsibleActionFail(f"events: {told['name']} has the line {line!r}, which is no time.")
        times[found[1]] = float(found[2])
    return {**told, **times, "problem": None if row.get("rc") == 0 else _reason(row)}


def _reason(row: dict[str, Any]) -> str:
    said = str(row.get("stderr") or "").splitlines()
    return (said or [str(row.get("msg") or "it was not made")])[-1]
