#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: legacy_swarm_container
short_description: Run a container through the manager of a legacy Swarm
version_added: 0.5.0
author:
  - The packetwalk.labs maintainers (@packetwalk)
description:
  - Makes and starts a container on the node that the manager of a legacy (standalone) Swarm chooses, and makes it again
    when it is not as asked for.
  - The manager lists containers under the name of their node, where C(community.docker.docker_container) does not find
    them again. Its networks can be made with C(community.docker.docker_network), given C(api_version) V(1.25).
  - An engine understands the same words, so that it can be asked in place of a manager.
options:
  manager_address:
    description: Address and port of the manager, or of an engine. It is asked without encryption.
    type: str
    default: 127.0.0.1:2375
  name:
    description: Name of the container.
    type: str
    required: true
  state:
    description: Whether the container shall run, or not be there.
    type: str
    choices: [present, absent]
    default: present
  image:
    description: Image, which has to be on the node or in a registry. O(state=present) wants it.
    type: str
  command:
    description: Command, that of the image unless it is given.
    type: list
    elements: str
  network:
    description:
      - Docker's name of the network, like V(contiv-net) or V(contiv-net/blue). It has to be there.
      - V(default) is the bridge of the engine.
    type: str
    default: default
  node:
    description:
      - Name of the node that has to run it. Without it the manager chooses one by its strategy.
      - An engine does not understand it.
    type: str
  published_ports:
    description: Ports of the node that lead to one of the container, like V(9099:80) or V(9099:80/udp).
    type: list
    elements: str
    default: []
  labels:
    description: Labels. Others that are there are kept.
    type: dict
    default: {}
  timeout_seconds:
    description: How long each answer may take.
    type: float
    default: 60.0
extends_documentation_fragment:
  - packetwalk.labs._attributes
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
  idempotent:
    support: full
seealso:
  - module: packetwalk.labs.legacy_swarm_info
"""

EXAMPLES = r"""
- name: Run a container on the master
  packetwalk.labs.legacy_swarm_container:
    manager_address: 192.168.2.50:2375
    name: contiv-c1
    image: packetwalk/web:1
    network: contiv-net
    node: legacy-swarm-master

- name: Publish a port of one that may run anywhere
  packetwalk.labs.legacy_swarm_container:
    manager_address: 192.168.2.50:2375
    name: contiv-exposed
    image: packetwalk/web:1
    command: [httpd, -f, -p, "9099", -h, /www]
    network: contiv-net
    published_ports: ["9099:9099"]
"""

RETURN = r"""
actions:
  description: What was done, or would be done in check mode.
  returned: success
  type: list
  elements: str
  sample: [make contiv-c1, start contiv-c1]
node:
  description:
    - Name of the node that the container is on.
    - It is V(null) where an engine was asked, and where there is no container.
  returned: success
  type: str
  sample: legacy-swarm-master
"""

import json
from typing import Any
from urllib.parse import quote

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.packetwalk.labs.plugins.module_utils._planning import _legacy_swarm_container as planning
from ansible_collections.packetwalk.labs.plugins.module_utils._probing._plain_http import Unanswered, exchange

NOT_FOUND = 404


class Refused(Exception):
    """The manager said no; the text is its words and the mend."""


class Swarm:
    """A manager, or an engine. Raises Refused and Unanswered."""

    def __init__(self, address: str, timeout_seconds: float) -> None:
        self.address = address
        self.timeout_seconds = timeout_seconds

    def ask(self, method: str, target: str, sent: Any = None) -> str:
        """Return the body of an answer."""
        status, body = exchange(self.address, method, target, sent, self.timeout_seconds)
        if status >= 400:
            raise Refused(f"{self.address} refused {method} {target}: {planning.refusal(body)}")
        return body

    def find(self, kind: str, name: str, suffix: str = "") -> Any:
        """Return what is called ``name``, None when nothing is."""
        target = f"/{kind}/{quote(name, safe='')}{suffix}"
        status, body = exchange(self.address, "GET", target, None, self.timeout_seconds)
        if status == NOT_FOUND:
            return None
        if status >= 400:
            raise Refused(f"{self.address} refused GET {target}: {planning.refusal(body)}")
        return json.loads(body)


def run(module: AnsibleModule, swarm: Swarm) -> dict[str, Any]:
    """Bring the container to its state; return the result of the module."""
    name = module.params["name"]
    actions = []
    before: dict[str, Any] = {}
    after: dict[str, Any] = {}
    container = swarm.find("containers", name, "/json")

    def act(action: str, method: str, target: str, sent: Any = None) -> Any:
        actions.append(f"{action} {name}")
        if module.check_mode:
            return None
        body = swarm.ask(method, target, sent)
        return json.loads(body) if body else None

    def remove() -> None:
        act("remove", "DELETE", f"/containers/{container['Id']}?force=1")

    if module.params["state"] == "absent":
        if container is not None:
            before = planning.present(container)
            remove()
            container = None
    else:
        asked = {key: module.params[key] for key in ("image", "command", "network", "node", "labels")}
        asked["published_ports"] = planning.published(module.params["published_ports"])
        if asked["network"] == "bridge":
            asked["network"] = planning.DEFAULT_NETWORK
        network = None
        if asked["network"] != planning.DEFAULT_NETWORK:
            network = swarm.find("networks", asked["network"])
            if network is None:
                # A manager takes the container, and only its engine refuses to start it.
                raise Refused(
                    f"{swarm.address} has no network {asked['network']} for {name}. "
                    "Make it first, or correct the name: that of Contiv's tenant blue is NETWORK/blue."
                )
        if container is None:
            after = asked
        else:
            before, after = planning.differences(asked, container)
            if not before and network is not None and planning.is_detached(container, network):
                before, after = {"network_id": "another"}, {"network_id": network["Id"]}
            if before or after:
                remove()
                container = None
        if container is None:
            made = act("make", "POST", f"/containers/create?name={quote(name, safe='')}", planning.creation(asked))
            act("start", "POST", f"/containers/{made['Id'] if made else name}/start")
            container = None if module.check_mode else swarm.find("containers", name, "/json")
        elif not container["State"]["Running"]:
            before, after = {"running": False}, {"running": True}
            act("start", "POST", f"/containers/{container['Id']}/start")
    return {
        "changed": bool(actions),
        "actions": actions,
        "node": None if container is None else planning.present(container)["node"],
        "diff": {"before": before, "after": after},
    }


def main() -> None:
    module = AnsibleModule(
        argument_spec={
            "manager_address": {"type": "str", "default": "127.0.0.1:2375"},
            "name": {"type": "str", "required": True},
            "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
            "image": {"type": "str"},
            "command": {"type": "list", "elements": "str"},
            "network": {"type": "str", "default": "default"},
            "node": {"type": "str"},
            "published_ports": {"type": "list", "elements": "str", "default": []},
            "labels": {"type": "dict", "default": {}},
            "timeout_seconds": {"type": "float", "default": 60.0},
        },
        required_if=[("state", "present", ["image"])],
        supports_check_mode=True,
    )
    try:
        result = run(module, Swarm(module.params["manager_address"], module.params["timeout_seconds"]))
    except (Refused, Unanswered, ValueError) as error:
        module.fail_json(msg=str(error))
    module.exit_json(**result)


if __name__ == "__main__":
    main()
