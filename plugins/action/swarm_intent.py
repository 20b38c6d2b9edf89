# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The door between the inventory and the intent of a Swarm lab."""

from __future__ import annotations

import typing as t

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase
from ansible_collections.packetwalk.labs.plugins.plugin_utils._intent import _swarm
from ansible_collections.packetwalk.labs.plugins.plugin_utils._intent._schema import IntentError

HOST_VARIABLES = ("nodes_address", "swarm_availability", "swarm_labels", "swarm_membership")


def _host_variables(variables: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    return {name: variables[name] for name in HOST_VARIABLES if name in variables}


class ActionModule(ActionBase):
    """Read, check and resolve the intent; touches no host."""

    _supports_check_mode = True
    _requires_connection = False

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        """Return ``intent`` and ``notes``; fail with one sentence when the inventory asks for what cannot be."""
        super().run(tmp, task_vars)
        _result, args = self.validate_argument_spec(
            argument_spec={
                "lab": {"type": "str", "required": True},
                "provider": {"type": "raw", "default": "container"},
                "subnet": {"type": "raw", "default": "192.168.99.0/24"},
                "networks": {"type": "raw", "default": []},
                "services": {"type": "raw", "default": []},
                "ip_vs": {"type": "bool"},
                "esp": {"type": "bool"},
            },
            required_together=[["ip_vs", "esp"]],
        )
        variables = task_vars or {}
        groups, hostvars = variables["groups"], variables["hostvars"]
        managers = list(groups.get("swarm_managers", []))
        workers = list(groups.get("swarm_workers", []))
        inventory = _swarm.Inventory(
            lab=args["lab"],
            hosts={host: _host_variables(hostvars[host]) for host in managers + workers},
            managers=managers,
            workers=workers,
            provider=args["provider"],
            subnet=args["subnet"],
            networks=args["networks"],
            services=args["services"],
        )
        notes: list[str] = []
        try:
            intent = _swarm.read(inventory)
            if args["ip_vs"] is not None:
                intent, notes = _swarm.resolve(intent, args["ip_vs"], args["esp"])
        except IntentError as error:
            raise AnsibleActionFail(str(error)) from None
        for warning in _swarm.warnings(intent):
            self._display.warning(warning)
        return {"changed": False, "intent": intent, "notes": notes}
