# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""Checks of what a switch was told, and of the addresses that its kernel has of that."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import ip_interface
from typing import Any

from ansible_collections.packetwalk.labs.plugins.module_utils._planning import _switch_config
from ansible_collections.packetwalk.labs.plugins.plugin_utils._checking._switch import (
    Switches,
    each_host,
    each_switch,
    seen,
    seen_all,
)
from ansible_collections.packetwalk.labs.plugins.plugin_utils._findings import Finding, Step, judged
from ansible_collections.packetwalk.labs.plugins.plugin_utils._state import link_named, read


def switch_configuration(document: dict[str, Any], intent: dict[str, Any]) -> Iterator[Finding]:
    """The running configuration of each switch is the desired one."""
    yield from each_switch(document, intent, _configuration)


def switch_addresses(document: dict[str, Any], intent: dict[str, Any]) -> Iterator[Finding]:
    """The kernel has the addresses that are asked for, and no other ones, at each port that is there."""
    yield from each_switch(document, intent, _addresses)
    yield from each_host(document, intent, _addresses)


def _configuration(switches: Switches, name: str) -> Iterator[Finding]:
    config = switches.config(name)
    if not any(section is not None for section in config.values()):
        return
    running, flavour = switches.says(name, "running_config"), switches.says(name, "flavour")
    if flavour == _switch_config.FRR:
        # They are not FRR's business; the check switch_vlans looks at them.
        config = {**config, "vlans": None}
    # Without the kernel's links it is the text alone that is compared; the other checks look at the kernel.
    commands = _switch_config.plan(config, running, {}, flavour).commands
    missing = [command.strip() for command in commands if command.strip() not in ("exit", "exit-address-family")]
    rows = [seen(name, "vtysh: show running-config", running)]
    hint = "Run playbooks/openswitch.yml, which tells the switch."
    yield judged(name, [Step(f"what {name} would still have to be told", [], missing, rows, hint)])


def _addresses(switches: Switches, name: str) -> Iterator[Finding]:
    namespace = switches.namespace(name)
    for interface in switches.config(name).get("interfaces") or []:
        port = interface["name"]
        if link_named(namespace, port) is None:
            continue
        # Linux takes IPv6 addresses away from an interface that goes down.
        versions = (4,) if interface["shutdown"] else (4, 6)
        wanted, actual = (
            {str(each) for each in map(ip_interface, texts) if each.version in versions}
            for texts in (interface["addresses"], switches.addresses(name, port))
        )
        there = (row for row in read(namespace, "addresses") if row["device"] == port)
        rows = seen_all(name, "addresses", there, namespace=switches.namespace_of_ports(name))
        hint = "An interface that changes its namespace loses its addresses; playbooks/openswitch.yml gives them again."
        yield judged(f"{name}:{port}", [Step(f"addresses of port {port} of {name}", wanted, actual, rows, hint)])
