# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The inventory of a Clos network from a few numbers."""

from __future__ import annotations

DOCUMENTATION = r"""
name: clos
short_description: A lab of spines, leaves and hosts from a few numbers
version_added: 0.4.0
author:
  - The packetwalk.labs maintainers (@packetwalk)
description:
  - Makes the whole inventory of a lab that P(packetwalk.labs.openswitch#role) builds, a Clos network of two tiers. Each
    leaf has a link to each spine, and hosts are at the leaves.
  - The switches speak BGP as RFC 7938 has it. All spines are one AS, and each leaf is one of its own. A leaf announces
    the subnets of its hosts and nothing else, so that hosts reach each other over as many paths as there are spines.
  - The groups are C(spines) and C(leaves), both in C(openswitch), and C(openswitch_hosts); all are in C(nodes).
  - Nodes are called C(spine1), C(leaf1) and C(host1) and so on. Port 1 of a leaf leads to C(spine1), port 1 of a spine
    to C(leaf1). The ports of a leaf after those of the spines lead to its hosts, to their C(eth1).
  - The file has to be called C(clos.yml) or C(clos.yaml). Variables in C(group_vars) beside it win over those
    from here.
options:
  plugin:
    description: That this plugin reads the file.
    type: str
    required: true
    choices: [packetwalk.labs.clos]
  lab_name:
    description:
      - Name of the lab, the variable C(lab_name). Two labs with two names and two subnets can stand side by side.
    type: str
    default: clos
  spines:
    description: How many spines there are.
    type: int
    default: 4
  leaves:
    description: How many leaves there are.
    type: int
    default: 16
  hosts_per_leaf:
    description: How many hosts each leaf has.
    type: int
    default: 1
  nodes_subnet:
    description: Subnet of the management network, the variable C(nodes_subnet). Each node has one address of it.
    type: str
    default: 192.168.95.0/24
  links_subnet:
    description: What the links between leaves and spines have their subnets of, two addresses each.
    type: str
    default: 10.1.0.0/16
  hosts_subnet:
    description:
      - What the hosts have their subnets of, 256 addresses each. C(host7) has the seventh after the first one.
      - It is also what a host has a route to, by its leaf.
    type: str
    default: 10.2.0.0/16
  as_number:
    description: AS number of the spines. C(leaf1) has the next one, and so on.
    type: int
    default: 65000
seealso:
  - ref: openswitch_hosts <ansible_collections.packetwalk.labs.openswitch_host_role>
    description: What makes the hosts.
"""

EXAMPLES = r"""
# A whole inventory, clos.yml: 36 nodes and 80 links.
plugin: packetwalk.labs.clos
lab_name: clos
nodes_subnet: 192.168.95.0/24
spines: 4
leaves: 16
hosts_per_leaf: 1
---
# The smallest one that has two paths: 2 spines, 2 leaves and 2 hosts.
plugin: packetwalk.labs.clos
spines: 2
leaves: 2
"""

from collections.abc import Mapping
from typing import Any

from ansible.errors import AnsibleParserError
from ansible.plugins.inventory import BaseInventoryPlugin
from ansible.template import trust_as_template
from ansible_collections.packetwalk.labs.plugins.plugin_utils._clos import Clos, ClosError, Options

GROUPS = {"nodes": ("openswitch", "openswitch_hosts"), "openswitch": ("spines", "leaves")}

NODES = {
    "nodes_provider": "container",
    # FRR takes little.
    "nodes_memory_megabytes_each": 60,
    "nodes_disk_megabytes_each": 20,
    # Those of inventories/openswitch, so that both labs share an image.
    "nodes_image_packages": [
        "ethtool",
        "frr",
        "iproute2",
        "iptables",
        "iputils-ping",
        "openvswitch-switch",
        "procps",
        "python3",
        "tcpdump",
    ],
    "ansible_connection": "community.docker.docker",
    "ansible_python_interpreter": "/usr/bin/python3",
}


class InventoryModule(BaseInventoryPlugin):
    """Reads the options, and fills the inventory with what becomes of them."""

    NAME = "packetwalk.labs.clos"

    def verify_file(self, path: str) -> bool:
        return super().verify_file(path) and path.endswith(("clos.yml", "clos.yaml"))

    def parse(self, inventory: Any, loader: Any, path: str, cache: bool = True) -> None:
        super().parse(inventory, loader, path, cache)
        config = self._read_config_data(path)
        try:
            _check_names(config, self.get_options())
            clos = Clos(Options(**{name: self.get_option(name) for name in Options._fields}))
        except ClosError as error:
            raise AnsibleParserError(str(error)) from None
        for group, children in GROUPS.items():
            self.inventory.add_group(group)
            for child in children:
                self.inventory.add_group(child)
                self.inventory.add_child(group, child)
        self._set("all", {"lab_name": self.get_option("lab_name")})
        self._set("nodes", {**NODES, **clos.variables})
        for group, hosts in (("spines", clos.spines), ("leaves", clos.leaves), ("openswitch_hosts", clos.hosts)):
            for host, variables in hosts.items():
                self.inventory.add_host(host, group)
                # A container is named after its lab, whatever gives the lab its name in the end.
                self._set(host, {"ansible_host": trust_as_template("{{ lab_name }}-" + host), **variables})

    def _set(self, entity: str, variables: dict[str, Any]) -> None:
        for name, value in variables.items():
            self.inventory.set_variable(entity, name, value)


def _check_names(config: Mapping[str, Any], options: Mapping[str, Any]) -> None:
    for name in config:
        if name not in options:
            known = ", ".join(sorted(options))
            raise ClosError(f"{name} is no option of packetwalk.labs.clos, which has {known}.")
