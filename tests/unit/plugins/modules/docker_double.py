# SPDX-License-Identifier: GPL-3.0-or-later
"""A double of a Docker engine with a cluster store for tests: the networks that a double of netmaster made in it.

It is no engine. It says what modules for Contiv ask one: the version of its API, its cluster store and its networks.
"""

from __future__ import annotations

import http.server
import json
import socketserver
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from serving import Serving


class DockerDouble(Serving):
    """Serves on the unix socket ``path`` while it is entered.

    * ``networks``: the names of those that it has.
    * ``refusal``: what it says instead of making one, None while it makes them.
    * ``requests``: method and path of each request, in their order.
    """

    def __init__(self, path: Path, networks: set[str], cluster_store: str = "etcd://192.168.2.50:2379") -> None:
        super().__init__(socketserver.ThreadingUnixStreamServer(str(path), _Handler))
        self.path = str(path)
        self.networks = networks
        self.cluster_store = cluster_store
        self.refusal: str | None = None
        self.requests: list[tuple[str, str]] = []

    def answer(self, method: str, path: str, body: bytes) -> tuple[int, Any]:
        self.requests.append((method, path))
        if (method, path) == ("GET", "/version"):
            return 200, {"Version": "20.10.24", "ApiVersion": "1.41", "MinAPIVersion": "1.12"}
        name = path.split("/", 2)[-1]
        if (method, name) == ("GET", "info"):
            return 200, {"ClusterStore": self.cluster_store}
        if (method, name) == ("GET", "networks"):
            return 200, [{"Name": each} for each in sorted(self.networks)]
        kind, _slash, network = name.partition("/")
        if (method, name) == ("POST", "networks/create"):
            if self.refusal is not None:
                return 500, self.refusal
            self.networks.add(json.loads(body)["Name"])
            return 201, {"Id": "3e36c22c20a0", "Warning": ""}
        if kind == "networks" and unquote(network) in self.networks:
            if method == "DELETE":
                self.networks.remove(unquote(network))
                return 204, None
            return 200, {"Name": unquote(network), "Id": "3e36c22c20a0", "Driver": "netplugin"}
        return 404, {"message": "page not found"}


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def _serve(self) -> None:
        double: DockerDouble = self.server.double  # type: ignore[attr-defined]
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        status, answer = double.answer(self.command, self.path, body)
        # Of versions below 1.24 an error is text, which is what netmaster speaks.
        text = answer if isinstance(answer, str) else json.dumps(answer)
        data = b"" if answer is None else text.encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    do_GET = do_POST = do_DELETE = _serve

    def log_message(self, *args: Any) -> None:
        pass
