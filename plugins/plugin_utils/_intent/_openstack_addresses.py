# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""Who takes which address of the networks of a cloud."""

from __future__ import annotations

import collections
import ipaddress
import typing as t

from ansible_collections.packetwalk.labs.plugins.plugin_utils._intent._schema import IntentError, address

Entry = t.Dict[str, t.Any]


class Addresses:
    """The addresses of all networks (rows of the intent), and who has them.

    A gateway belongs to its subnet, so a router on the subnet is not asked again.
    """

    def __init__(self, networks: t.Iterable[Entry]) -> None:
        self._networks = {each["name"]: each for each in networks}
        self._owners: dict[str, dict[ipaddress.IPv4Address, str]] = {
            name: {
                ipaddress.IPv4Address(subnet["gateway"]): f"the gateway of {subnet['name']}"
                for subnet in network["subnets"]
            }
            for name, network in self._networks.items()
        }
        # Those that Neutron chooses an address for.
        self._choosing: dict[str, list[str]] = collections.defaultdict(list)

    def take(self, variable: str, owner: str, network: str, given: str | None) -> str | None:
        """Give ``owner`` the address ``given``, or note that Neutron chooses one.

        Returns the name of the subnet, which is None as long as Neutron can choose that too. ``variable`` is where the
        user wrote the address. Raises IntentError.
        """
        subnets = self._networks[network]["subnets"]
        if given is None:
            self._choosing[network].append(owner)
            return subnets[0]["name"] if len(subnets) == 1 else None
        parsed = address(variable, given)
        for subnet in subnets:
            whole = ipaddress.IPv4Network(subnet["cidr"])
            if parsed not in whole:
                continue
            if parsed in (whole.network_address, whole.broadcast_address):
                raise IntentError(f"{variable} is {given}, which {whole} needs itself (first or last). Take another.")
            other = self._owners[network].setdefault(parsed, owner)
            if other != owner:
                raise IntentError(f"{variable} is {given}, which is that of {other}. Take another.")
            name: str = subnet["name"]
            return name
        raise IntentError(
            f"{variable} is {given}, outside of the subnets of {network} "
            f"({', '.join(each['cidr'] for each in subnets) or 'it has none'}). Change one of them."
        )

    def check_pools(self) -> None:
        """Raise IntentError when a network has not as many addresses to choose from as are wanted."""
        for name, owners in self._choosing.items():
            pools = [pool for subnet in self._networks[name]["subnets"] for pool in subnet["allocation_pools"]]
            size = sum(int(end) - int(start) + 1 for start, end in map(_bounds, pools))
            fixed = [
                owner
                for taken, owner in self._owners[name].items()
                if any(start <= taken <= end for start, end in map(_bounds, pools))
            ]
            if len(owners) + len(fixed) > size:
                raise IntentError(
                    f"The allocation_pools of {name} have {size} {'address' if size == 1 else 'addresses'}, but "
                    f"{len(owners) + len(fixed)} are wanted by {', '.join([*fixed, *owners])}. Widen them, or ask for "
                    "less."
                )


def _bounds(pool: t.Mapping[str, str]) -> tuple[ipaddress.IPv4Address, ipaddress.IPv4Address]:
    return ipaddress.IPv4Address(pool["start"]), ipaddress.IPv4Address(pool["end"])
