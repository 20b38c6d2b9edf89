# SPDX-License-Identifier: GPL-3.0-or-later
"""Remove the compute services of hosts that left the inventory. Says which, and which of them still have servers."""

from __future__ import annotations

import sys

from cloud import COMPUTE, administrator, left_computes, wanted
from keystoneauth1 import exceptions


def main() -> None:
    cloud = wanted()
    session = administrator(cloud)
    used = []
    for service in left_computes(session.get("/os-services", **COMPUTE).json()["services"], cloud):
        try:
            session.delete(f"/os-services/{service['id']}", **COMPUTE)
            print(f"removed the compute service of {service['host']}")
        except exceptions.Conflict:
            used.append(service["host"])
    if used:
        sys.exit(
            f"Nova has servers that are not of the lab on {', '.join(used)}, which left the group openstack_computes. "
            "Delete them, or put it back."
        )


main()
