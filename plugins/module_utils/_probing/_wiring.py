# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""Read which interfaces the namespaces of a machine and of its containers have, and carry out operations on them."""

from __future__ import annotations

import contextlib
import os
import resource
from types import TracebackType
from typing import Any, Iterable, Iterator, Mapping, NamedTuple, Sequence

from ansible_collections.packetwalk.labs.plugins.module_utils._formatting import _link_messages
from ansible_collections.packetwalk.labs.plugins.module_utils._parsing import _netlink
from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._netem import Netem
from ansible_collections.packetwalk.labs.plugins.module_utils._planning._link_ends import (
    HOST,
    MACHINE,
    MARK,
    Place,
)
from ansible_collections.packetwalk.labs.plugins.module_utils._planning._link_operations import (
    Change,
    Create,
    Delete,
    Impair,
    Interface,
    Operation,
    Present,
)
from ansible_collections.packetwalk.labs.plugins.module_utils._probing import (
    _kernel_probe,
    _namespaces,
    _rtnetlink,
    _setns,
)
from ansible_collections.packetwalk.labs.plugins.module_utils._probing._docker_api import DockerApi, DockerError
from ansible_collections.packetwalk.labs.plugins.module_utils._probing._links import LinkResolver, Opened
from ansible_collections.packetwalk.labs.plugins.module_utils._probing._netlink_socket import (
    NLM_F_CREATE,
    NLM_F_EXCL,
    NLM_F_REPLACE,
    NetlinkSocket,
    Request,
)

NAMED = "/run/netns"
_NOT_FOUND = 404


class Failed(Exception):
    """The kernel refused an operation; the text is one clause."""


class Located(NamedTuple):
    """Files that lead to the namespaces of places, and of the others one sentence that says why there is none."""

    paths: dict[Place, str]
    missing: dict[Place, str]


def locate(places: Iterable[Place], containers: Mapping[str, Sequence[str]], docker_socket: str) -> Located:
    """Find places. ``containers`` are the names that the container of a switch may have, the first one that exists.

    Raises ``DockerError`` when the engine cannot be asked.
    """
    wanted = {*places, MACHINE}
    located = Located({}, {})
    for place in sorted(wanted - {place for place in wanted if place.switch is not None}):
        path = _namespaces.HOST if place == MACHINE else os.path.join(NAMED, place.namespace)
        if _identity(path) is None:
            located.missing[place] = f"There is no namespace {place.namespace}."
        else:
            located.paths[place] = path
    switches = sorted({place.switch for place in wanted if place.switch is not None})
    if switches:
        with DockerApi(docker_socket) as api:
            for switch in switches:
                inside = sorted({place for place in wanted if place.switch == switch} | {Place(switch, HOST)})
                _locate_inside(api, containers[switch], inside, located)
    return located


def netem_reason() -> str | None:
    """Return why the kernel has no netem, ``None`` when it has."""
    known, refusal = _kernel_probe.run({"netem": _kernel_probe.queueing_discipline("netem")})
    if known.get("netem"):
        return None
    return "this kernel does not know netem" if "netem" in known else f"the kernel cannot be asked: {refusal}"


class Wiring:
    """Namespaces that are open: those of places, and those that hold an end of any lab's link wherever they are.

    Raises ``OSError`` when a place cannot be entered, and ``ParseError``.
    """

    def __init__(self, located: Located) -> None:
        self._stack = contextlib.ExitStack()
        self._opened: dict[str, Opened] = {}
        self._homes: dict[str, str] = {}
        self._located = located
        self._keys: dict[int, str] = {}
        # Each namespace takes two files.
        _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
        try:
            self._open_all()
        except BaseException:
            self._stack.close()
            raise

    def __enter__(self) -> Wiring:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    def links(self) -> dict[str, list[dict[str, Any]]]:
        """Return the links of each namespace as the state document has them, by a path that leads to it."""
        found = {key: _rtnetlink.links(opened.connection, {}) for key, opened in self._opened.items()}
        resolver = LinkResolver(self._opened, found)
        return {key: resolver.rows(key) for key in found}

    def look(self, netem: bool) -> Present:
        """Return what is there; ``netem`` is whether the kernel has it."""
        interfaces: list[Interface] = []
        for key, rows in self.links().items():
            connection = self._opened[key].connection
            addresses = _addresses(connection, {row["index"]: row["name"] for row in rows})
            netems = _netems(connection)
            for row in rows:
                peer = row.get("peer", {"index": None, "namespace": None})
                interfaces.append(
                    Interface(
                        key,
                        row["index"],
                        row["name"],
                        row["kind"],
                        row.get("alias", ""),
                        row["mtu_bytes"],
                        "up" in row["flags"],
                        row.get("master"),
                        peer["index"],
                        peer["namespace"],
                        tuple(addresses.get(row["name"], ())),
                        netems.get(row["index"]),
                    )
                )
        namespaces = {place: self._keys[_inode(path)] for place, path in self._located.paths.items()}
        return Present(namespaces, self._located.missing, self._homes, interfaces, netem)

    def apply(self, operation: Operation) -> None:
        """Carry out an operation. Raises ``Failed``."""
        try:
            if isinstance(operation, Create):
                self._create(operation)
            elif isinstance(operation, Change):
                self._opened[operation.namespace].connection.apply(self._changing(operation))
            elif isinstance(operation, Delete):
                removal = Request(_netlink.RTM_DELLINK, _link_messages.link(operation.ifindex))
                self._opened[operation.namespace].connection.apply([removal])
            else:
                self._impair(operation)
        except OSError as error:
            raise Failed(f"{operation.link}: {error.strerror or error}") from error

    def _create(self, operation: Create) -> None:
        (namespace, index, name), (other, other_index, other_name) = operation.first, operation.second
        pair = _link_messages.veth(
            _link_messages.NewEnd(index, name, None),
            _link_messages.NewEnd(other_index, other_name, self._opened[other].file),
            operation.mtu_bytes,
        )
        creation = Request(_netlink.RTM_NEWLINK, pair, NLM_F_CREATE | NLM_F_EXCL)
        self._opened[namespace].connection.apply([creation, *self._changing(operation.change)])

    def _changing(self, change: Change) -> list[Request]:
        settings = _link_messages.settings(
            change.ifindex,
            change.name,
            None if change.target is None else self._opened[change.target].file,
            change.alias,
            change.mtu_bytes,
            change.master,
            change.up,
        )
        requests = [Request(_netlink.RTM_SETLINK, settings)]
        if change.name is not None and change.target is None:
            # Before Linux 6.2 a link that is up keeps its name. A move takes it down anyway.
            requests.insert(0, Request(_netlink.RTM_SETLINK, _link_messages.settings(change.ifindex, up=False)))
        return requests

    def _impair(self, operation: Impair) -> None:
        connection = self._opened[operation.namespace].connection
        answer = connection.request(_netlink.RTM_GETLINK, _link_messages.link_named(operation.name))
        index = _netlink.link(answer or b"")["index"]
        if operation.netem is None:
            request = Request(_netlink.RTM_DELQDISC, _link_messages.root(index))
        else:
            payload = _link_messages.netem(index, operation.netem)
            request = Request(_netlink.RTM_NEWQDISC, payload, NLM_F_CREATE | NLM_F_REPLACE)
        connection.apply([request])

    def _open_all(self) -> None:
        for path in self._located.paths.values():
            self._open(_inode(path), path)
        reachable = {namespace.inode: namespace.path for namespace in _namespaces.discover()[0]}
        homes: dict[int, int] = {}
        for path, inode, home in _inside_of_containers():
            reachable.setdefault(inode, path)
            homes.setdefault(inode, home)
        for inode, path in reachable.items():
            # One that has ended, or that may not be entered, has no end of ours either.
            with contextlib.suppress(OSError):
                self._open(inode, path, only_with_marks=True)
        for inode in [inode for inode in homes if inode in self._keys]:
            self._add_home(inode, homes[inode], reachable.get(homes[inode]))
        for place, path in self._located.paths.items():
            if place.switch is not None:
                own = self._located.paths[Place(place.switch, HOST)]
                self._add_home(_inode(path), _inode(own), own)

    def _add_home(self, inode: int, home: int, path: str | None) -> None:
        if path is not None:
            with contextlib.suppress(OSError):
                self._open(home, path)
                self._homes[self._keys[inode]] = self._keys[home]

    def _open(self, inode: int, path: str, only_with_marks: bool = False) -> None:
        if inode in self._keys:
            return
        with contextlib.ExitStack() as stack:
            file = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
            stack.callback(os.close, file)
            with _setns.entered(file):
                connection = stack.enter_context(NetlinkSocket())
            if only_with_marks:
                links = connection.dump(_netlink.RTM_GETLINK, _rtnetlink.ALL_LINKS)
                if not any(MARK.encode() in payload for payload in links):
                    return
            self._stack.push(stack.pop_all())
            self._opened[path] = Opened(file, connection)
            self._keys[inode] = path


def _locate_inside(api: DockerApi, names: Sequence[str], places: Iterable[Place], located: Located) -> None:
    for name in names:
        try:
            state = api.get("containers", name, "json")["State"]
            break
        except DockerError as error:
            if error.status != _NOT_FOUND:
                raise
    else:
        reason = f"There is no container {' or '.join(names)}."
        located.missing.update({place: reason for place in places})
        return
    for place in places:
        root = f"/proc/{state['Pid']}"
        path = f"{root}/ns/net" if place.namespace == HOST else f"{root}/root{NAMED}/{place.namespace}"
        if not state["Running"] or _identity(f"{root}/ns/net") is None:
            located.missing[place] = f"Container {name} is not running."
        elif _identity(path, follow=place.namespace == HOST) is None:
            located.missing[place] = f"Container {name} has no network namespace {place.namespace}."
        else:
            located.paths[place] = path


def _inside_of_containers() -> Iterator[tuple[str, int, int]]:
    """Yield path and inode of namespaces that are mounted where only others see it, and the inode of their own one."""
    seen = {os.readlink("/proc/self/ns/mnt")}
    for process in sorted(int(name) for name in os.listdir("/proc") if name.isdigit()):
        try:
            mounts = os.readlink(f"/proc/{process}/ns/mnt")
            if mounts in seen:
                continue
            home = _inode(f"/proc/{process}/ns/net")
            folder = f"/proc/{process}/root{NAMED}"
            paths = [f"{folder}/{name}" for name in os.listdir(folder)]
        except OSError:
            # It has ended, may not be looked at, or has none.
            continue
        mounted = {path: inode for path in paths for inode in [_identity(path, follow=False)] if inode is not None}
        # What was started inside of one does not know the container's own.
        if home not in mounted.values():
            seen.add(mounts)
            yield from ((path, inode, home) for path, inode in mounted.items())


def _identity(path: str, follow: bool = True) -> int | None:
    """Return the inode of a namespace, ``None`` where a file leads to none.

    In another root a symbolic link would lead to where it says in ours.
    """
    try:
        status = os.stat(path, follow_symlinks=follow)
    except OSError:
        return None
    return status.st_ino if status.st_dev == os.stat(_namespaces.HOST).st_dev else None


def _inode(path: str) -> int:
    return os.stat(path).st_ino


def _addresses(connection: NetlinkSocket, names: Mapping[int, str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for payload in connection.dump(_netlink.RTM_GETADDR, _rtnetlink.ALL_ADDRESSES):
        row = _netlink.address(payload, names)
        if row["scope"] == "global":
            found.setdefault(row["device"], []).append(f"{row['address']}/{row['prefix_length']}")
    return {device: sorted(addresses) for device, addresses in found.items()}


def _netems(connection: NetlinkSocket) -> dict[int, Netem]:
    try:
        payloads = connection.dump(_netlink.RTM_GETQDISC, bytes(_netlink.TCMSG.size))
    except OSError:
        # A kernel without queueing disciplines.
        return {}
    return dict(filter(None, map(_netlink.root_netem, payloads)))
