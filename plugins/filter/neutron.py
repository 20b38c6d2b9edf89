# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Filters that ask OVN by names of Neutron; each is documented in the .yml file of its name."""

from __future__ import annotations

from typing import Any, Callable

from ansible_collections.packetwalk.labs.plugins.plugin_utils import _neutron_questions
from ansible_collections.packetwalk.labs.plugins.plugin_utils._errors import speaks_ansible
from ansible_collections.packetwalk.labs.plugins.plugin_utils._reporting import _neutron_sheet


class FilterModule:
    def filters(self) -> dict[str, Callable[..., Any]]:
        questions: dict[str, Callable[..., Any]] = {
            "neutron_named": _neutron_questions.named,
            "neutron_objects": _neutron_questions.objects,
            "neutron_path": _neutron_questions.path,
            "neutron_port_acls": _neutron_questions.port_acls,
            "neutron_router_gateway": _neutron_questions.router_gateway,
            "neutron_server_nats": _neutron_questions.server_nats,
            "neutron_server_ports": _neutron_questions.server_ports,
            "neutron_sheet": _neutron_sheet.sheet,
        }
        return {name: speaks_ansible(question) for name, question in questions.items()}
