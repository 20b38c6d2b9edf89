# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes one document of what the nodes returned; documented in plugins/modules/state_document.py."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase
from ansible_collections.packetwalk.labs.plugins.plugin_utils import _files, _state


class ActionModule(ActionBase):
    """Put the state document together and save it; touches no host."""

    TRANSFERS_FILES = False
    _supports_check_mode = True
    _supports_async = False
    _requires_connection = False

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Return the document."""
        result: dict[str, Any] = super().run(tmp, task_vars)
        _validation, arguments = self.validate_argument_spec(
            argument_spec={
                "lab": {"type": "str", "required": True},
                "nodes": {"type": "dict", "required": True},
                "ovn": {"type": "dict", "options": {"central": {"type": "dict"}, "chassis": {"type": "dict"}}},
                "path": {"type": "path"},
            }
        )
        try:
            document = _state.assemble_now(arguments["lab"], arguments["nodes"], arguments["ovn"])
        except _state.StateError as problem:
            raise AnsibleActionFail(str(problem)) from None
        result.update(changed=False, document=document)
        if arguments["path"] is not None:
            path = Path(self._loader.path_dwim(arguments["path"]))
            result["path"] = str(path)
            if not self._task.check_mode:
                _save(path, document)
        return result


def _save(path: Path, document: dict[str, Any]) -> None:
    try:
        _files.write(path, _state.dump(document))
    except OSError as problem:
        raise AnsibleActionFail(f"The state document cannot be written to {path}: {problem.strerror}.") from None
