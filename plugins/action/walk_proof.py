# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Compares a walk with captured packets on the controller; documented in plugins/modules/walk_proof.py."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase
from ansible_collections.packetwalk.labs.plugins.plugin_utils import _files, _shown
from ansible_collections.packetwalk.labs.plugins.plugin_utils._reporting import _proof
from ansible_collections.packetwalk.labs.plugins.plugin_utils._walking import _proving

_REPORT_COLUMNS = 160


class ActionModule(ActionBase):
    """Compare, show and write the proof; touches no host."""

    TRANSFERS_FILES = False
    _supports_check_mode = True
    _supports_async = False
    _requires_connection = False

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Return the proof; fail when something was seen that was not predicted."""
        result: dict[str, Any] = super().run(tmp, task_vars)
        _validation, arguments = self.validate_argument_spec(
            argument_spec={
                "walk": {"type": "dict", "required": True},
                "captures": {"type": "dict", "required": True},
                "probes": {"type": "list", "elements": "dict", "required": True},
                "report_dir": {"type": "path"},
                "quiet": {"type": "bool", "default": False},
            },
        )
        if not arguments["walk"].get("ends"):
            raise AnsibleActionFail("walk: this is no walk document.")
        proof = _proving.prove(arguments["walk"], arguments["captures"], [_sent(row) for row in arguments["probes"]])
        if not arguments["quiet"]:
            _shown.show(self._display, _proof.lines(proof, _shown.columns(self._display)))
        reports: dict[str, str] = {}
        if arguments["report_dir"] and not self._task.check_mode:
            reports = _write(Path(self._loader.path_dwim(arguments["report_dir"])), proof)
        result.update(changed=False, failed=not proof["proven"], proof=proof, reports=reports, msg=proof["text"])
        return result


def _sent(row: dict[str, Any]) -> dict[str, Any]:
    """What a loop registered for one probe, which may have failed."""
    if "item" not in row:
        raise AnsibleActionFail("probes: give the results that a loop over the probes of the walk registered.")
    return {**row["item"], "results": row.get("probes") or [], "msg": row.get("msg")}


def _write(directory: Path, proof: dict[str, Any]) -> dict[str, str]:
    texts = {
        "proof.json": json.dumps(proof, indent=1, sort_keys=True) + "\n",
        "proof.txt": "".join(f"{line}\n" for line, _word in _proof.lines(proof, _REPORT_COLUMNS)),
    }
    try:
        for name, text in texts.items():
            _files.write(directory / name, text)
    except OSError as problem:
        raise AnsibleActionFail(f"The proof cannot be written to {directory}: {problem.strerror}.") from None
    return {Path(name).suffix[1:]: str(directory / name) for name in texts}
