# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Compares two states on the controller; documented in plugins/modules/state_diff.py."""

from __future__ import annotations

from typing import Any

from ansible.errors import AnsibleActionFail
from ansible_collections.packetwalk.labs.plugins.plugin_utils import _action, _shown, _state
from ansible_collections.packetwalk.labs.plugins.plugin_utils._comparing._diff import (
    UnknownObject,
    state_diff,
    summary,
)
from ansible_collections.packetwalk.labs.plugins.plugin_utils._reporting import _changes


class ActionModule(_action.ControllerAction):
    """Load two states, compare them, show and write what is different; touches no host."""

    SPECIFICATION = {
        "argument_spec": {
            "before": {"type": "raw", "required": True},
            "after": {"type": "raw", "required": True},
            "objects": {"type": "list", "elements": "str", "default": ["*"]},
            "volatile": {"type": "bool", "default": False},
            "quiet": {"type": "bool", "default": False},
            "report": {"type": "path"},
        }
    }

    def answer(self, arguments: dict[str, Any]) -> dict[str, Any]:
        """Return the changes."""
        try:
            before, after = (self._side(side, arguments[side]) for side in ("before", "after"))
            changes = state_diff(before, after, arguments["objects"], arguments["volatile"])
        except (_state.StateError, UnknownObject) as problem:
            raise AnsibleActionFail(str(problem)) from None
        except (AttributeError, KeyError, TypeError) as problem:
            raise AnsibleActionFail(f"A row of the states is not as docs/state.md says: {problem!r}.") from problem

        if not arguments["quiet"]:
            _shown.show(self._display, _changes.lines(changes))
        path = self.place(arguments["report"])
        if path:
            _action.write("The changes", path, {path: _changes.text(changes)})
        return {
            "changes": [change.as_dict() for change in changes],
            "summary": summary(changes),
            "msg": _changes.totals(changes),
        }

    def _side(self, side: str, given: Any) -> dict[str, Any]:
        """The state document that is in the file, or that was given itself. Raises StateError."""
        try:
            return self.load(given) if isinstance(given, str) else _state.validated(given)
        except _state.StateError as problem:
            raise _state.StateError(f"{side}: {problem}") from None
