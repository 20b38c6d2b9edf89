# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The door between the inventory and the intent of an OpenSwitch lab."""

from __future__ import annotations

from typing import Any

from ansible.errors import AnsibleActionFail
from ansible_collections.packetwalk.labs.plugins.plugin_utils import _action
from ansible_collections.packetwalk.labs.plugins.plugin_utils._intent import _openswitch
from ansible_collections.packetwalk.labs.plugins.plugin_utils._intent._schema import IntentError

SWITCH_VARIABLES = ("nodes_address", "openswitch_config")
HOST_VARIABLES = ("nodes_address", "openswitch_host_config")


class ActionModule(_action.ControllerAction):
    """Read and check the intent; touches no host."""

    SPECIFICATION = {
        "argument_spec": {
            **_action.INTENT_OPTIONS,
            "ports": {"type": "int", "default": 8},
            "links": {"type": "raw", "default": []},
        },
    }

    def answer(self, arguments: dict[str, Any]) -> dict[str, Any]:
        """Return ``intent``; fail with one sentence when the inventory asks for what cannot be."""
        hosts = self.hosts("openswitch", SWITCH_VARIABLES)
        end_hosts = self.hosts("openswitch_hosts", HOST_VARIABLES)
        try:
            intent = _openswitch.read(_openswitch.Inventory(hosts=hosts, end_hosts=end_hosts, **arguments))
        except IntentError as error:
            raise AnsibleActionFail(str(error)) from None
        return {"intent": intent}
