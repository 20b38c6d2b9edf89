# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""What the actions have in common that work on the controller with what others gathered."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase
from ansible_collections.packetwalk.labs.plugins.plugin_utils import _files, _state

OVN = {"type": "dict", "options": {"central": {"type": "dict"}, "chassis": {"type": "dict"}}}
SWITCHES = {"type": "dict"}
MACHINE = {"type": "dict"}
CONTIV = {"type": "dict", "options": {key: {"type": "dict"} for key in ("nodes", "switches", "netmaster")}}
OPENSTACK = {"type": "dict", "options": {"neutron": {"type": "dict"}}}

# The options of what was read, in the order that the document is assembled from them.
READ = ("lab", "nodes", "ovn", "switches", "machine", "contiv", "openstack")

# The options of the doc fragments of _state, and the rules for them.
STATE_OPTIONS: dict[str, Any] = {
    "lab": {"type": "str"},
    "nodes": {"type": "dict"},
    "ovn": OVN,
    "switches": SWITCHES,
    "machine": MACHINE,
    "contiv": CONTIV,
    "openstack": OPENSTACK,
    "state_file": {"type": "path"},
}
STATE_RULES: dict[str, Any] = {
    "mutually_exclusive": [("nodes", "state_file"), ("lab", "state_file")],
    "required_one_of": [("nodes", "state_file")],
    "required_by": {"nodes": ["lab"]},
}

# The options of the doc fragment _intent.
INTENT_OPTIONS: dict[str, Any] = {
    "lab": {"type": "str", "required": True},
    "provider": {"type": "raw", "default": "container"},
    "subnet": {"type": "raw", "default": "192.168.99.0/24"},
}


class ControllerAction(ActionBase):  # type: ignore[misc]  # ansible-core comes without types
    """An action that touches no host: it says what it takes, and answers."""

    _requires_connection = False

    # Keyword arguments of validate_argument_spec.
    SPECIFICATION: dict[str, Any]

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Return the answer; fail in one sentence when the arguments are wrong."""
        result: dict[str, Any] = super().run(tmp, task_vars)
        self.variables: Mapping[str, Any] = task_vars or {}
        _validation, arguments = self.validate_argument_spec(**self.SPECIFICATION)
        result.update(changed=False, **self.answer(arguments))
        return result

    def answer(self, arguments: dict[str, Any]) -> dict[str, Any]:
        """The result of the task. Raises AnsibleActionFail."""
        raise NotImplementedError

    def hosts(self, group: str, names: Collection[str]) -> dict[str, dict[str, Any]]:
        """Each host of a group of the inventory with those of its variables that are among ``names``."""
        hostvars = self.variables["hostvars"]
        return {
            host: {name: hostvars[host][name] for name in names if name in hostvars[host]}
            for host in self.variables["groups"].get(group, [])
        }

    def document(self, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """The state document that ``STATE_OPTIONS`` ask for. Raises StateError."""
        if arguments["state_file"] is None:
            return _state.assemble_now(*(arguments[key] for key in READ))
        return self.load(arguments["state_file"])

    def load(self, path: str) -> dict[str, Any]:
        """The state document in a file. Raises StateError."""
        return _files.load_state(self._loader.path_dwim(path))

    def place(self, path: str | None) -> Path | None:
        """Where to write what belongs to ``path``; None when nothing is to be written, as in check mode."""
        return Path(self._loader.path_dwim(path)) if path and not self._task.check_mode else None


def write(what: str, place: Path, texts: Mapping[Path, str]) -> None:
    """Writes each text as a whole or not at all. Raises AnsibleActionFail, which names ``what`` and ``place``."""
    try:
        for path, text in texts.items():
            _files.write(path, text)
    except OSError as problem:
        raise AnsibleActionFail(f"{what} cannot be written to {place}: {problem.strerror}.") from None


def write_reports(what: str, directory: Path, reports: Mapping[str, tuple[str, str]]) -> dict[str, str]:
    """Writes the reports, each given as ``(name of the file, text)`` under its key. Returns the paths by key."""
    write(what, directory, {directory / name: text for name, text in reports.values()})
    return {key: str(directory / name) for key, (name, _text) in reports.items()}
