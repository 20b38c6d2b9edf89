# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""What modules say of themselves, told once for the whole collection."""

from __future__ import annotations


class ModuleDocFragment:
    """The parts that a module's C(extends_documentation_fragment) may name."""

    # Every module extends this one and adds its own support to the three attributes.
    DOCUMENTATION = r"""
options: {}
attributes:
  check_mode:
    description: Can run in C(check_mode) and return changed status prediction without modifying target.
  diff_mode:
    description: Will return details on what has changed, or possibly needs changing in C(check_mode), in diff mode.
  idempotent:
    description:
      - When run twice in a row outside check mode, with the same arguments, the second invocation indicates no change.
      - This assumes that the system controlled or queried by the module has not changed in a relevant way.
"""

    # For a module that only looks.
    INFO_MODULE = r"""
options: {}
attributes:
  check_mode:
    support: full
    details:
      - This module does not modify state.
  diff_mode:
    support: N/A
    details:
      - This module does not modify state.
  idempotent:
    support: full
    details:
      - This module does not modify state.
"""

    # For a module that works on the controller with what others gathered.
    NO_HOST = r"""
options: {}
attributes:
  diff_mode:
    support: N/A
    details:
      - This module does not modify the state of any host.
  idempotent:
    support: full
    details:
      - This module does not modify the state of any host.
"""

    # For a module that speaks to the kernel of its target.
    LINUX = r"""
options: {}
attributes:
  platform:
    description: Target OS/families that can be operated against.
    support: full
    platforms: linux
"""

    # For a module with an action plugin of the same name.
    ACTION = r"""
options: {}
attributes:
  action:
    description: Has a corresponding action plugin, so that some parts can be executed on the controller.
    support: full
  async:
    description: Supports being used with the C(async) keyword.
    support: none
"""
