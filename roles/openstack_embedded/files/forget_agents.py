# SPDX-License-Identifier: GPL-3.0-or-later
"""Remove the agents of chassis that left the inventory, which Neutron remembers when OVN has forgotten the chassis.

Says which.
"""

from __future__ import annotations

from cloud import administrator, wanted


def main() -> None:
    cloud = wanted()
    session = administrator(cloud)
    [neutron] = [service["url"] for service in cloud["services"] if service["name"] == "neutron"]
    for agent in session.get(f"{neutron}/v2.0/agents").json()["agents"]:
        if agent["host"] not in cloud["chassis"]:
            session.delete(f"{neutron}/v2.0/agents/{agent['id']}")
            print(f"removed the {agent['agent_type']} of {agent['host']}")


main()
