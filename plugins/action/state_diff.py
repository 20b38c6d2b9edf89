# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Compares two states on the controller; documented in plugins/modules/state_diff.py."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ansible import constants as C
from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase
from ansible_collections.packetwalk.labs.plugins.plugin_utils import _files, _state
from ansible_collections.packetwalk.labs.plugins.plugin_utils._comparing._diff import (
    UnknownObject,
    state_diff,
    summary,
)
from ansible_collections.packetwalk.labs.plugins.plugin_utils._reporting import _changes

_COLOURS = {
    "created": C.COLOR_DIFF_ADD,
    "removed": C.COLOR_DIFF_REMOVE,
    "changed": C.COLOR_CHANGED,
    "unknown": C.COLOR_WARN,
}


class ActionModule(ActionBase):
    """Load two states, compare them, show and write what is different; touches no host."""

    TRANSFERS_FILES = False
    _supports_check_mode = True
    _supports_async = False
    _requires_connection = False

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Return the changes."""
        result: dict[str, Any] = super().run(tmp, task_vars)
        _validation, arguments = self.validate_argument_spec(
            argument_spec={
                "before": {"type": "raw", "required": True},
                "after": {"type": "raw", "required": True},
                "objects": {"type": "list", "elements": "str", "default": ["*"]},
                "volatile": {"type": "bool", "default": False},
                "quiet": {"type": "bool", "default": False},
                "report": {"type": "path"},
            }
        )
        try:
            before, after = (self._document(side, arguments[side]) for side in ("before", "after"))
            changes = state_diff(before, after, arguments["objects"], arguments["volatile"])
        except (_state.StateError, UnknownObject) as problem:
            raise AnsibleActionFail(str(problem)) from None
        except (AttributeError, KeyError, TypeError) as problem:
            raise AnsibleActionFail(f"A row of the states is not as docs/state.md says: {problem!r}.") from problem

        for line, action in [] if arguments["quiet"] else _changes.lines(changes):
            self._display.display(line, color=_COLOURS[action] if action else None)
        if arguments["report"] is not None and not self._task.check_mode:
            _write(Path(self._loader.path_dwim(arguments["report"])), _changes.text(changes))
        result.update(
            changed=False,
            changes=[change.as_dict() for change in changes],
            summary=summary(changes),
            msg=_changes.totals(changes),
        )
        return result

    def _document(self, side: str, given: Any) -> dict[str, Any]:
        """The state document that is in the file, or that was given itself. Raises StateError."""
        try:
            return (
                _files.load_state(self._loader.path_dwim(given)) if isinstance(given, str) else _state.validated(given)
            )
        except _state.StateError as problem:
            raise _state.StateError(f"{side}: {problem}") from None


def _write(path: Path, text: str) -> None:
    try:
        _files.write(path, text)
    except OSError as problem:
        raise AnsibleActionFail(f"The changes cannot be written to {path}: {problem.strerror}.") from None
