# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Judges a lab on the controller; documented in plugins/modules/verify.py."""

from __future__ import annotations

from typing import Any

from ansible.errors import AnsibleActionFail
from ansible_collections.packetwalk.labs.plugins.plugin_utils import _action, _files, _shown, _state
from ansible_collections.packetwalk.labs.plugins.plugin_utils._checking import _registry
from ansible_collections.packetwalk.labs.plugins.plugin_utils._findings import succeeded, summary
from ansible_collections.packetwalk.labs.plugins.plugin_utils._reporting import _terminal
from ansible_collections.packetwalk.labs.plugins.plugin_utils._reporting._junit import junit


class ActionModule(_action.ControllerAction):
    """Put the state together or load it, run the checks, show and write the reports; touches no host."""

    SPECIFICATION = {
        "argument_spec": {
            **_action.STATE_OPTIONS,
            "intent": {"type": "dict", "default": {}},
            "report_dir": {"type": "path"},
            "quiet": {"type": "bool", "default": False},
            "checks": {"type": "list", "elements": "str", "default": ["*"]},
            "skip_checks": {"type": "list", "elements": "str", "default": []},
            "warnings_fail": {"type": "bool", "default": False},
        },
        **_action.STATE_RULES,
    }

    def answer(self, arguments: dict[str, Any]) -> dict[str, Any]:
        """Return the findings; fail when one of them failed or could not be judged."""
        try:
            checks = _registry.select(arguments["checks"], arguments["skip_checks"])
            document = self.document(arguments)
        except (_state.StateError, _registry.UnknownCheck) as problem:
            raise AnsibleActionFail(str(problem)) from None

        findings = _registry.run(document, arguments["intent"], checks)
        if not arguments["quiet"]:
            _shown.show(self._display, _terminal.lines(findings))
        rows = [finding.as_dict() for finding in findings]
        reports: dict[str, str] = {}
        directory = self.place(arguments["report_dir"])
        if directory:
            texts = {
                "state": ("state.json", _state.dump(document)),
                "findings": ("findings.json", _files.as_json(rows)),
                "junit": ("junit.xml", junit(document["lab"], document["taken_at"], findings)),
                "report": ("report.txt", _terminal.text(findings)),
            }
            reports = _action.write_reports("The reports", directory, texts)
        counts = summary(findings)
        passed = succeeded(counts, arguments["warnings_fail"])
        return {
            "failed": not passed,
            "passed": passed,
            "msg": _terminal.headline(findings, arguments["warnings_fail"]),
            "findings": rows,
            "summary": counts,
            "reports": reports,
        }
