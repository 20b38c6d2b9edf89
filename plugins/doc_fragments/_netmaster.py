# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""Where a module finds netmaster, and how it logs in."""

from __future__ import annotations


class ModuleDocFragment:
    """The options that C(module_utils/_probing/_netmaster.py) has the specification of."""

    DOCUMENTATION = r"""
options:
  url:
    description:
      - Where netmaster or the auth proxy answers, as the target of the task sees it.
      - The auth proxy speaks HTTPS on port 10000, for example V(https://192.168.2.50:10000).
    type: str
    default: http://localhost:9999
  username:
    description:
      - Who logs in to the auth proxy. Without it netmaster is asked directly.
      - Required together with O(password).
    type: str
  password:
    description: Password of O(username).
    type: str
  validate_certs:
    description: Whether the certificate of the auth proxy has to be trusted. That of upstream is signed by itself.
    type: bool
    default: true
  timeout_seconds:
    description:
      - How long to wait for each answer.
      - An engine tries for 15 seconds to reach a netplugin that is not running, and netmaster waits for it.
      - The auth proxy itself waits 10 seconds for netmaster, unless its C(--netmaster-timeout) says otherwise.
    type: int
    default: 30
"""
