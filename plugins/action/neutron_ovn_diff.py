# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Compares Neutron with OVN on the controller; documented in plugins/modules/neutron_ovn_diff.py."""

from __future__ import annotations

from typing import Any

from ansible.errors import AnsibleActionFail
from ansible_collections.packetwalk.labs.plugins.plugin_utils import _action, _files, _shown, _state
from ansible_collections.packetwalk.labs.plugins.plugin_utils._neutron_ovn._subjects import compare
from ansible_collections.packetwalk.labs.plugins.plugin_utils._reporting import _drift as _report


class ActionModule(_action.ControllerAction):
    """Put the state together or load it, compare, show and write what is not the same; touches no host."""

    SPECIFICATION = {
        "argument_spec": {
            **_action.STATE_OPTIONS,
            "report_dir": {"type": "path"},
            "quiet": {"type": "bool", "default": False},
        },
        **_action.STATE_RULES,
    }

    def answer(self, arguments: dict[str, Any]) -> dict[str, Any]:
        """Return the drift; fail when there is some, or something could not be compared."""
        try:
            compared = compare(self.document(arguments))
        except _state.StateError as problem:
            raise AnsibleActionFail(str(problem)) from None
        except _state.Unknown as reason:
            raise AnsibleActionFail(f"Neutron cannot be compared with OVN: {str(reason).rstrip('.')}.") from None
        except (AttributeError, KeyError, TypeError) as problem:
            raise AnsibleActionFail(f"A row of the state is not as docs/state.md says: {problem!r}.") from problem

        if not arguments["quiet"]:
            _shown.show(self._display, _report.lines(compared))
        drifts = [row for each in compared for row in each.rows()]
        unknown = [
            {"kind": each.kind, "id": each.identifier, "name": each.name, "reason": each.unknown}
            for each in compared
            if each.unknown
        ]
        reports: dict[str, str] = {}
        directory = self.place(arguments["report_dir"])
        if directory:
            texts = {"json": ("drift.json", _files.as_json(drifts)), "text": ("drift.txt", _report.text(compared))}
            reports = _action.write_reports("The drift", directory, texts)
        passed = not drifts and not unknown
        return {
            "failed": not passed,
            "passed": passed,
            "msg": _report.totals(compared),
            "drifts": drifts,
            "unknown": unknown,
            "reports": reports,
        }
