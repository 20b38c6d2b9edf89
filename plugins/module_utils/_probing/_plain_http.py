# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""HTTP without encryption and without proxies, to what listens on a port or on a unix socket of the node."""

from __future__ import annotations

import errno
import http.client
import json
import socket
from typing import Any

_REASONS = {
    errno.ECONNREFUSED: "nothing listens there",
    errno.ENOENT: "there is no such socket",
}


class Unanswered(Exception):
    """Nobody answered, or not what was asked for; the text is one clause that says why.

    ``status`` is that of HTTP, or None where there was no answer.
    """

    def __init__(self, message: str, status: int | None = None) -> None:
        super().__init__(message)
        self.status = status


class UnixConnection(http.client.HTTPConnection):
    """HTTP over the unix socket at ``path``; each read and write may take ``timeout_seconds``."""

    def __init__(self, path: str, timeout_seconds: float) -> None:
        super().__init__("localhost", timeout=timeout_seconds)
        self._path = path

    def connect(self) -> None:
        """Connect to the socket instead of to the host that HTTP names."""
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self._path)


def get(address: str, target: str, timeout_seconds: float) -> Any:
    """The decoded JSON that ``address``, a host and port, answers to ``GET target``. Raises Unanswered."""
    return _ask(_connection(address, timeout_seconds), "GET", target, address)


def post_socket(path: str, target: str, timeout_seconds: float) -> Any:
    """The decoded JSON that what listens on the unix socket answers to ``POST target``. Raises Unanswered."""
    return _ask(UnixConnection(path, timeout_seconds), "POST", target, path)


def exchange(address: str, method: str, target: str, sent: Any, timeout_seconds: float) -> tuple[int, str]:
    """The status and the body that ``address``, a host and port, answers to ``sent`` as JSON. Raises Unanswered."""
    status, _reason, body = _exchange(_connection(address, timeout_seconds), method, target, address, sent)
    return status, body.decode("utf-8", "replace")


def _connection(address: str, timeout_seconds: float) -> http.client.HTTPConnection:
    host, _colon, port = address.rpartition(":")
    return http.client.HTTPConnection(host.strip("[]"), int(port), timeout=timeout_seconds)


def _exchange(
    connection: http.client.HTTPConnection, method: str, target: str, where: str, sent: Any = None
) -> tuple[int, str, bytes]:
    content = {} if sent is None else {"Content-Type": "application/json"}
    try:
        connection.request(method, target, None if sent is None else json.dumps(sent), content)
        response = connection.getresponse()
        return response.status, response.reason, response.read()
    except socket.timeout as error:
        raise Unanswered(f"{where}: {method} {target} was not answered within {connection.timeout} s") from error
    except (OSError, http.client.HTTPException) as error:
        number = error.errno if isinstance(error, OSError) else None
        raise Unanswered(f"{where}: {_REASONS.get(number or 0, str(error) or type(error).__name__)}") from error
    finally:
        connection.close()


def _ask(connection: http.client.HTTPConnection, method: str, target: str, where: str) -> Any:
    status, reason, body = _exchange(connection, method, target, where)
    if status != 200:
        said = body.decode("utf-8", "replace").strip()
        raise Unanswered(f"{where}: {method} {target}: {said or reason} ({status})", status)
    try:
        return json.loads(body)
    except ValueError as error:
        raise Unanswered(f"{where}: {method} {target} was answered with something else than JSON", 200) from error
