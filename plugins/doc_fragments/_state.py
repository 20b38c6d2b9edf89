# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""Where a module that works on the controller has the state of a lab from."""

from __future__ import annotations


class ModuleDocFragment:
    """The options that C(plugin_utils/_action.py) has the specification of."""

    DOCUMENTATION = r"""
options:
  lab:
    description:
      - Name of the lab.
      - Required with O(nodes). A state file has it already.
    type: str
  nodes:
    description:
      - Inventory host name to what M(packetwalk.labs.node_state) returned on that host, the whole result or the
        RV(packetwalk.labs.node_state#module:state) in it.
      - Give a failed result too. Its message becomes the reason why the node could not be looked at.
    type: dict
  state_file:
    description:
      - A state document that M(packetwalk.labs.verify) or M(packetwalk.labs.state_document) saved.
      - A relative path starts at the playbook's directory.
    type: path
"""

    # For every module that takes what was read on nodes.
    OVN = r"""
options:
  ovn:
    description: What else was read, in a lab with OVN. Give failed results too, as in O(nodes).
    type: dict
    suboptions:
      central:
        description: What M(packetwalk.labs.ovn_info) returned.
        type: dict
      chassis:
        description: Inventory host name to what M(packetwalk.labs.ovs_info) returned on that host.
        type: dict
"""

    # Likewise.
    SWITCHES = r"""
options:
  switches:
    description:
      - In a lab with switches, inventory host name to what M(packetwalk.labs.switch_info) returned on that host. Give
        failed results too, as in O(nodes).
      - In the result of a switch that has VLANs by Open vSwitch, C(open_vswitch) is what M(packetwalk.labs.ovs_info)
        returned there.
    type: dict
    version_added: 0.4.0
  machine:
    description:
      - In a lab with switches whose links lead to bridges, what M(packetwalk.labs.link_info) returned on the machine
        that carries them. Give a failed result too, as in O(nodes).
    type: dict
    version_added: 0.4.0
"""

    # Likewise.
    CONTIV = r"""
options:
  contiv:
    description: What else was read, in a lab with Contiv. Give failed results too, as in O(nodes).
    type: dict
    version_added: 0.5.0
    suboptions:
      nodes:
        description: Inventory host name to what M(packetwalk.labs.legacy_swarm_info) returned on that host.
        type: dict
      switches:
        description: Inventory host name to what M(packetwalk.labs.ovs_info) returned on that host.
        type: dict
      netmaster:
        description: What M(packetwalk.labs.contiv_info) returned. Leave it out where there is no netmaster.
        type: dict
"""

    # Likewise.
    OPENSTACK = r"""
options:
  openstack:
    description: What else was read, in a lab with OpenStack. Give a failed result too, as in O(nodes).
    type: dict
    version_added: 0.6.0
    suboptions:
      neutron:
        description: What M(packetwalk.labs.neutron_info) returned.
        type: dict
"""
