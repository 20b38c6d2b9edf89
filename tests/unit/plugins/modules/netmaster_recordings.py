# SPDX-License-Identifier: GPL-3.0-or-later
"""The recordings of netmaster, what was there when they began, and how to ask all of it again."""

from __future__ import annotations

import http.client
import json
import ssl
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from netmaster_double import NetmasterDouble

RECORDINGS = Path(__file__).parents[3] / "recordings" / "contiv"

# Between these requests others were sent that nobody recorded.
BEFORE: dict[str, list[tuple[str, str, dict[str, Any] | None]]] = {
    "errors/tenant-links-after-failed-network-delete": [
        ("POST", "networks/default:n", {"subnet": "10.60.1.0/24", "encap": "vxlan"}),
        ("POST", "networks/default:other", {"subnet": "10.60.2.0/24", "encap": "vxlan"}),
    ],
    "rest/list-final-tenants": [("DELETE", "networks/blue:contiv-net", None)],
}

# In the order in which they were recorded as far as it matters.
REPLAYED = [name for name in (RECORDINGS / "replay.txt").read_text().splitlines() if name and name[0] != "#"]

NETWORKS: dict[str, dict[str, Any]] = {
    "default:contiv-net": {
        "tenantName": "default",
        "networkName": "contiv-net",
        "subnet": "10.1.2.0/24",
        "encap": "vxlan",
    },
    "blue:contiv-net": {"tenantName": "blue", "networkName": "contiv-net", "subnet": "10.1.2.0/24", "encap": "vxlan"},
    "default:contiv-vlan": {
        "tenantName": "default",
        "networkName": "contiv-vlan",
        "subnet": "10.1.3.0/24",
        "encap": "vlan",
        "pktTag": 112,
    },
}
ENDPOINTS = {
    "default:contiv-net": (
        ("legacy-swarm-master", "451305fdba73a3d52c91bb0c9e9e422de846cadbd66cba54abfe170d4be103a6"),
        ("legacy-swarm-worker0", "02b96b9848088e61a5bf533711ef3274790926f7f1ca66edbb241e1e0e31009b"),
        ("legacy-swarm-worker0", "c83ae3dd1066a9109d4e7a4f8089d8b073ea4e6a498509c8504ccb48459157a7"),
    ),
    "blue:contiv-net": (
        ("legacy-swarm-master", "d2577814a5f00195b94f1b081f252fd412dfc0cc14c723dea1b6180867b583e1"),
        ("legacy-swarm-worker0", "81a83af383b9f270e66a6e1296259d0e8f34f81512ecfc0135e4537889a28cbf"),
        ("legacy-swarm-master", "5e1c32ba96ccf5861a196774c20957130074f54e35d1ebec4f6cbb5a01e0370b"),
    ),
    "default:contiv-vlan": (
        ("legacy-swarm-master", "f8580b7bb7061667d3beb48a5f68d8608e575aab001bcfa47b0e02fc9a4ba26f"),
        ("legacy-swarm-worker0", "875bfb58d1d3db1699686a4b0ee3699c5bc1b5581154989433685817cf1b449f"),
    ),
}


def recording(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((RECORDINGS / f"{name}.json").read_text())
    return found


def exchange(url: str, method: str, path: str, body: Any = None, token: str | None = None) -> tuple[int | None, Any]:
    """Status and decoded body of an answer; no status when the connection was closed without one."""
    place = urlsplit(url)
    if place.scheme == "https":
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        connection: http.client.HTTPConnection = http.client.HTTPSConnection(place.netloc, context=context)
    else:
        connection = http.client.HTTPConnection(place.netloc)
    sent = body if body is None or isinstance(body, str) else json.dumps(body)
    try:
        headers = {"Content-Type": "application/json", **({"X-Auth-Token": token} if token else {})}
        connection.request(method, path, sent, headers)
        response = connection.getresponse()
    except http.client.RemoteDisconnected:
        return None, None
    finally:
        text = response.read().decode() if "response" in locals() else ""
        connection.close()
    try:
        return response.status, json.loads(text)
    except ValueError:
        return response.status, text


def tutorial(double: NetmasterDouble) -> None:
    """The networks and containers of the tutorial, as they were when the recording began."""
    found = double.objects
    found.write("tenants", "blue", '{"tenantName": "blue"}')
    for key, body in NETWORKS.items():
        found.write("networks", key, json.dumps(body))
        for host, identifier in ENDPOINTS[key]:
            found.plug(key, host, identifier=identifier)


def same_order(found: Any) -> Any:
    """netmaster lists in another order each time."""
    if isinstance(found, dict):
        return {name: same_order(part) for name, part in found.items()}
    if isinstance(found, list):
        return sorted((same_order(part) for part in found), key=lambda part: json.dumps(part, sort_keys=True))
    return found


def replay(url: str) -> dict[str, tuple[int | None, Any]]:
    """What is answered to all that was recorded, in its order."""
    said = {}
    for name in REPLAYED:
        for method, path, more in BEFORE.get(name, []):
            tenant, label = path.split("/")[1].split(":")
            body = None if more is None else {"tenantName": tenant, "networkName": label, **more}
            exchange(url, method, f"/api/v1/{path}/", body)
        request = recording(name)["request"]
        status, body = exchange(url, request["method"], request["path"], request["body"])
        said[name] = status, same_order(body)
    return said
