# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""Wait until OVN has carried out what its northbound database asks for (``NB_Global`` in ovn-nb(5))."""

from __future__ import annotations

import time

from ansible_collections.packetwalk.labs.plugins.module_utils._probing import _ovn_northbound
from ansible_collections.packetwalk.labs.plugins.module_utils._probing._ovsdb_client import OvsdbClient

NORTHD = "ovn-northd"

_PAUSE_SECONDS = 0.1


def wait(northbound: OvsdbClient, southbound: OvsdbClient | None, seconds: float) -> list[str]:
    """Return who is still behind after ``seconds``: nobody, ``NORTHD``, or names of chassis.

    Without ``southbound`` northd alone is waited for. Raises OvsdbError, also where no northd ever was.
    """
    deadline = time.monotonic() + seconds
    counter = "sb_cfg" if southbound is None else "hv_cfg"
    lag = _ovn_northbound.lag(northbound)
    wanted = lag["nb_cfg"]
    while lag[counter] < wanted:
        if time.monotonic() > deadline:
            return _behind(southbound, wanted) if lag["sb_cfg"] >= wanted else [NORTHD]
        time.sleep(_PAUSE_SECONDS)
        lag = _ovn_northbound.lag(northbound)
    return []


def _behind(southbound: OvsdbClient | None, wanted: int) -> list[str]:
    if southbound is None:
        return [NORTHD]
    # Before OVN 20.09 the counter was in Chassis.
    table = "Chassis_Private" if "Chassis_Private" in southbound.schema.tables else "Chassis"
    late = sorted(row["name"] for row in southbound.select(table, ["name", "nb_cfg"]) if row["nb_cfg"] < wanted)
    # That all of them are done is for northd to tell.
    return late or [NORTHD]
