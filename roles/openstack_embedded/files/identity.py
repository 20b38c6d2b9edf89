# SPDX-License-Identifier: GPL-3.0-or-later
"""Make what Keystone has to know: the administrator, the users of the services, the catalog. Says what it made."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from typing import Any

import pymysql
from cloud import administrator, passwords, wanted
from keystoneauth1 import exceptions
from keystoneauth1.session import Session

OURS = {"identity", "network", "placement", "image", "compute"}
INTERFACES = ("admin", "internal", "public")


def bootstrapped(socket: str) -> bool:
    """Whether Keystone's database has an administrator."""
    with pymysql.connect(
        unix_socket=socket, user="root", database="keystone"
    ) as connection, connection.cursor() as cursor:
        return bool(cursor.execute("SELECT 1 FROM local_user WHERE name = 'admin'"))


def bootstrap(cloud: dict[str, Any]) -> None:
    """Make the administrator in Keystone's database, as nobody could log in to do it."""
    url, region = cloud["keystone_url"], cloud["region"]
    command = [
        "/opt/openstack/bin/keystone-manage",
        "--config-file",
        "/etc/openstack/keystone/keystone.conf",
        "bootstrap",
    ]
    command += [
        "--bootstrap-username",
        "admin",
        "--bootstrap-project-name",
        cloud["admin_project"],
        "--bootstrap-role-name",
        "admin",
    ]
    command += ["--bootstrap-service-name", "keystone", "--bootstrap-region-id", region]
    command += [word for interface in INTERFACES for word in (f"--bootstrap-{interface}-url", url)]
    environment = {**os.environ, "OS_BOOTSTRAP_PASSWORD": passwords()["admin"]}
    subprocess.run(
        command, check=True, env=environment, user="openstack", group="openstack", extra_groups=[], stdout=sys.stderr
    )
    print("made the administrator")


class Identity:
    """Keystone's API, as far as it is needed here."""

    def __init__(self, session: Session, url: str) -> None:
        self.session, self.url = session, url

    def wait(self, seconds: int) -> None:
        """Wait until Keystone gives a token."""
        end = time.monotonic() + seconds
        while True:
            try:
                self.session.get_token()
                return
            except exceptions.ClientException as error:
                if time.monotonic() > end:
                    sys.exit(f"Keystone gives no token to admin: {error}. Look at /var/log/openstack/keystone.log.")
                time.sleep(0.3)

    def found(self, kind: str, **query: str) -> list[dict[str, Any]]:
        """Objects of a kind, like "users"."""
        return self.session.get(f"{self.url}/{kind}", params=query).json()[kind]

    def made(self, kind: str, name: str, **content: Any) -> dict[str, Any]:
        """The object of a kind with a name, made when it is missing."""
        for known in self.found(kind, name=name):
            return known
        singular = kind.removesuffix("s")
        print(f"made the {singular} {name}")
        return self.session.post(f"{self.url}/{kind}", json={singular: {"name": name, **content}}).json()[singular]


def service_users(identity: Identity, names: list[str]) -> None:
    """Each service has a user, who is an administrator and a service in the project "service"."""
    project = identity.made("projects", "service", domain_id="default")
    roles = {role["name"]: role["id"] for role in identity.found("roles")}
    if "service" not in roles:
        roles["service"] = identity.made("roles", "service")["id"]
    assigned = {
        (assignment["user"]["id"], assignment["role"]["id"])
        for assignment in identity.found("role_assignments", **{"scope.project.id": project["id"]})
        if "user" in assignment
    }
    for name in names:
        user = identity.made("users", name, domain_id="default", password=passwords()[name])
        for role in ("admin", "service"):
            if (user["id"], roles[role]) not in assigned:
                identity.session.put(f"{identity.url}/projects/{project['id']}/users/{user['id']}/roles/{roles[role]}")
                print(f"gave {name} the role {role}")


def catalog(identity: Identity, services: list[dict[str, Any]], region: str) -> None:
    """Each service has its endpoints, in one region, and a service of ours that is not asked for has none."""
    known = {service["type"]: service for service in identity.found("services")}
    endpoints = identity.found("endpoints")
    for service in services:
        type_, url = service["api"]["type"], service["url"]
        if type_ not in known:
            known[type_] = identity.made("services", service["name"], type=type_)
        for interface in INTERFACES:
            there = [
                endpoint
                for endpoint in endpoints
                if (endpoint["service_id"], endpoint["interface"], endpoint["region_id"])
                == (known[type_]["id"], interface, region)
            ]
            content = {
                "endpoint": {"service_id": known[type_]["id"], "interface": interface, "region_id": region, "url": url}
            }
            if not there:
                identity.session.post(f"{identity.url}/endpoints", json=content)
                print(f"made the {interface} endpoint of {service['name']}")
            elif there[0]["url"] != url:
                identity.session.patch(f"{identity.url}/endpoints/{there[0]['id']}", json=content)
                print(f"changed the {interface} endpoint of {service['name']}")
    ours = {known[type_]["id"] for type_ in OURS & known.keys()}
    elsewhere = [each for each in endpoints if each["service_id"] in ours and each["region_id"] != region]
    for endpoint in elsewhere:
        identity.session.delete(f"{identity.url}/endpoints/{endpoint['id']}")
    for other in sorted({endpoint["region_id"] for endpoint in elsewhere}):
        identity.session.delete(f"{identity.url}/regions/{other}")
        print(f"removed the region {other}")
    for type_ in sorted(OURS & known.keys() - {service["api"]["type"] for service in services}):
        identity.session.delete(f"{identity.url}/services/{known[type_]['id']}")
        print(f"removed the service {known[type_]['name']}")


def main() -> None:
    cloud = wanted()
    if not bootstrapped(cloud["database_socket"]):
        bootstrap(cloud)
    identity = Identity(administrator(cloud), cloud["keystone_url"])
    identity.wait(cloud["wait_seconds"])
    services = cloud["services"]
    if cloud["region"] not in {region["id"] for region in identity.found("regions")}:
        identity.session.post(f"{identity.url}/regions", json={"region": {"id": cloud["region"]}})
        print(f"made the region {cloud['region']}")
    service_users(identity, [service["name"] for service in services if service["name"] != "keystone"])
    catalog(identity, services, cloud["region"])


main()
