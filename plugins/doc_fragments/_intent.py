# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""Options of modules that read from the inventory what a lab should be."""

from __future__ import annotations


class ModuleDocFragment:
    """The options ``INTENT_OPTIONS`` of plugin_utils/_action.py, and how such a module behaves."""

    DOCUMENTATION = r"""
options:
  lab:
    description: Name of the lab.
    type: str
    required: true
  provider:
    description: Where the nodes come from, the variable C(nodes_provider).
    type: raw
    default: container
  subnet:
    description: Subnet of the nodes, the variable C(nodes_subnet). Not used with existing hosts.
    type: raw
    default: 192.168.99.0/24
attributes:
  check_mode:
    support: full
  diff_mode:
    support: N/A
  idempotent:
    support: full
"""
