#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: swarm_wait
short_description: Wait until services of a Docker Swarm have converged
version_added: 0.1.0
description:
  - Counts tasks by their real state, on nodes that are not Down. A task that is only desired to run does not count, and
    one that is still stopping is waited for.
  - Then it watches for as long as the services watch a new task, so that a task that starts and dies is not taken for
    success.
  - Says what is still missing while it waits, whenever that changes.
  - A paused update fails at once, as it cannot converge by itself.
  - This is an action plugin. It runs M(packetwalk.labs.node_state) on the host, which has to be a manager.
author:
  - The packetwalk.labs maintainers (@packetwalk)
extends_documentation_fragment:
  - packetwalk.labs._attributes
  - packetwalk.labs._attributes.info_module
options:
  services:
    description: Names of the services.
    type: list
    elements: str
    required: true
  timeout:
    description: Seconds after which the task fails.
    type: int
    default: 120
  hold_seconds:
    description:
      - How long the services have to stay converged.
      - Without it, the longest time that one of the services watches a new task. Use V(0) when nothing was changed.
    type: float
"""

EXAMPLES = r"""
- name: Wait until the services run
  packetwalk.labs.swarm_wait:
    services: [vote, redis]
    timeout: 300
  delegate_to: manager1
  run_once: true
"""

RETURN = r"""
services:
  description: The services that have converged.
  returned: success
  type: list
  elements: str
  sample: [vote, redis]
waited_seconds:
  description: How long it took.
  returned: success
  type: float
  sample: 9.4
"""
