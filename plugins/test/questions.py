# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tests on parsed rows or on a state document; each is documented in the .yml file of its name."""

from __future__ import annotations

from typing import Any, Callable

from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._ipvs import parse as parse_ipvs
from ansible_collections.packetwalk.labs.plugins.plugin_utils._errors import speaks_ansible
from ansible_collections.packetwalk.labs.plugins.plugin_utils._nat import Packet, destination_nat, marks
from ansible_collections.packetwalk.labs.plugins.plugin_utils._rows import backend_addresses, mark_number, vteps


def _natted_to(
    tables: Any,
    to_address: str,
    to_port: Any = None,
    address: str | None = None,
    port: Any = None,
    chain: str = "PREROUTING",
    **packet: Any,
) -> bool:
    found = destination_nat(tables, Packet(address, port, **packet), chain)
    return found is not None and found["address"] == to_address and to_port in (None, found["port"])


def _marked(
    tables: Any, mark: Any, address: str | None = None, port: Any = None, chain: str | None = None, **packet: Any
) -> bool:
    return mark_number(mark) in marks(tables, Packet(address, port, **packet), chain)


def _balanced_over(services: Any, mark: Any, addresses: list[str]) -> bool:
    rows = parse_ipvs(services) if isinstance(services, str) else services
    return backend_addresses(rows, mark_number(mark)) == set(addresses)


def _vtep_consistent(fdb: Any, expected: dict[str, str]) -> bool:
    return all(vteps(fdb, mac) == [vtep] for mac, vtep in expected.items())


class TestModule:
    def tests(self) -> dict[str, Callable[..., Any]]:
        questions: dict[str, Callable[..., Any]] = {
            "balanced_over": _balanced_over,
            "marked": _marked,
            "natted_to": _natted_to,
            "vtep_consistent": _vtep_consistent,
        }
        return {name: speaks_ansible(question) for name, question in questions.items()}
