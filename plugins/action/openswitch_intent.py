# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The door between the inventory and the intent of an OpenSwitch lab."""

from __future__ import annotations

import typing as t

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase
from ansible_collections.packetwalk.labs.plugins.plugin_utils._intent import _openswitch
from ansible_collections.packetwalk.labs.plugins.plugin_utils._intent._schema import IntentError

HOST_VARIABLES = ("nodes_address", "openswitch_config")


class ActionModule(ActionBase):
    """Read and check the intent; touches no host."""

    _supports_check_mode = True
    _requires_connection = False

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        """Return ``intent``; fail with one sentence when the inventory asks for what cannot be."""
        super().run(tmp, task_vars)
        _result, args = self.validate_argument_spec(
            argument_spec={
                "lab": {"type": "str", "required": True},
                "provider": {"type": "raw", "default": "container"},
                "subnet": {"type": "raw", "default": "192.168.99.0/24"},
                "ports": {"type": "int", "default": 8},
                "links": {"type": "raw", "default": []},
            },
        )
        variables = task_vars or {}
        hostvars = variables["hostvars"]
        hosts = {
            host: {name: hostvars[host][name] for name in HOST_VARIABLES if name in hostvars[host]}
            for host in variables["groups"].get("openswitch", [])
        }
        try:
            intent = _openswitch.read(_openswitch.Inventory(hosts=hosts, **args))
        except IntentError as error:
            raise AnsibleActionFail(str(error)) from None
        return {"changed": False, "intent": intent}
