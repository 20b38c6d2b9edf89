# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The door between the inventory and the intent of a Swarm lab."""

from __future__ import annotations

from typing import Any

from ansible.errors import AnsibleActionFail
from ansible_collections.packetwalk.labs.plugins.plugin_utils import _action
from ansible_collections.packetwalk.labs.plugins.plugin_utils._intent import _swarm
from ansible_collections.packetwalk.labs.plugins.plugin_utils._intent._schema import IntentError

HOST_VARIABLES = ("nodes_address", "swarm_availability", "swarm_labels", "swarm_membership")


class ActionModule(_action.ControllerAction):
    """Read, check and resolve the intent; touches no host."""

    SPECIFICATION = {
        "argument_spec": {
            **_action.INTENT_OPTIONS,
            "networks": {"type": "raw", "default": []},
            "services": {"type": "raw", "default": []},
            "ip_vs": {"type": "bool"},
            "esp": {"type": "bool"},
        },
        "required_together": [["ip_vs", "esp"]],
    }

    def answer(self, arguments: dict[str, Any]) -> dict[str, Any]:
        """Return ``intent`` and ``notes``; fail with one sentence when the inventory asks for what cannot be."""
        ip_vs, esp = arguments.pop("ip_vs"), arguments.pop("esp")
        managers = self.hosts("swarm_managers", HOST_VARIABLES)
        workers = self.hosts("swarm_workers", HOST_VARIABLES)
        inventory = _swarm.Inventory(
            hosts={**managers, **workers}, managers=list(managers), workers=list(workers), **arguments
        )
        notes: list[str] = []
        try:
            intent = _swarm.read(inventory)
            if ip_vs is not None:
                intent, notes = _swarm.resolve(intent, ip_vs, esp)
        except IntentError as error:
            raise AnsibleActionFail(str(error)) from None
        for warning in _swarm.warnings(intent):
            self._display.warning(warning)
        return {"intent": intent, "notes": notes}
