# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Compares a walk with captured packets on the controller; documented in plugins/modules/walk_proof.py."""

from __future__ import annotations

from typing import Any

from ansible.errors import AnsibleActionFail
from ansible_collections.packetwalk.labs.plugins.plugin_utils import _action, _files, _shown
from ansible_collections.packetwalk.labs.plugins.plugin_utils._reporting import _proof
from ansible_collections.packetwalk.labs.plugins.plugin_utils._walking import _proving


class ActionModule(_action.ControllerAction):
    """Compare, show and write the proof; touches no host."""

    SPECIFICATION = {
        "argument_spec": {
            "walk": {"type": "dict", "required": True},
            "captures": {"type": "dict", "required": True},
            "probes": {"type": "list", "elements": "dict", "required": True},
            "report_dir": {"type": "path"},
            "quiet": {"type": "bool", "default": False},
        }
    }

    def answer(self, arguments: dict[str, Any]) -> dict[str, Any]:
        """Return the proof; fail when something was seen that was not predicted."""
        if not arguments["walk"].get("ends"):
            raise AnsibleActionFail("walk: this is no walk document.")
        proof = _proving.prove(arguments["walk"], arguments["captures"], [_sent(row) for row in arguments["probes"]])
        if not arguments["quiet"]:
            _shown.show(self._display, _proof.lines(proof, _shown.columns(self._display)))
        reports: dict[str, str] = {}
        directory = self.place(arguments["report_dir"])
        if directory:
            texts = {"json": ("proof.json", _files.as_json(proof)), "txt": ("proof.txt", _proof.text(proof))}
            reports = _action.write_reports("The proof", directory, texts)
        return {"failed": not proof["proven"], "proof": proof, "reports": reports, "msg": proof["text"]}


def _sent(row: dict[str, Any]) -> dict[str, Any]:
    """What a loop registered for one probe, which may have failed."""
    if "item" not in row:
        raise AnsibleActionFail("probes: give the results that a loop over the probes of the walk registered.")
    return {**row["item"], "results": row.get("probes") or [], "msg": row.get("msg")}
