# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes one document of what the nodes returned; documented in plugins/modules/state_document.py."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ansible.errors import AnsibleActionFail
from ansible_collections.packetwalk.labs.plugins.plugin_utils import _action, _state


class ActionModule(_action.ControllerAction):
    """Put the state document together and save it; touches no host."""

    SPECIFICATION = {
        "argument_spec": {
            "lab": {"type": "str", "required": True},
            "nodes": {"type": "dict", "required": True},
            "ovn": _action.OVN,
            "switches": _action.SWITCHES,
            "machine": _action.MACHINE,
            "contiv": _action.CONTIV,
            "openstack": _action.OPENSTACK,
            "path": {"type": "path"},
        }
    }

    def answer(self, arguments: dict[str, Any]) -> dict[str, Any]:
        """Return the document."""
        try:
            document = _state.assemble_now(*(arguments[key] for key in _action.READ))
        except _state.StateError as problem:
            raise AnsibleActionFail(str(problem)) from None
        if arguments["path"] is None:
            return {"document": document}
        path = Path(self._loader.path_dwim(arguments["path"]))
        if not self._task.check_mode:
            _action.write("The state document", path, {path: _state.dump(document)})
        return {"document": document, "path": str(path)}
