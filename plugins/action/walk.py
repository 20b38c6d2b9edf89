# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Walks a packet through a state document on the controller; documented in plugins/modules/walk.py."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any

from ansible.errors import AnsibleActionFail
from ansible_collections.packetwalk.labs.plugins.plugin_utils import _action, _files, _shown, _state
from ansible_collections.packetwalk.labs.plugins.plugin_utils._reporting import _walk_mermaid, _walk_tree
from ansible_collections.packetwalk.labs.plugins.plugin_utils._walking import _expectations, _plan, _switches, _walks
from ansible_collections.packetwalk.labs.plugins.plugin_utils._walking._names import UnknownName

_TOKEN_BYTES = 16
_LIMITS = {"source_port": (1, 65535), "size_bytes": (28, 65535)}


class ActionModule(_action.ControllerAction):
    """Walk, compare with what is expected, show and write the reports; touches no host."""

    SPECIFICATION = {
        "argument_spec": {
            **_action.STATE_OPTIONS,
            "answers": {"type": "list", "elements": "dict"},
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
        **_action.STATE_RULES,
    }

    def answer(self, arguments: dict[str, Any]) -> dict[str, Any]:
        """Return the walk; fail when it is not as expected."""
        for name, (least, most) in _LIMITS.items():
            if not least <= arguments[name] <= most:
                raise AnsibleActionFail(f"{name} is {arguments[name]}. Give a number from {least} to {most}.")
        answers = arguments["answers"]
        try:
            document = _switches.with_answers(self.document(arguments), answers or [])
            walk = _walks.walk(
                document,
                arguments["from"],
                arguments["to"],
                arguments["protocol"],
                arguments["source_port"],
                arguments["size_bytes"],
            )
            # Whoever asks on walks again.
            asks = answers is not None and bool(walk["questions"])
            unmet = _expectations.unmet(walk, arguments["expect"], arguments["via"]) if not asks else []
        except (_state.StateError, UnknownName, _expectations.NotUnderstood, ValueError) as problem:
            raise AnsibleActionFail(str(problem)) from None

        if not arguments["quiet"] and not asks:
            _shown.show(self._display, _walk_tree.lines(walk, _shown.columns(self._display)))
        reports: dict[str, str] = {}
        directory = self.place(arguments["report_dir"])
        if directory and not asks:
            texts = {
                "json": ("walk.json", _files.as_json(walk)),
                "txt": ("walk.txt", _walk_tree.text(walk)),
                "mmd": ("walk.mmd", _walk_mermaid.walk_mermaid(walk)),
            }
            if arguments["state_file"] is None:
                texts["state"] = ("state.json", _state.dump(document))
            reports = _action.write_reports("The walk", directory, texts)
        return {
            "failed": bool(unmet),
            "walk": walk,
            "verdict": walk["verdict"],
            "recipients": _recipients(walk),
            "unmet": unmet,
            "reports": reports,
            "msg": "; ".join(unmet) or _headline(walk),
            **_plan.plan(walk, secrets.token_hex(_TOKEN_BYTES)),
        }


def _recipients(walk: Mapping[str, Any]) -> list[str]:
    ends = set(walk["ends"])
    return sorted({hop["recipient"] for hop in walk["hops"] if hop["number"] in ends and hop["recipient"]})


def _headline(walk: Mapping[str, Any]) -> str:
    recipients = _recipients(walk)
    where = f" ({', '.join(recipients)})" if recipients else ""
    return f"{walk['from']['name']} to {walk['to']['name']}, {walk['to']['protocol']}: {walk['verdict']}{where}"
