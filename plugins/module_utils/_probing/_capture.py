# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""Capture packets on many devices of many network namespaces at once, in one process."""

from __future__ import annotations

import contextlib
import os
import selectors
import time
from typing import Any, Dict, Mapping, NamedTuple, Sequence

from ansible_collections.packetwalk.labs.plugins.module_utils._formatting import _pcapng
from ansible_collections.packetwalk.labs.plugins.module_utils._parsing import _frames, _netlink
from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._errors import ParseError
from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._flow import Flow
from ansible_collections.packetwalk.labs.plugins.module_utils._probing._entering import Entrance, Unenterable
from ansible_collections.packetwalk.labs.plugins.module_utils._probing._netlink_socket import NetlinkSocket
from ansible_collections.packetwalk.labs.plugins.module_utils._probing._packet_socket import (
    NotEthernet,
    PacketSocket,
    Seen,
)

Row = Dict[str, Any]

# How long packets may still arrive after the capture was told to end.
_GRACE_SECONDS = 0.3

# How often the file that ends the capture is looked for.
_LOOK_SECONDS = 0.05

# No device is read longer than this at once while others wait.
_FRAMES_AT_ONCE = 64


class Plan(NamedTuple):
    """What to capture.

    * ``points``: ``{namespace, device}``; a null device means all devices of the namespace that are up.
    * ``seconds`` and ``packets``: the most that is waited, and the most that is kept.
    * ``snap_bytes``: the most that is kept of each frame.
    * ``tunnel_ports``: see ``_frames.decode``.
    * ``ready_file``: is made once every socket is open. ``stop_file``: ends the capture when it appears. Both are
      removed at the beginning and at the end; null means none.
    """

    points: Sequence[Mapping[str, Any]]
    flow: Flow
    seconds: float
    packets: int
    snap_bytes: int
    tunnel_ports: Mapping[int, str]
    ready_file: str | None = None
    stop_file: str | None = None


class _Point(NamedTuple):
    namespace: str
    device: str
    socket: PacketSocket


class _Kept(NamedTuple):
    point: int
    seen: Seen
    decoded: Row


class _Recording:
    """The packets of the flow, and how many frames made no sense."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self.kept: list[_Kept] = []
        self.undecoded = 0

    @property
    def is_full(self) -> bool:
        return len(self.kept) >= self._plan.packets

    def add(self, point: int, seen: Seen) -> None:
        if not self._plan.flow.may_have(seen.frame):
            return
        try:
            decoded = _frames.decode(seen.frame, self._plan.tunnel_ports)
        except ParseError:
            self.undecoded += 1
            return
        if self._plan.flow.has(seen.frame, decoded["packet"]):
            self.kept.append(_Kept(point, seen, decoded))


def run(plan: Plan) -> tuple[Row, bytes]:
    """Capture, and return what the module returns and the same frames as a pcapng file.

    Nothing is left behind: sockets end with the process, and the two files are removed.
    """
    files = [path for path in (plan.ready_file, plan.stop_file) if path is not None]
    missing: list[Row] = []
    recording = _Recording(plan)
    with contextlib.ExitStack() as stack:
        # What a run left behind that was killed.
        _remove(files)
        stack.callback(_remove, files)
        points = _opened(plan, missing, stack)
        if plan.ready_file is not None:
            os.close(os.open(plan.ready_file, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o644))
        limited = _listen(plan, points, missing, recording)
        dropped = sum(point.socket.dropped() for point in points)
    kept = sorted(recording.kept, key=lambda one: one.seen.time_nanoseconds)
    result = {
        "packets": [_row(points[one.point], one) for one in kept],
        "points": [{"namespace": point.namespace, "device": point.device} for point in points],
        "points_missing": missing,
        "dropped": dropped,
        "undecoded": recording.undecoded,
        "limited": limited,
    }
    names = [f"{point.namespace}/{point.device}" for point in points]
    return result, _pcapng.document(names, [_pcapng.Frame(one.point, *one.seen) for one in kept], plan.snap_bytes)


def _row(point: _Point, one: _Kept) -> Row:
    return {
        "namespace": point.namespace,
        "device": point.device,
        "direction": one.seen.direction,
        "time_seconds": one.seen.time_nanoseconds / 1e9,
        **one.decoded,
    }


def _opened(plan: Plan, missing: list[Row], stack: contextlib.ExitStack) -> list[_Point]:
    """Open one socket for each device, once; note in ``missing`` which cannot be watched, and why."""
    entrance = Entrance()
    wanted: dict[str, list[str | None]] = {}
    for point in plan.points:
        wanted.setdefault(point["namespace"], []).append(point["device"])
    opened = []
    for namespace, devices in wanted.items():
        try:
            with entrance.entered(namespace):
                for device in _named(devices):
                    try:
                        socket = PacketSocket(device, plan.snap_bytes)
                    except (OSError, NotEthernet) as error:
                        missing.append(_missing(namespace, device, error))
                        continue
                    stack.callback(socket.close)
                    opened.append(_Point(namespace, device, socket))
        except Unenterable as error:
            missing += [_missing(namespace, device, error) for device in devices]
    return opened


def _named(devices: Sequence[str | None]) -> list[str]:
    """Put all devices of the present namespace that are up in the place of null."""
    if None not in devices:
        return list(dict.fromkeys(device for device in devices if device is not None))
    with NetlinkSocket() as connection:
        links = [_netlink.link(payload) for payload in connection.dump(_netlink.RTM_GETLINK, bytes(16))]
    every = [link["name"] for link in links if "up" in link["flags"]]
    return list(dict.fromkeys([device for device in devices if device is not None] + every))


def _missing(namespace: str, device: str | None, error: Exception) -> Row:
    reason = error.strerror if isinstance(error, OSError) else str(error)
    return {"namespace": namespace, "device": device, "reason": reason}


def _listen(plan: Plan, points: Sequence[_Point], missing: list[Row], recording: _Recording) -> str | None:
    """Record until the time is over, the file appears or nothing more may be kept; return what ended it too early."""
    end = time.monotonic() + plan.seconds
    waits_for_file = plan.stop_file is not None
    with selectors.DefaultSelector() as selector:
        for number, point in enumerate(points):
            selector.register(point.socket, selectors.EVENT_READ, number)
        while not recording.is_full:
            now = time.monotonic()
            if waits_for_file and os.path.exists(plan.stop_file or ""):
                waits_for_file, end = False, min(end, now + _GRACE_SECONDS)
            if now >= end:
                return "seconds" if waits_for_file else None
            for key, _events in selector.select(min(_LOOK_SECONDS, end - now)):
                try:
                    _record(key.data, points[key.data].socket, recording)
                except OSError as error:
                    # The device was set down or is gone.
                    selector.unregister(key.fileobj)
                    point = points[key.data]
                    missing.append(_missing(point.namespace, point.device, error))
    return "packets"


def _record(number: int, socket: PacketSocket, recording: _Recording) -> None:
    for _turn in range(_FRAMES_AT_ONCE):
        seen = None if recording.is_full else socket.receive()
        if seen is None:
            return
        recording.add(number, seen)


def _remove(paths: Sequence[str]) -> None:
    for path in paths:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(path)
