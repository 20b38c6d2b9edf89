# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Walks a packet through a state document on the controller; documented in plugins/modules/walk.py."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase
from ansible_collections.packetwalk.labs.plugins.plugin_utils import _files, _shown, _state
from ansible_collections.packetwalk.labs.plugins.plugin_utils._reporting import _walk_mermaid, _walk_tree
from ansible_collections.packetwalk.labs.plugins.plugin_utils._walking import _expectations, _plan, _walks
from ansible_collections.packetwalk.labs.plugins.plugin_utils._walking._names import UnknownName

_REPORT_COLUMNS = 160
_TOKEN_BYTES = 16
_LIMITS = {"source_port": (1, 65535), "size_bytes": (28, 65535)}


class ActionModule(ActionBase):
    """Walk, compare with what is expected, show and write the reports; touches no host."""

    TRANSFERS_FILES = False
    _supports_check_mode = True
    _supports_async = False
    _requires_connection = False

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Return the walk; fail when it is not as expected."""
        result: dict[str, Any] = super().run(tmp, task_vars)
        _validation, arguments = self.validate_argument_spec(
            argument_spec={
                "lab": {"type": "str"},
                "nodes": {"type": "dict"},
                "ovn": {"type": "dict", "options": {"central": {"type": "dict"}, "chassis": {"type": "dict"}}},
                "state_file": {"type": "path"},
                "from": {"type": "str", "required": True},
                "to": {"type": "str", "required": True},
                "protocol": {"type": "str", "choices": list(_walks.PROTOCOLS), "default": "tcp"},
                "source_port": {"type": "int", "default": _walks.SOURCE_PORT},
                "size_bytes": {"type": "int", "default": 60},
                "expect": {"type": "str"},
                "via": {"type": "list", "elements": "str", "default": []},
                "report_dir": {"type": "path"},
                "quiet": {"type": "bool", "default": False},
            },
            mutually_exclusive=[("nodes", "state_file"), ("lab", "state_file")],
            required_one_of=[("nodes", "state_file")],
            required_by={"nodes": ["lab"]},
        )
        for name, (least, most) in _LIMITS.items():
            if not least <= arguments[name] <= most:
                raise AnsibleActionFail(f"{name} is {arguments[name]}. Give a number from {least} to {most}.")
        try:
            walk = _walks.walk(
                self._document(arguments),
                arguments["from"],
                arguments["to"],
                arguments["protocol"],
                arguments["source_port"],
                arguments["size_bytes"],
            )
            unmet = _expectations.unmet(walk, arguments["expect"], arguments["via"])
        except (_state.StateError, UnknownName, _expectations.NotUnderstood, ValueError) as problem:
            raise AnsibleActionFail(str(problem)) from None

        if not arguments["quiet"]:
            _shown.show(self._display, _walk_tree.lines(walk, _shown.columns(self._display)))
        reports: dict[str, str] = {}
        if arguments["report_dir"] and not self._task.check_mode:
            reports = _write(Path(self._loader.path_dwim(arguments["report_dir"])), walk)
        result.update(
            changed=False,
            failed=bool(unmet),
            walk=walk,
            verdict=walk["verdict"],
            recipients=_recipients(walk),
            unmet=unmet,
            reports=reports,
            msg="; ".join(unmet) or _headline(walk),
            **_plan.plan(walk, secrets.token_hex(_TOKEN_BYTES)),
        )
        return result

    def _document(self, arguments: Mapping[str, Any]) -> dict[str, Any]:
        if arguments["state_file"] is None:
            return _state.assemble_now(arguments["lab"], arguments["nodes"], arguments["ovn"])
        return _files.load_state(self._loader.path_dwim(arguments["state_file"]))


def _recipients(walk: Mapping[str, Any]) -> list[str]:
    ends = set(walk["ends"])
    return sorted({hop["recipient"] for hop in walk["hops"] if hop["number"] in ends and hop["recipient"]})


def _headline(walk: Mapping[str, Any]) -> str:
    recipients = _recipients(walk)
    where = f" ({', '.join(recipients)})" if recipients else ""
    return f"{walk['from']['name']} to {walk['to']['name']}, {walk['to']['protocol']}: {walk['verdict']}{where}"


def _write(directory: Path, walk: Mapping[str, Any]) -> dict[str, str]:
    tree = "".join(f"{line}\n" for line, _word in _walk_tree.lines(walk, _REPORT_COLUMNS))
    texts = {
        "walk.json": json.dumps(walk, indent=1, sort_keys=True) + "\n",
        "walk.txt": tree,
        "walk.mmd": _walk_mermaid.walk_mermaid(walk),
    }
    try:
        for name, text in texts.items():
            _files.write(directory / name, text)
    except OSError as problem:
        raise AnsibleActionFail(f"The walk cannot be written to {directory}: {problem.strerror}.") from None
    return {Path(name).suffix[1:]: str(directory / name) for name in texts}
