# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The door between the inventory and the intent of a lab with Contiv."""

from __future__ import annotations

from typing import Any

from ansible.errors import AnsibleActionFail
from ansible_collections.packetwalk.labs.plugins.plugin_utils import _action
from ansible_collections.packetwalk.labs.plugins.plugin_utils._intent import _contiv
from ansible_collections.packetwalk.labs.plugins.plugin_utils._intent._schema import IntentError

HOST_VARIABLES = ("nodes_address", *_contiv.HOST_KEYS, *_contiv.VARIABLES)


class ActionModule(_action.ControllerAction):
    """Read and check the intent; touches no host."""

    SPECIFICATION = {
        "argument_spec": {**_action.INTENT_OPTIONS, "other_networks": {"type": "raw", "default": []}},
    }

    def answer(self, arguments: dict[str, Any]) -> dict[str, Any]:
        """Return ``intent`` and ``notes``; fail with one sentence when the inventory asks for what cannot be."""
        masters = self.hosts("contiv_masters", HOST_VARIABLES)
        workers = self.hosts("contiv_workers", HOST_VARIABLES)
        inventory = _contiv.Inventory(masters=masters, workers=workers, **arguments)
        try:
            intent = _contiv.read(inventory)
        except IntentError as error:
            raise AnsibleActionFail(str(error)) from None
        for warning in _contiv.warnings(intent):
            self._display.warning(warning)
        return {"intent": intent, "notes": _contiv.notes(inventory)}
