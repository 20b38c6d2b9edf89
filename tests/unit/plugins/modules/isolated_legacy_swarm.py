# SPDX-License-Identifier: GPL-3.0-or-later
"""A node of a legacy Swarm for the tests of ``legacy_swarm_info``, alone in namespaces of its own.

etcd is the real one: a member, a proxy, and one whose v2 API is off. The manager and the plugins are doubles that say
what was recorded. Daemons are processes that are only called like them.
"""

from __future__ import annotations

import contextlib
import functools
import http.server
import json
import os
import shutil
import socket
import socketserver
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

sys.path.insert(0, os.path.dirname(__file__))
import isolation  # noqa: E402

COLLECTIONS = os.path.abspath(os.path.join(os.path.dirname(__file__), *[os.pardir] * 4, ".ansible", "collections"))
RECORDINGS = Path(__file__).parents[3] / "recordings" / "contiv-swarm"

MANAGER = ["/usr/bin/swarm", "manage", "--advertise=192.168.2.50:2375", "etcd://192.168.2.50:2379"]


@functools.lru_cache(maxsize=None)
def read() -> dict[str, Any]:
    """What the module returned, by situation, or ``refused``."""
    return isolation.outcome(__file__, ["etcd", "ip", "unshare"], 100)


def _etcd(name: str, port: int, *options: str) -> subprocess.Popen[bytes]:
    urls = f"http://127.0.0.1:{port}"
    command = ["etcd", "--name", name, "--data-dir", f"/run/{name}", "--log-level", "fatal", *options]
    started = subprocess.Popen([*command, "--listen-client-urls", urls], stdout=sys.stderr, stderr=sys.stderr)
    for _attempt in range(100):
        with contextlib.suppress(OSError), urllib.request.urlopen(f"{urls}/health", timeout=2):
            return started
        time.sleep(0.1)
    raise OSError(f"etcd {name} did not start")


def _member(name: str, port: int, peer_port: int, *options: str) -> subprocess.Popen[bytes]:
    peer = f"http://127.0.0.1:{peer_port}"
    return _etcd(
        name,
        port,
        *("--advertise-client-urls", f"http://127.0.0.1:{port}", "--listen-peer-urls", peer),
        *("--initial-advertise-peer-urls", peer, "--initial-cluster", f"{name}={peer}", *options),
    )


def _called(command: list[str], *before: str) -> None:
    """A process whose command line begins and ends so."""
    waiting = [command[0], "-c", "import time; time.sleep(100)", *command[1:]]
    code = f"import os; os.execv({sys.executable!r}, {waiting!r})"
    subprocess.Popen([*before, sys.executable, "-c", code])


class _Handler(http.server.BaseHTTPRequestHandler):
    answers: Mapping[str, tuple[int, Any]] = {}

    def address_string(self) -> str:
        return "double"

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        pass

    def do_GET(self) -> None:
        status, body = self.answers.get(self.path, (404, {"message": "page not found"}))
        self.send_response(status)
        self.end_headers()
        self.wfile.write(json.dumps(body).encode())

    do_POST = do_GET


@contextlib.contextmanager
def _answering(where: str | int, answers: Mapping[str, tuple[int, Any]]) -> Iterator[None]:
    """A double on a unix socket or a port."""
    handler = type("Handler", (_Handler,), {"answers": answers})
    server: socketserver.BaseServer
    if isinstance(where, str):
        server = socketserver.ThreadingUnixStreamServer(where, handler)
    else:
        server = http.server.ThreadingHTTPServer(("127.0.0.1", where), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()


def _recorded(name: str) -> tuple[int, Any]:
    return 200, json.loads((RECORDINGS / f"{name}.json").read_text(encoding="utf-8"))


def _main() -> None:
    sys.path.insert(0, COLLECTIONS)
    from ansible_collections.packetwalk.labs.plugins.modules import legacy_swarm_info

    def seen(**arguments: Any) -> dict[str, Any]:
        return isolation.run(legacy_swarm_info, docker_socket="/run/docker.sock", **arguments)

    subprocess.run(["mount", "-t", "tmpfs", "tmpfs", "/run"], check=True)
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    steps = {"nothing": seen()}

    member = _member("one", 2379, 2380, "--enable-v2")
    proxy = _etcd("proxy", 4379, "--enable-v2", "--proxy", "on", "--initial-cluster", "one=http://127.0.0.1:2380")
    os.makedirs("/run/docker/plugins")
    deaf = socket.socket(socket.AF_UNIX)
    deaf.bind("/run/docker/plugins/deaf.sock")
    silent = socket.socket(socket.AF_UNIX)
    silent.bind("/run/docker/plugins/silent.sock")
    silent.listen()
    _called(MANAGER)
    _called(["/usr/bin/netplugin", "-plugin-mode", "docker"])
    _called(["/usr/bin/netmaster", "--cluster-mode", "docker"], "unshare", "--net")
    time.sleep(0.5)
    answers = {
        "/info": _recorded("swarm-info"),
        "/containers/json?all=1": _recorded("swarm-containers"),
        "/networks": _recorded("swarm-networks"),
    }
    told = {"/Plugin.Activate": (200, {"Implements": ["NetworkDriver", "IpamDriver"]})}
    with _answering("/run/docker/plugins/netplugin.sock", told), _answering(2375, answers):
        steps["full"] = seen(timeout_seconds=0.5)
    shutil.rmtree("/run/docker/plugins")
    with _answering(2375, {**answers, "/networks": (500, {"message": "no store"})}):
        steps["no_networks"] = seen()
    replica = {**answers["/info"][1], "SystemStatus": [["Role", "replica"], ["Primary", "192.168.2.51:2375"]]}
    replica["SystemStatus"] += answers["/info"][1]["SystemStatus"][1:]
    with _answering(2375, {"/info": (200, replica)}):
        steps["replica"] = seen()
    with _answering(2375, {"/info": _recorded("engine-info")}):
        steps["an_engine"] = seen()
    steps["proxy"] = seen(etcd_address="127.0.0.1:4379")
    member.terminate()
    member.wait()
    steps["member_gone"] = seen(etcd_address="127.0.0.1:4379")
    proxy.terminate()
    _member("other", 2379, 2380, "--enable-v2=false")
    steps["no_v2"] = seen()
    steps["mistake"] = seen(etcd_address="http://127.0.0.1:2379/")
    json.dump(steps, sys.stdout)


if __name__ == "__main__":
    _main()
