# SPDX-License-Identifier: GPL-3.0-or-later
"""Messages as bytes. What the kernel makes of those about links is tested with the module, in ``test_link.py``.

Netem is not in every kernel, so its messages are compared with those of tc(8), which the recordings are from.
"""

from __future__ import annotations

import struct

import pytest
from ansible_collections.packetwalk.labs.plugins.module_utils._formatting import _link_messages
from ansible_collections.packetwalk.labs.plugins.module_utils._parsing import _netem, _netlink
from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._netem import Netem

# What tc of iproute2 6.1 sends after nlmsghdr; tc leaves TCA_NETEM_RATE out where there is no limit.
HEADER = struct.pack("=BxxxiIII", 0, 1, 0, 0xFFFFFFFF, 0)
KIND = bytes.fromhex("0a000100") + b"netem\0" + bytes(2)
DELAY_LOSS_RATE = bytes.fromhex(
    "30000200 b4c40400 e8030000 3d0ad703 00000000 00000000 00000000 14000600 48e80100 00000000 00000000 00000000"
)
DELAY = bytes.fromhex("1c000200 841e0000 e8030000 00000000 00000000 00000000 00000000")
NO_RATE = bytes.fromhex("14000600 00000000 00000000 00000000 00000000")


def test_netem_is_what_tc_sends_for_delay_20ms_loss_1_5_percent_rate_1mbit() -> None:
    netem = _netem.wanted(20, 1.5, 1000)
    assert netem is not None
    assert _link_messages.netem(1, netem) == HEADER + KIND + DELAY_LOSS_RATE


def test_netem_without_a_rate_takes_an_older_one_away() -> None:
    netem = _netem.wanted(0.5, None, None)
    assert netem is not None
    longer = struct.pack("=H", len(DELAY) + len(NO_RATE)) + DELAY[2:]
    assert _link_messages.netem(1, netem) == HEADER + KIND + longer + NO_RATE


def test_the_root_is_what_tc_sends_to_delete_it() -> None:
    assert _link_messages.root(1) == HEADER


@pytest.mark.parametrize("netem", [Netem(312500, 64424509, 125000), Netem(1, 0, 0), Netem(0, 0xFFFFFFFF, 0xFFFFFFFF)])
def test_what_is_written_is_read(netem: Netem) -> None:
    assert _netlink.root_netem(_link_messages.netem(7, netem)) == (7, netem)


@pytest.mark.parametrize(
    ("settings", "flags", "attributes"),
    [
        ({}, (0, 0), {}),
        ({"up": True}, (1, 1), {}),
        ({"up": False}, (0, 1), {}),
        ({"alias": ""}, (0, 0), {_netlink.IFLA_IFALIAS: b""}),
        ({"master": 0}, (0, 0), {_netlink.IFLA_MASTER: bytes(4)}),
        (
            {"name": "1", "namespace": 9, "alias": "a b", "mtu_bytes": 1400, "master": 3, "up": True},
            (1, 1),
            {
                _netlink.IFLA_NET_NS_FD: struct.pack("=I", 9),
                _netlink.IFLA_IFNAME: b"1\0",
                _netlink.IFLA_IFALIAS: b"a b",
                _netlink.IFLA_MTU: struct.pack("=I", 1400),
                _netlink.IFLA_MASTER: struct.pack("=I", 3),
            },
        ),
    ],
)
def test_only_what_is_given_is_in_the_settings(
    settings: dict[str, object], flags: tuple[int, int], attributes: dict[int, bytes]
) -> None:
    message = _link_messages.settings(5, **settings)  # type: ignore[arg-type]
    assert _netlink.IFINFOMSG.unpack_from(message) == (0, 0, 5, *flags)
    assert _netlink.attributes(message, _netlink.IFINFOMSG.size) == attributes
