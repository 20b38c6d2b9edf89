# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""Where a module finds the databases of OVN, and how it knows their servers."""

from __future__ import annotations


class ModuleDocFragment:
    """The options that C(module_utils/_probing/_ovn_databases.py) has the specification of."""

    # How to speak with servers on ssl.
    DOCUMENTATION = r"""
options:
  ca_certificate:
    description:
      - File with the certificates that servers on V(ssl) remotes must be signed with. Their names are not looked at, as
        Open vSwitch does not either.
      - Required for V(ssl) remotes.
    type: path
  certificate:
    description: File with the certificate that is shown to servers on V(ssl) remotes.
    type: path
  private_key:
    description: File with the private key of O(certificate).
    type: path
"""

    NORTHBOUND = r"""
options:
  northbound:
    description:
      - Where the northbound database is served, as OVN writes it, for example V(tcp:192.0.2.1:6641) or
        V(ssl:[2001:db8::1]:6641).
      - The servers of a cluster have commas between them.
    type: str
    default: unix:/run/ovn/ovnnb_db.sock
"""

    SOUTHBOUND = r"""
options:
  southbound:
    description:
      - Where the southbound database is served, as OVN writes it, for example V(tcp:192.0.2.1:6642) or
        V(ssl:[2001:db8::1]:6642).
      - The servers of a cluster have commas between them.
    type: str
    default: unix:/run/ovn/ovnsb_db.sock
"""
