# SPDX-License-Identifier: GPL-3.0-or-later
"""A double of netmaster 1.0.3 and of the auth proxy 1.0.3 for tests: an HTTP server with their answers and quirks.

It is no netmaster: it moves no packet and knows no etcd. test_netmaster_double.py compares it with the recordings of a
real one (tests/recordings/contiv). What has not been recorded is answered with status 501.
"""

from __future__ import annotations

import http.server
import json
import ssl
import subprocess
import tempfile
import threading
from pathlib import Path
from typing import Any

from netmaster_fields import Refusal
from netmaster_objects import NO_KEYS, Objects, Panic, Unknown, Unrecorded
from serving import Serving

VERSION = {"GitCommit": "c61eb64", "Version": "1.0.3", "BuildTime": "06-08-2017.01-26-14.UTC"}
PROXY = "/api/v1/auth_proxy/"
TOKEN = "a.token.of-the-double"


class NetmasterDouble(Serving):
    """Serves on a free port of 127.0.0.1 while it is entered.

    * ``url``: where.
    * ``objects``: what it holds.
    * ``requests``: method, path and body of each request, in their order.

    With ``password`` it is the auth proxy in front of it, over TLS with a certificate that nobody trusts, with the user
    ``admin``.
    """

    def __init__(self, password: str | None = None) -> None:
        super().__init__(http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Handler))
        self.objects = Objects()
        self.requests: list[tuple[str, str, str]] = []
        self.password = password
        self._lock = threading.Lock()
        if password is not None:
            self._server.socket = _context().wrap_socket(self._server.socket, server_side=True)
        self.url = f"{'http' if password is None else 'https'}://127.0.0.1:{self._server.server_port}"

    def changes(self) -> list[tuple[str, str]]:
        """Method and path of the requests that may have changed something."""
        return [(method, path) for method, path, _body in self.requests if method != "GET" and PROXY not in path]

    def answer(self, method: str, path: str, body: str, token: str | None) -> tuple[int, Any]:
        """Return status and body, a text for a plain one. Raises Panic."""
        with self._lock:
            self.requests.append((method, path, body))
            if self.password is not None:
                if path.startswith(PROXY):
                    return self._login(method, path, body)
                if not path.startswith("/api/v1/"):
                    return 404, "404 page not found"
                if token != TOKEN:
                    return 400, {"error": "Bad token" if token else "Empty auth token"}
            try:
                return 200, self._carry_out(method, path, body)
            except Refusal as refusal:
                return 500, str(refusal)
            except Panic:
                if self.password is None:
                    raise
                words = f'{method.capitalize()} "http://localhost:9999{path}": EOF'
                return 500, {"error": f"Failed to perform duplicate request: {words}"}
            except Unknown:
                return 404, "404 page not found"
            except Unrecorded:
                return 501, f"nobody has recorded {method} {path}"

    def _login(self, method: str, path: str, body: str) -> tuple[int, Any]:
        end = path[len(PROXY) :]
        if (method, end) == ("GET", "version/"):
            return 200, {"version": "devbuild"}
        if (method, end) == ("GET", "health/"):
            healthy = {"status": "healthy", "version": VERSION["Version"]}
            return 200, {"netmaster": healthy, "status": "healthy", "version": "devbuild"}
        if (method, end) == ("POST", "login/"):
            if json.loads(body) == {"username": "admin", "password": self.password}:
                return 200, {"token": TOKEN}
            return 401, {"error": "Invalid username/password"}
        return 501, f"nobody has recorded {method} {path}"

    def _carry_out(self, method: str, path: str, body: str) -> Any:
        if method == "GET" and path == "/version":
            return VERSION
        if method == "GET" and path == "/services":
            raise Refusal(NO_KEYS)
        parts = path.split("/")
        # The slash at the end belongs to each path.
        if parts[:3] != ["", "api", "v1"] or parts[-1]:
            raise Unknown
        names = parts[3:-1]
        if method == "GET" and len(names) == 1:
            return self.objects.all(names[0])
        if method == "GET" and len(names) == 3 and names[0] == "inspect":
            return self.objects.inspected(*names[1:])
        if len(names) != 2:
            raise Unknown
        if method in ("POST", "PUT"):
            return self.objects.write(*names, body)
        return {"GET": self.objects.one, "DELETE": self.objects.delete}[method](*names)


class _Handler(http.server.BaseHTTPRequestHandler):
    # Or a client waits for the acknowledgement of the headers before it gets the rest.
    wbufsize = -1

    def _serve(self) -> None:
        double: NetmasterDouble = self.server.double  # type: ignore[attr-defined]
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        try:
            status, answer = double.answer(self.command, self.path, body, self.headers.get("X-Auth-Token"))
        except Panic:
            return
        plain = isinstance(answer, str) and status != 200
        data = (f"{answer}\n" if plain else json.dumps(answer)).encode()
        self.send_response(status)
        # netmaster says of its version that it were text, the auth proxy of everything that it were JSON.
        as_json = (not plain and self.path != "/version") or double.password is not None
        self.send_header("Content-Type", "application/json" if as_json else "text/plain; charset=utf-8")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    do_GET = do_POST = do_PUT = do_DELETE = _serve

    def log_message(self, *args: Any) -> None:
        pass


def _context() -> ssl.SSLContext:
    with tempfile.TemporaryDirectory() as folder:
        key, certificate = Path(folder, "key.pem"), Path(folder, "certificate.pem")
        request = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
        files = ["-subj", "/CN=auth-proxy", "-keyout", str(key), "-out", str(certificate)]
        subprocess.run([*request, *files], check=True, capture_output=True)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
    return context
