# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Judges a lab on the controller; documented in plugins/modules/verify.py."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase
from ansible_collections.packetwalk.labs.plugins.plugin_utils import _files, _shown, _state
from ansible_collections.packetwalk.labs.plugins.plugin_utils._checking import _registry
from ansible_collections.packetwalk.labs.plugins.plugin_utils._findings import succeeded, summary
from ansible_collections.packetwalk.labs.plugins.plugin_utils._reporting import _terminal
from ansible_collections.packetwalk.labs.plugins.plugin_utils._reporting._junit import junit


class ActionModule(ActionBase):
    """Put the state together or load it, run the checks, show and write the reports; touches no host."""

    TRANSFERS_FILES = False
    _supports_check_mode = True
    _supports_async = False
    _requires_connection = False

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Return the findings; fail when one of them failed or could not be judged."""
        result: dict[str, Any] = super().run(tmp, task_vars)
        _validation, arguments = self.validate_argument_spec(
            argument_spec={
                "lab": {"type": "str"},
                "nodes": {"type": "dict"},
                "ovn": {"type": "dict", "options": {"central": {"type": "dict"}, "chassis": {"type": "dict"}}},
                "state_file": {"type": "path"},
                "intent": {"type": "dict", "default": {}},
                "report_dir": {"type": "path"},
                "quiet": {"type": "bool", "default": False},
                "checks": {"type": "list", "elements": "str", "default": ["*"]},
                "skip_checks": {"type": "list", "elements": "str", "default": []},
                "warnings_fail": {"type": "bool", "default": False},
            },
            mutually_exclusive=[("nodes", "state_file"), ("lab", "state_file")],
            required_one_of=[("nodes", "state_file")],
            required_by={"nodes": ["lab"]},
        )
        try:
            checks = _registry.select(arguments["checks"], arguments["skip_checks"])
            document = self._document(arguments)
        except (_state.StateError, _registry.UnknownCheck) as problem:
            raise AnsibleActionFail(str(problem)) from None

        findings = _registry.run(document, arguments["intent"], checks)
        counts = summary(findings)
        if not arguments["quiet"]:
            _shown.show(self._display, _terminal.lines(findings))

        rows = [finding.as_dict() for finding in findings]
        reports: dict[str, str] = {}
        if arguments["report_dir"] and not self._task.check_mode:
            texts = {
                "state.json": _state.dump(document),
                "findings.json": json.dumps(rows, indent=1, sort_keys=True) + "\n",
                "junit.xml": junit(document["lab"], document["taken_at"], findings),
                "report.txt": _terminal.text(findings),
            }
            reports = _write(Path(self._loader.path_dwim(arguments["report_dir"])), texts)
        passed = succeeded(counts, arguments["warnings_fail"])
        result.update(
            changed=False,
            failed=not passed,
            passed=passed,
            msg=_terminal.headline(findings, arguments["warnings_fail"]),
            findings=rows,
            summary=counts,
            reports=reports,
        )
        return result

    def _document(self, arguments: Mapping[str, Any]) -> dict[str, Any]:
        if arguments["state_file"] is None:
            return _state.assemble_now(arguments["lab"], arguments["nodes"], arguments["ovn"])
        return _files.load_state(self._loader.path_dwim(arguments["state_file"]))


def _write(directory: Path, texts: Mapping[str, str]) -> dict[str, str]:
    """Writes each text as a whole or not at all. Returns the path of each report by its name without the suffix."""
    try:
        for name, text in texts.items():
            _files.write(directory / name, text)
    except OSError as problem:
        raise AnsibleActionFail(f"The reports cannot be written to {directory}: {problem.strerror}.") from None
    return {name.partition(".")[0]: str(directory / name) for name in texts}
