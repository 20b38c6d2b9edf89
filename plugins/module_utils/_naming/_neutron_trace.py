# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""Names of Neutron in what ovn-trace is asked, and in what it says."""

from __future__ import annotations

import re
from typing import Any, Match

from ansible_collections.packetwalk.labs.plugins.module_utils._naming._neutron_flow import one_port
from ansible_collections.packetwalk.labs.plugins.module_utils._naming._neutron_names import (
    AmbiguousObject,
    Names,
    UnknownObject,
)

_PORT = re.compile(r'\b(?P<field>(?:in|out)port\s*==\s*)"(?P<name>(?:[^"\\]|\\.)*)"')


def asked(names: Names, microflow: str) -> str:
    """An expression with the logical ports of the servers that it names.

    What is no server is left for OVN, which has ports that Neutron does not know. Raises UnknownObject where a server
    has none or several, or several have the name.
    """

    def identified(found: Match[str]) -> str:
        name = found["name"]
        try:
            ports = names.ports_of(name)
        except AmbiguousObject:
            raise
        except UnknownObject:
            return found.group()
        return f'{found["field"]}"{one_port(names, name, ports)["id"]}"'

    return _PORT.sub(identified, microflow)


def told(names: Names, trace: dict[str, Any]) -> dict[str, Any]:
    """A trace of ``_ovn_trace.Tracer`` with names, but for ``microflow`` and the ``logical_port`` of outputs."""
    outputs = [
        {
            **names.named(output),
            "port": names.port_name.get(output["logical_port"]) or names.named(output["port"]),
            "logical_port": output["logical_port"],
        }
        for output in trace["outputs"]
    ]
    return {**names.named(trace), "microflow": trace["microflow"], "outputs": outputs}
