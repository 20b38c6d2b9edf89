# SPDX-License-Identifier: GPL-3.0-or-later
"""What the programs beside this one share: what the cloud should be, and how to ask it as its administrator."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from keystoneauth1 import session
from keystoneauth1.identity import v3

DIRECTORY = Path("/etc/openstack/packetwalk")
# The first version of the API that changes a compute service by its identifier, and removes it with all that it has.
COMPUTE = {"endpoint_filter": {"service_type": "compute"}, "microversion": "2.53"}


def wanted() -> dict:
    """What the role asks for, as it wrote it."""
    return json.loads((DIRECTORY / "cloud.json").read_text(encoding="utf-8"))


def passwords() -> dict[str, str]:
    """The password of each user."""
    return dict(line.split("=", 1) for line in (DIRECTORY / "passwords").read_text(encoding="ascii").split())


def administrator(cloud: dict) -> session.Session:
    """A session of the administrator; it asks for a token when it is first used."""
    auth = v3.Password(
        auth_url=cloud["keystone_url"],
        username="admin",
        password=passwords()["admin"],
        user_domain_name="Default",
        project_domain_name="Default",
        project_name=cloud["admin_project"],
    )
    return session.Session(auth=auth, timeout=30)


def left_computes(services: list[dict[str, Any]], cloud: dict[str, Any]) -> list[dict[str, Any]]:
    """Those of Nova's services that are compute services of hosts that left the inventory."""
    return [
        service
        for service in services
        if service["binary"] == "nova-compute" and service["host"] not in cloud["computes"]
    ]
