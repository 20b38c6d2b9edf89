# SPDX-License-Identifier: GPL-3.0-or-later
"""Settings of a device from the kernel's arrays, and which of them count."""

from __future__ import annotations

import struct

import pytest
from ansible_collections.packetwalk.labs.plugins.module_utils._parsing import _device_settings


def array(length: int, settings: dict[int, int] | None = None) -> bytes:
    """An array of the kernel's of this length with some settings at their places."""
    return struct.pack(f"={length}i", *((settings or {}).get(place, 0) for place in range(length)))


def test_forwarding_of_an_ipv6_device_is_what_the_kernel_asks() -> None:
    told = _device_settings.decode("ipv6", array(60, {0: 1}))
    forced = _device_settings.decode("ipv6", array(60, {59: 1}))
    assert (told["forwarding"], forced["forwarding"]) == (False, True)


def test_an_older_kernel_has_no_place_for_newer_settings() -> None:
    assert _device_settings.decode("ipv6", array(30, {22: 1})) == {
        "forwarding": False,
        "disabled": False,
        "proxy_ndp": True,
    }


def test_a_cut_array_is_refused() -> None:
    with pytest.raises(struct.error):
        _device_settings.decode("ipv4", array(33)[:-1])


@pytest.mark.parametrize(("own", "of_all", "counts"), [(0, 0, 0), (2, 1, 2), (1, 2, 2), (0, 1, 1)])
def test_the_greater_one_counts(own: int, of_all: int, counts: int) -> None:
    settings = _device_settings.decode("ipv4", array(33, {7: own}))
    everywhere = {**dict.fromkeys(_device_settings.OF_ALL["ipv4"], 0), "rp_filter": of_all}
    found = _device_settings.effective("ipv4", settings, everywhere)
    assert found == {**settings, "rp_filter": counts}
