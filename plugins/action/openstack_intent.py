# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The door between the inventory and the intent of a cloud."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ansible.errors import AnsibleActionFail
from ansible_collections.packetwalk.labs.plugins.plugin_utils import _action
from ansible_collections.packetwalk.labs.plugins.plugin_utils._intent import _openstack
from ansible_collections.packetwalk.labs.plugins.plugin_utils._intent._schema import IntentError

HOST_VARIABLES = ("nodes_address", *_openstack.VARIABLES)


class ActionModule(_action.ControllerAction):
    """Read and check the intent; touches no host."""

    SPECIFICATION = {"argument_spec": _action.INTENT_OPTIONS}

    def answer(self, arguments: dict[str, Any]) -> dict[str, Any]:
        """Return ``intent`` and ``notes``; fail with one sentence when the inventory asks for what cannot be."""
        inventory = _openstack.Inventory(
            controllers=self.hosts("openstack_controller", HOST_VARIABLES),
            computes=self.hosts("openstack_computes", HOST_VARIABLES),
            chassis=self.hosts("ovn_chassis", _openstack.CHASSIS_VARIABLES),
            **arguments,
        )
        try:
            intent = _openstack.read(inventory)
        except IntentError as error:
            raise AnsibleActionFail(str(error)) from None
        for image in intent["openstack"]["images"]:
            self._find_file(image)
        return {"intent": intent, "notes": _openstack.notes(inventory)}

    def _find_file(self, image: dict[str, Any]) -> None:
        """Replaces the path of an image by the whole one. Raises AnsibleActionFail when there is no file."""
        if image["file"] is None:
            return
        path = self._loader.path_dwim(image["file"])
        if not Path(path).is_file():
            raise AnsibleActionFail(
                f"openstack_images ({image['name']}): file is {image['file']}, which is not there. Correct the path on "
                "the machine that runs Ansible."
            )
        image["file"] = path
