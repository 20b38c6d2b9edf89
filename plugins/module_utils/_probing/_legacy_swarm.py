# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""What one node of a legacy Swarm holds: engine, etcd, plugins of Docker, daemons, and the manager that runs there."""

from __future__ import annotations

import glob
import os
from typing import Any, Callable, Dict, NamedTuple
from urllib.parse import urlsplit

from ansible_collections.packetwalk.labs.plugins.module_utils._parsing import _legacy_swarm
from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._errors import ParseError
from ansible_collections.packetwalk.labs.plugins.module_utils._probing import _plain_http
from ansible_collections.packetwalk.labs.plugins.module_utils._probing._docker_api import DockerApi, DockerError
from ansible_collections.packetwalk.labs.plugins.module_utils._probing._plain_http import Unanswered

Row = Dict[str, Any]

_NOT_FOUND = 404
_SWARM = "swarm/"


class Places(NamedTuple):
    """Where things are on the node: a unix socket, ``host:port`` twice, a directory, and how long each may take."""

    docker_socket: str
    etcd_address: str
    manager_address: str
    plugin_directory: str
    timeout_seconds: float


def gather(places: Places) -> Row:
    """Return ``legacy_swarm`` of the document. What could not be read is null, with the reason beside it."""
    daemons = _daemons()
    arguments = daemons["swarm_manager"]["arguments"]
    return {
        **_known("engine", lambda: _engine(places.docker_socket)),
        **_known("etcd", lambda: _etcd(places)),
        "plugins": [_plugin(path, places) for path in sorted(glob.glob(f"{places.plugin_directory}/*.sock"))],
        "daemons": daemons,
        **_known("manager", lambda: _manager(places, arguments)),
    }


def _known(key: str, read: Callable[[], Any]) -> Row:
    try:
        return {key: read()}
    except (DockerError, ParseError, Unanswered) as error:
        return {key: None, f"{key}_reason": str(error)}


def _engine(socket_path: str) -> Row:
    with DockerApi(socket_path) as api:
        return _legacy_swarm.engine(api.get("info"))


def _etcd(places: Places) -> Row:
    def get(target: str) -> Any:
        return _plain_http.get(places.etcd_address, target, places.timeout_seconds)

    row: Row = {"role": _etcd_role(get), "healthy": _is_healthy(get)}
    row.update(_known("version", lambda: _legacy_swarm.etcd_version(get("/version"))))
    try:
        row["v2"] = True
        row["members"] = [
            {**member, "healthy": _member_is_healthy(member, places.timeout_seconds)}
            for member in _legacy_swarm.etcd_members(get("/v2/members"))
        ]
        row.update(_known("leader", lambda: _leader(get, row["members"])))
    except Unanswered as error:
        reason = str(error)
        if error.status == _NOT_FOUND:
            row["v2"] = False
            reason = "the v2 API is off (--enable-v2)"
        else:
            row.update(v2=None, v2_reason=reason)
        row.update(members=None, members_reason=reason, leader=None, leader_reason=reason)
    return row


def _etcd_role(get: Callable[[str], Any]) -> str:
    """Only a proxy tells where it sends requests to; all the rest it answers with what a member says."""
    try:
        get("/v2/config/local/proxy")
    except Unanswered as error:
        if error.status != _NOT_FOUND:
            raise
        return "member"
    return "proxy"


def _is_healthy(get: Callable[[str], Any]) -> bool:
    try:
        return _legacy_swarm.etcd_health(get("/health"))
    except Unanswered:
        return False


def _member_is_healthy(member: Row, timeout_seconds: float) -> bool:
    def is_healthy(url: str) -> bool:
        return _is_healthy(lambda target: _plain_http.get(urlsplit(url).netloc, target, timeout_seconds))

    return any(is_healthy(url) for url in member["client_urls"] if url.startswith("http://"))


def _leader(get: Callable[[str], Any], members: list[Row]) -> str | None:
    identifier = _legacy_swarm.etcd_leader(get("/v2/stats/self"))
    return next((member["name"] for member in members if member["id"] == identifier), None)


def _plugin(path: str, places: Places) -> Row:
    row: Row = {"name": os.path.basename(path)[: -len(".sock")], "socket": path}
    try:
        told = _plain_http.post_socket(path, "/Plugin.Activate", places.timeout_seconds)
        return {**row, "answers": True, "reason": None, "implements": _legacy_swarm.plugin_implements(told)}
    except (ParseError, Unanswered) as error:
        return {**row, "answers": False, "reason": str(error), "implements": []}


def _daemons() -> dict[str, Row]:
    found: dict[str, Row] = {name: {"running": False, "arguments": []} for name in _legacy_swarm.DAEMONS}
    for process in sorted(filter(str.isdigit, os.listdir("/proc")), key=int):
        try:
            with open(f"/proc/{process}/cmdline", encoding="utf-8", errors="replace") as file:
                command = file.read().split("\0")[:-1]
            name = _legacy_swarm.daemon(command)
            # A lab of network namespaces on one machine has the processes of all its nodes here.
            if name and not found[name]["running"] and os.path.samefile(f"/proc/{process}/ns/net", "/proc/self/ns/net"):
                found[name] = {"running": True, "arguments": command[1:]}
        except OSError:
            # It has ended.
            continue
    return found


def _manager(places: Places, arguments: list[str]) -> Row:
    def get(target: str) -> Any:
        return _plain_http.get(places.manager_address, target, places.timeout_seconds)

    info = get("/info")
    version = info.get("ServerVersion") if isinstance(info, dict) else None
    if not str(version).startswith(_SWARM):
        raise Unanswered(f"{places.manager_address}: what answers there is no swarm manager, its version is {version}")
    row = _legacy_swarm.manager(info, arguments)
    if row["role"] != "primary":
        reason = "a replica asks the primary manager for it"
        return {**row, "containers": None, "containers_reason": reason, "networks": None, "networks_reason": reason}
    return {
        **row,
        **_known("containers", lambda: _legacy_swarm.containers(get("/containers/json?all=1"))),
        **_known("networks", lambda: _legacy_swarm.networks(get("/networks"))),
    }
