# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""Ask OVSDB servers: JSON-RPC over unix, TCP and TLS sockets (RFC 7047, 4; ovsdb-server(7) for clusters)."""

from __future__ import annotations

import errno
import json
import socket
import ssl
import time
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Iterable, Sequence

from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._errors import ParseError
from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._json_stream import JsonStream
from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._ovsdb import (
    OvsdbError,
    Schema,
    checked_results,
    refusal,
)
from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._ovsdb_remote import Remote, parse_remotes

_CHUNK_BYTES = 1 << 20
# One server that does not answer must not use up the time that others could be asked in.
_CONNECT_SECONDS = 5.0
_PAUSE_SECONDS = 0.2

_REASONS = {
    errno.ENOENT: "there is no such socket",
    errno.ECONNREFUSED: "nothing listens there",
    errno.EACCES: "permission denied",
}
# What a member of a cluster may answer between two leaders (raft_command_status_to_string() of ovsdb/raft.c). Nothing
# took place then.
_LEADERLESS = "not leader"


class OvsdbUnavailable(OvsdbError):
    """No server could be asked; another one, or the same a little later, may answer."""


@dataclass(frozen=True)
class Tls:
    """Paths of PEM files. Servers are known by who signed their certificate, not by their name (ovs-vsctl(8))."""

    private_key: str | None = None
    certificate: str | None = None
    ca_certificate: str | None = None

    def context(self) -> ssl.SSLContext:
        """Raises OvsdbError."""
        if not self.ca_certificate:
            raise OvsdbError("a server on ssl: can only be trusted with the certificate of its authority")
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        try:
            context.load_verify_locations(self.ca_certificate)
            if self.certificate:
                context.load_cert_chain(self.certificate, self.private_key)
        except (OSError, ValueError) as error:
            raise OvsdbError(f"the certificates cannot be used: {error}") from error
        return context


class OvsdbClient:
    """One database, wherever it is served.

    * ``remotes``: connection methods with commas between them.
    * ``leader_only``: of a cluster ask the leader alone; others may answer with what was true a little earlier.
    * ``timeout_seconds``: the longest time for one request, with connecting and waiting for a leader.

    ``schema`` is the database's. It is tried again only where several remotes are given or a cluster has no leader.
    Raises OvsdbError, and ParseError for answers that are none.
    """

    def __init__(
        self,
        remotes: str,
        database: str,
        leader_only: bool = True,
        tls: Tls | None = None,
        timeout_seconds: float = 30.0,
    ) -> None:
        self._remotes = _parsed(remotes)
        self._database = database
        self._leader_only = leader_only
        self._tls = tls or Tls()
        self._timeout_seconds = timeout_seconds
        self._connection: _Connection | None = None
        self.schema = Schema(self._request("get_schema", [database], repeatable=True))

    def __enter__(self) -> OvsdbClient:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def select(self, table: str, columns: Sequence[str], where: Sequence[Sequence[Any]] = ()) -> list[dict[str, Any]]:
        """Rows of a table with ``columns``; ``where`` is a list of ``schema.condition(...)`` that all hold."""
        return self.select_any(table, columns, [where])

    def select_any(
        self, table: str, columns: Sequence[str], wheres: Iterable[Sequence[Sequence[Any]]]
    ) -> list[dict[str, Any]]:
        """Rows for which one of ``wheres`` holds, each a list of conditions; a row for which two hold comes twice.

        A table or a column that this version of the schema does not have gives no rows or None.
        """
        if table not in self.schema.tables:
            return []
        operations = [self.schema.select(table, columns, where) for where in wheres]
        rows = []
        for result in self.transact(operations) if operations else []:
            found = result.get("rows")
            if not isinstance(found, list):
                raise ParseError(f"OVSDB select from {table}", 0, "", "expected rows")
            for row in found:
                decoded = self.schema.decode_row(table, row)
                rows.append({name: decoded.get(name) for name in columns})
        return rows

    def transact(self, operations: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
        """The results of operations that take place all together or not at all (RFC 7047, 4.1.3)."""
        reading = all(operation["op"] == "select" for operation in operations)
        answer = self._request("transact", [self._database, *operations], reading, operations)
        return checked_results(operations, answer)

    def _request(
        self, method: str, parameters: list[Any], repeatable: bool, operations: Sequence[dict[str, Any]] = ()
    ) -> Any:
        deadline = time.monotonic() + self._timeout_seconds
        while True:
            connection = self._connected(deadline)
            sent = False
            try:
                if not repeatable:
                    # A connection that broke since its last use is noticed before anything depends on it.
                    connection.call("echo", [], deadline)
                sent = True
                answer = connection.call(method, parameters, deadline)
                if not _is_leaderless(answer):
                    return answer
                problem: OvsdbError = OvsdbUnavailable(f"{connection.remote.text}: its cluster has no leader")
            except OvsdbUnavailable as error:
                self.close()
                if sent and not repeatable:
                    raise OvsdbError(f"{error}; whether the transaction took place is not known") from error
                problem = error
            except (OvsdbError, ParseError):
                self.close()
                raise
            self.close()
            _pause(deadline, problem)

    def _connected(self, deadline: float) -> _Connection:
        while self._connection is None:
            problems: list[OvsdbError] = []
            for remote in self._remotes:
                try:
                    self._connection = self._connect(remote, deadline)
                    break
                except OvsdbError as error:
                    problems.append(error)
            else:
                problem = OvsdbError("; ".join(map(str, problems)))
                if not any(self._passes(error) for error in problems):
                    raise problem
                _pause(deadline, problem)
        return self._connection

    def _passes(self, problem: OvsdbError) -> bool:
        return isinstance(problem, _NotServing) or (isinstance(problem, OvsdbUnavailable) and len(self._remotes) > 1)

    def _connect(self, remote: Remote, deadline: float) -> _Connection:
        connection = _Connection(remote, self._tls, deadline)
        try:
            says = _server_row(connection, self._database, deadline)
            if not says["connected"]:
                raise _NotServing(f"{remote.text}: it has no connection to its cluster")
            if self._leader_only and not says["leader"]:
                raise _NotServing(f"{remote.text}: it is not the leader of its cluster")
        except (OvsdbError, ParseError):
            connection.close()
            raise
        return connection


def servers(remotes: str, database: str, tls: Tls | None = None, timeout_seconds: float = 30.0) -> list[dict[str, Any]]:
    """What each of the servers says of its part in serving ``database``.

    ``remote``, ``model`` (``standalone``, ``clustered`` or ``relay``), ``connected``, ``leader``, ``cluster`` and
    ``server`` (UUIDs, None where there is no cluster), ``index`` (of its log); all but the first are None with a
    ``reason`` where it could not be asked. Raises OvsdbError for remotes that are none.
    """
    rows = []
    for remote in _parsed(remotes):
        deadline = time.monotonic() + timeout_seconds
        row: dict[str, Any] = {"remote": remote.text}
        try:
            connection = _Connection(remote, tls or Tls(), deadline)
            try:
                row.update(_server_row(connection, database, deadline))
            finally:
                connection.close()
        except (OvsdbError, ParseError) as error:
            row.update(dict.fromkeys(_SERVER_COLUMNS.values()), reason=str(error))
        rows.append(row)
    return rows


# Of the table Database in the database _Server, which each server has (ovsdb-server(5)).
_SERVER_COLUMNS = {
    "model": "model",
    "connected": "connected",
    "leader": "leader",
    "cid": "cluster",
    "sid": "server",
    "index": "index",
}


class _NotServing(OvsdbUnavailable):
    """It answers, but is not the one to ask; that changes when a cluster elects."""


def _server_row(connection: _Connection, database: str, deadline: float) -> dict[str, Any]:
    names = connection.call("list_dbs", [], deadline)
    if not isinstance(names, list) or database not in names:
        raise OvsdbError(f"{connection.remote.text}: it does not serve {database}")
    if "_Server" not in names:
        # Before Open vSwitch 2.9 there were no clusters.
        return {**dict.fromkeys(_SERVER_COLUMNS.values()), "model": "standalone", "connected": True, "leader": True}
    schema = Schema(connection.call("get_schema", ["_Server"], deadline))
    operations = [schema.select("Database", _SERVER_COLUMNS, [schema.condition("Database", "name", "==", database)])]
    (result,) = checked_results(operations, connection.call("transact", ["_Server", *operations], deadline))
    rows = [schema.decode_row("Database", row) for row in result.get("rows", [])]
    if len(rows) != 1:
        raise ParseError("OVSDB select from Database", 0, "", f"expected one row of {database}")
    return {name: rows[0].get(column) for column, name in _SERVER_COLUMNS.items()}


class _Connection:
    def __init__(self, remote: Remote, tls: Tls, deadline: float) -> None:
        self.remote = remote
        self._stream = JsonStream()
        self._messages: list[Any] = []
        self._number = 0
        timeout = max(0.001, min(_CONNECT_SECONDS, deadline - time.monotonic()))
        context = tls.context() if remote.kind == "ssl" else None
        try:
            if remote.kind == "unix":
                self._socket = socket.socket(socket.AF_UNIX)
                self._socket.settimeout(timeout)
                self._socket.connect(remote.path)
            else:
                self._socket = socket.create_connection((remote.host, remote.port), timeout)
            if context:
                self._socket = context.wrap_socket(self._socket)
        except OSError as error:
            if hasattr(self, "_socket"):
                self._socket.close()
            raise self._unavailable(error) from error

    def close(self) -> None:
        self._socket.close()

    def call(self, method: str, parameters: list[Any], deadline: float) -> Any:
        """The ``result`` of a request. Raises OvsdbUnavailable where none comes, OvsdbError and ParseError."""
        self._number += 1
        self._send({"method": method, "params": parameters, "id": self._number}, deadline)
        while True:
            message = self._receive(deadline)
            if not isinstance(message, dict):
                raise ParseError(f"{self.remote.text}, {method}", 0, "", "expected a JSON-RPC message")
            if message.get("method") == "echo":
                # A server gives up clients that do not answer (RFC 7047, 4.1.11).
                self._send({"result": message.get("params"), "error": None, "id": message.get("id")}, deadline)
            elif "method" not in message and message.get("id") == self._number:
                if message.get("error") is not None:
                    raise refusal(f"{self.remote.text}: {method}", message["error"])
                return message.get("result")

    def _send(self, message: dict[str, Any], deadline: float) -> None:
        try:
            self._socket.settimeout(self._left(deadline))
            self._socket.sendall(json.dumps(message).encode())
        except OSError as error:
            raise self._unavailable(error) from error

    def _receive(self, deadline: float) -> Any:
        while not self._messages:
            try:
                self._socket.settimeout(self._left(deadline))
                data = self._socket.recv(_CHUNK_BYTES)
            except OSError as error:
                raise self._unavailable(error) from error
            if not data:
                raise OvsdbUnavailable(f"{self.remote.text}: the connection was closed before the answer was whole")
            try:
                self._messages = self._stream.feed(data)
            except ValueError as error:
                raise ParseError(self.remote.text, 0, "", f"it is not JSON ({error})") from error
        return self._messages.pop(0)

    def _left(self, deadline: float) -> float:
        left = deadline - time.monotonic()
        if left <= 0:
            raise socket.timeout()
        return left

    def _unavailable(self, error: OSError) -> OvsdbError:
        where = self.remote.text
        if isinstance(error, socket.timeout):
            return OvsdbUnavailable(f"{where}: it did not answer in time")
        if isinstance(error, ssl.SSLCertVerificationError):
            return OvsdbError(f"{where}: its certificate is not trusted: {error.verify_message}")
        if isinstance(error, ssl.SSLEOFError):
            return OvsdbUnavailable(f"{where}: the connection was closed before TLS was agreed on")
        if isinstance(error, ssl.SSLError):
            return OvsdbError(f"{where}: TLS failed: {error.reason or error}")
        return OvsdbUnavailable(f"{where}: {_REASONS.get(error.errno or 0) or error.strerror or error}")


def _parsed(remotes: str) -> list[Remote]:
    try:
        return parse_remotes(remotes)
    except ValueError as error:
        raise OvsdbError(str(error)) from error


def _is_leaderless(answer: Any) -> bool:
    return isinstance(answer, list) and any(
        isinstance(result, dict) and _LEADERLESS in (result.get("error"), result.get("details")) for result in answer
    )


def _pause(deadline: float, problem: OvsdbError) -> None:
    """Wait before it is tried again. Raises the problem when there is no time left for that."""
    if time.monotonic() + _PAUSE_SECONDS > deadline:
        raise problem
    time.sleep(_PAUSE_SECONDS)
