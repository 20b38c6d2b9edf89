# SPDX-License-Identifier: GPL-3.0-or-later
"""A double of Keystone, Neutron and Nova for tests of how a cloud is asked: one HTTP server for all three.

It is no cloud: it holds what openstacksdk printed of a real one of release 2026.2 (tests/recordings/neutron), under the
names that the REST API has for it, and does what the API documents for ``fields``, pages and policies.
"""

from __future__ import annotations

import http.server
import json
import threading
import urllib.parse
from pathlib import Path
from typing import Any

from serving import Serving

RECORDINGS = Path(__file__).parents[3] / "recordings" / "neutron"
PASSWORD = "a-password-of-the-double"
_TOKEN = "a-token-of-the-double"

# What the REST API calls an attribute for which openstacksdk has a name of its own.
_NAMES = {
    "binding_host_id": "binding:host_id",
    "binding_vif_type": "binding:vif_type",
    "binding_vnic_type": "binding:vnic_type",
    "compute_host": "OS-EXT-SRV-ATTR:host",
    "configuration": "configurations",
    "is_admin_state_up": "admin_state_up",
    "is_alive": "alive",
    "is_dhcp_enabled": "enable_dhcp",
    "is_port_security_enabled": "port_security_enabled",
    "is_router_external": "router:external",
    "is_shared": "shared",
    "power_state": "OS-EXT-STS:power_state",
    "provider_network_type": "provider:network_type",
    "provider_physical_network": "provider:physical_network",
    "provider_segmentation_id": "provider:segmentation_id",
    "security_group_ids": "security_groups",
    "subnet_ids": "subnets",
}
_NETWORK = ("networks", "subnets", "ports", "routers", "floatingips", "security_groups", "agents")
_FILES = {"floatingips": "floating_ips", "services": "compute_services"}


def recorded(name: str) -> list[dict[str, Any]]:
    """As openstacksdk printed it."""
    found: list[dict[str, Any]] = json.loads((RECORDINGS / f"{name}.json").read_text())
    return found


def of_rest(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{_NAMES.get(name, name): value for name, value in row.items()} for row in rows]


class CloudDouble(Serving):
    """Serves on a free port of 127.0.0.1 while it is entered.

    * ``page``: objects in a page.
    * ``refused``: by path the status that is answered instead.
    * ``services``: types in the catalog, with their addresses.
    * ``gateway_hosts``: agents of every router; null where the cloud has no such extension.
    * ``requests``: paths with queries, in their order.
    """

    def __init__(self) -> None:
        super().__init__(http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Handler))
        self.page = 1000
        self.refused: dict[str, int] = {}
        self.gateway_hosts: list[dict[str, Any]] | None = None
        self.requests: list[str] = []
        self.collections = {
            name: of_rest(recorded(_FILES.get(name, name))) for name in (*_NETWORK, "servers", "services")
        }
        self._lock = threading.Lock()
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self.services = {"network": self.url, "compute": f"{self.url}/v2.1"}

    @property
    def auth(self) -> dict[str, str]:
        return {
            "auth_url": f"{self.url}/v3",
            "username": "admin",
            "password": PASSWORD,
            "project_name": "admin",
            "user_domain_name": "Default",
            "project_domain_name": "Default",
        }

    def paths(self) -> list[str]:
        """Of the requests that are not for versions, without their queries."""
        paths = [path.partition("?")[0] for path in self.requests]
        return [path for path in paths if path.strip("/").count("/")]

    def login(self, body: dict[str, Any]) -> tuple[int, Any]:
        user = body["auth"]["identity"]["password"]["user"]
        if user["password"] != PASSWORD:
            return 401, {"error": {"code": 401, "message": "The request you have made requires authentication."}}
        catalog = [
            {
                "type": service,
                "name": service,
                "id": service,
                "endpoints": [
                    {
                        "id": service,
                        "interface": "public",
                        "region": "RegionOne",
                        "region_id": "RegionOne",
                        "url": address,
                    }
                ],
            }
            for service, address in self.services.items()
        ]
        times = {"expires_at": "2099-01-01T00:00:00.000000Z", "issued_at": "2026-01-01T00:00:00.000000Z"}
        project = {"id": "p", "name": "admin", "domain": {"id": "default", "name": "Default"}}
        token = {
            "methods": ["password"],
            "user": {**project, "id": "u"},
            "project": project,
            "roles": [],
            "catalog": catalog,
        }
        return 201, {"token": {**token, **times}}

    def answer(self, target: str, token: str | None) -> tuple[int, Any]:
        path, _mark, text = target.partition("?")
        query = urllib.parse.parse_qs(text)
        with self._lock:
            self.requests.append(target)
        if path in ("/v3", "/v3/"):
            return 200, {
                "version": {"id": "v3.14", "status": "stable", "links": [{"rel": "self", "href": f"{self.url}/v3/"}]}
            }
        if path in ("/v2.1", "/v2.1/"):
            links = [{"rel": "self", "href": f"{self.url}/v2.1/"}]
            return 200, {
                "version": {"id": "v2.1", "status": "CURRENT", "version": "2.100", "min_version": "2.1", "links": links}
            }
        if token != _TOKEN:
            return 401, {"error": {"code": 401, "message": "The request you have made requires authentication."}}
        if path in self.refused:
            return self.refused[path], {
                "NeutronError": {"type": "PolicyNotAuthorized", "message": "not for you", "detail": ""}
            }
        if path == "/v2.0/extensions/l3_agent_scheduler" and self.gateway_hosts is not None:
            return 200, {"extension": {"alias": "l3_agent_scheduler"}}
        if path.endswith("/l3-agents") and self.gateway_hosts is not None:
            return 200, {"agents": self.gateway_hosts}
        collection = {"/v2.1/servers/detail": "servers", "/v2.1/os-services": "services"}.get(path)
        if path.startswith("/v2.0/"):
            collection = path[len("/v2.0/") :].replace("-", "_")
        if collection not in self.collections:
            return 404, {"message": "The resource could not be found."}
        return 200, self._page(path, collection, query)

    def _page(self, path: str, collection: str, query: dict[str, list[str]]) -> dict[str, Any]:
        rows = self.collections[collection]
        if "marker" in query:
            identifiers = [row["id"] for row in rows]
            rows = rows[identifiers.index(query["marker"][0]) + 1 :]
        answer: dict[str, Any] = {}
        if len(rows) > self.page:
            rows = rows[: self.page]
            following = urllib.parse.urlencode({**query, "marker": [rows[-1]["id"]]}, doseq=True)
            # Behind a proxy the cloud does not know its own address.
            answer[f"{collection}_links"] = [{"rel": "next", "href": f"http://inside.example{path}?{following}"}]
        fields = query.get("fields")
        answer[collection] = [{name: row[name] for name in row if not fields or name in fields} for row in rows]
        return answer


class _Handler(http.server.BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self._send(*self.server.double.login(body))  # type: ignore[attr-defined]

    def do_GET(self) -> None:
        self._send(*self.server.double.answer(self.path, self.headers.get("X-Auth-Token")))  # type: ignore[attr-defined]

    def _send(self, status: int, answer: Any) -> None:
        body = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        if status == 201:
            self.send_header("X-Subject-Token", _TOKEN)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments: Any) -> None:
        """Nothing on the terminal."""
