# SPDX-License-Identifier: GPL-3.0-or-later
"""The double of netmaster says what a real one says today, where CONTIV_BINARIES names a folder that has it."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
import isolated_netmaster  # noqa: E402

# netplugin is not there, of which the recorded one says more.
WITHOUT_NETPLUGIN = {
    "rest/inspect-bgp",
    "rest/inspect-endpoint-by-endpoint-id",
    "rest/inspect-endpoint-by-short-id",
}
# It names one of three networks, another one each time.
BY_CHANCE = {"errors/network-overlap-containing"}

pytestmark = pytest.mark.skipif(not os.environ.get("CONTIV_BINARIES"), reason="CONTIV_BINARIES names no folder")


def test_the_double_is_like_the_real_one() -> None:
    found = isolated_netmaster.read()
    if "refused" in found:
        pytest.skip(found["refused"])
    different = {name: said for name, said in found["different"].items() if name not in BY_CHANCE}
    assert {name: said for name, said in different.items() if name not in WITHOUT_NETPLUGIN} == {}
    assert set(different) == WITHOUT_NETPLUGIN
