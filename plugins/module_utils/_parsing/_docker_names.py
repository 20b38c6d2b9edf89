# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""Names that Docker's overlay driver and libnetwork make up, and what is in them.

Of moby's ``libnetwork/drivers/overlay/ov_network.go`` (``generateVxlanName``, ``setupSubnetSandbox``),
``libnetwork/osl/namespace_linux.go`` (``GenerateKey``) and ``libnetwork/agent.go``.
"""

from __future__ import annotations

import re
from typing import Any

INGRESS_NAMESPACE = "ingress_sbox"

_PREFIX_LENGTH = 5
_DEVICE = re.compile(r"(?P<kind>vx|ov)-(?P<vni>[0-9a-f]{6})-(?P<network>[0-9a-z]{1,5})$")
_NAMESPACE = re.compile(r"(?P<kind>\d+-|lb_)(?P<network>[0-9a-z]{9,10})$")


def vxlan_name(vni: int, network_id: str) -> str:
    """Device of an overlay network where the kernel has no namespace for it: ``vx-001001-7672d``."""
    return f"vx-{vni:06x}-{network_id[:_PREFIX_LENGTH]}"


def parse_vxlan_name(name: str) -> dict[str, Any]:
    """``{"vni", "network_id_prefix"}`` of a ``vx-`` or ``ov-`` name; raises ValueError for any other name."""
    found = _DEVICE.match(name)
    if found is None:
        raise ValueError(f"{name!r} is not the name of an overlay device, such as vx-001001-7672d")
    return {"vni": int(found["vni"], 16), "network_id_prefix": found["network"]}


def network_namespace(network_id: str, generation: int = 1) -> str:
    """Namespace of an overlay network; the generation counts the daemon's starts and is 1 in practice."""
    return f"{generation}-{network_id[:10]}"


def is_network_namespace(name: str, network_id: str) -> bool:
    """Whether a namespace is that of an overlay network, of whatever generation."""
    return name.partition("-")[2] == network_id[:10]


def load_balancer_namespace(network_id: str) -> str:
    """Namespace of an overlay network's load balancer (Docker 18.09 and later)."""
    return f"lb_{network_id[:9]}"


def parse_namespace(name: str) -> dict[str, Any]:
    """What a file in /run/docker/netns is: ``{"kind", "network_id_prefix"}``.

    ``kind`` is "ingress", "network", "load_balancer" or "sandbox" (of a container); the prefix is null for the first
    and the last, as their names say nothing about a network.
    """
    if name == INGRESS_NAMESPACE:
        return {"kind": "ingress", "network_id_prefix": None}
    found = _NAMESPACE.match(name)
    if found is None:
        return {"kind": "sandbox", "network_id_prefix": None}
    kind = "load_balancer" if found["kind"] == "lb_" else "network"
    return {"kind": kind, "network_id_prefix": found["network"]}
