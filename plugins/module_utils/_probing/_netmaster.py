# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""Ask netmaster over its REST API, directly or through Contiv's auth proxy.

Source: answers of netmaster 1.0.3 and auth_proxy 1.0.3.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import re
import socket
import ssl
from typing import Any, Dict, List
from urllib.parse import quote, urlsplit

# The options of the doc fragment _netmaster.
ARGUMENTS: dict[str, Any] = {
    "url": {"type": "str", "default": "http://localhost:9999"},
    "username": {"type": "str"},
    "password": {"type": "str", "no_log": True},
    "validate_certs": {"type": "bool", "default": True},
    "timeout_seconds": {"type": "int", "default": 30},
}
TOGETHER = [("username", "password")]

_API = "/api/v1"
_LOGIN = f"{_API}/auth_proxy/login/"
_HEALTH = f"{_API}/auth_proxy/health/"
# netmaster ends some of its words with the place in its own source, for example
# "[github.com/contiv/netplugin/netmaster/objApi.(*APIController).NetworkDelete apiController.go 1165]".
_PLACE = re.compile(r"\s*\[\S+ \S+\.go \d+\]\s*\Z")
# A missing object is a refusal with status 500, like everything else that netmaster does not want. "Key not found" is
# said of an object that is there, and of which netmaster has lost a part.
_MISSING = re.compile(r"(?!key )\w+ not found", re.IGNORECASE)
# What the auth proxy says instead of passing a request on.
_NO_TOKEN = ("Empty auth token", "Bad token")
# And when netmaster does not answer it within the seconds of its --netmaster-timeout, or closes the connection (EOF).
_NOT_PASSED_ON = "Failed to perform duplicate request: "
# What a server of Go's says to HTTP on a port for HTTPS.
_HTTPS_ONLY = "Client sent an HTTP request to an HTTPS server"


# Within the class, "list" is the method.
Objects = List[Dict[str, Any]]


class NetmasterError(Exception):
    """A request that had no success; the text is for people."""


class Refused(NetmasterError):
    """netmaster refused; the text is in its words, without the place in its source that some of them end with."""


class Unanswered(NetmasterError):
    """There was no answer that netmaster gives; the text is one sentence that says where, why, and what to do.

    ``empty``: the connection was closed without an answer, which netmaster does when a handler of its own fails.
    """

    def __init__(self, message: str, empty: bool = False) -> None:
        super().__init__(message)
        self.empty = empty


class BadLogin(NetmasterError):
    """The auth proxy does not let us in; the text is one sentence that says what to do."""


class Netmaster:
    """One netmaster. With ``username`` it is spoken to through the auth proxy at ``url``, which is logged in to first.

    ``plural`` is the kind of an object as in the paths of the API (``networks``, ``policys``, ``Bgps``), ``key`` its
    name fields with colons between them (``blue:contiv-net``). All methods raise ``Refused``, ``Unanswered`` and
    ``BadLogin``.
    """

    def __init__(
        self,
        url: str,
        username: str | None = None,
        password: str | None = None,
        validate_certs: bool = True,
        timeout_seconds: int = 30,
    ) -> None:
        self._url = url.rstrip("/")
        self._username = username
        self._password = password
        self._validate_certs = validate_certs
        self._timeout_seconds = timeout_seconds
        self._token: str | None = None
        # Reading all certificates of the machine takes longer than a request.
        self._context: ssl.SSLContext | None = None

    def version(self) -> dict[str, Any]:
        """Return ``{"Version", "GitCommit", "BuildTime"}``, only the first of them through the auth proxy."""
        if self._username is None:
            return self._object("GET", "/version")
        # The auth proxy passes on nothing but objects. It asks netmaster for its version itself.
        health = self._object("GET", _HEALTH).get("netmaster")
        if not isinstance(health, dict):
            raise self._not_netmaster(_HEALTH)
        return {"Version": health.get("version")}

    def list(self, plural: str) -> Objects:
        """Return all objects of a kind, in an order that means nothing."""
        path = f"{_API}/{plural}/"
        answer = self._ask("GET", path)
        if not isinstance(answer, list) or not all(isinstance(each, dict) for each in answer):
            raise self._not_netmaster(path)
        return answer

    def get(self, plural: str, key: str) -> dict[str, Any] | None:
        """Return an object as it was asked for, ``None`` when it is not there."""
        return self._object_or_none(_path(plural, key))

    def inspect(self, plural: str, key: str) -> dict[str, Any] | None:
        """Return ``{"Config": the object as it was asked for, "Oper": what came of it}``, ``None`` when not there."""
        return self._object_or_none(_path(f"inspect/{plural}", key))

    def write(self, plural: str, key: str, body: dict[str, Any]) -> dict[str, Any]:
        """Create an object or replace all its fields, and return it."""
        return self._object("POST", _path(plural, key), body)

    def delete(self, plural: str, key: str) -> None:
        """Delete an object."""
        path = _path(plural, key)
        try:
            self._ask("DELETE", path)
        except Unanswered as error:
            # When somebody removed the network of Docker before, the handler of netmaster fails and closes the
            # connection; the same request succeeds after that.
            if not error.empty:
                raise
            try:
                self._ask("DELETE", path)
            except Refused:
                if self.get(plural, key) is not None:
                    raise

    def _object_or_none(self, path: str) -> dict[str, Any] | None:
        try:
            return self._object("GET", path)
        except Refused as refusal:
            if _MISSING.fullmatch(str(refusal)):
                return None
            raise

    def _object(self, method: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        answer = self._ask(method, path, body)
        if not isinstance(answer, dict):
            raise self._not_netmaster(path)
        return answer

    def _ask(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        if self._username is not None and self._token is None:
            self._token = self._login()
        status, text = self._exchange(method, path, body)
        if status == 200:
            return self._decoded(path, text)
        words = _words(text)
        if words in _NO_TOKEN:
            raise BadLogin(f"{self._url} is an auth proxy: give username and password ({words}).")
        if words.startswith(_NOT_PASSED_ON):
            raise Unanswered(
                f"{self._url} had no answer from netmaster ({words.rpartition(': ')[2]}): see the end of netmaster's "
                "log, and run this again.",
                empty=words.endswith(": EOF"),
            )
        # netmaster refuses with 500, the auth proxy also with others.
        if status == 404 or 300 <= status < 400:
            raise self._not_netmaster(path)
        raise Refused(words or f"{method} {path} was answered with {status} and no words")

    def _login(self) -> str:
        status, text = self._exchange("POST", _LOGIN, {"username": self._username, "password": self._password})
        if status == 404:
            raise BadLogin(
                f"{self._url} has no login: leave out username and password, or give the URL of the auth proxy."
            )
        if status != 200:
            words = _words(text).rstrip(".")
            raise BadLogin(f"{self._url} does not let {self._username} in: {words}. Correct username and password.")
        answer = self._decoded(_LOGIN, text)
        token = answer.get("token") if isinstance(answer, dict) else None
        if not isinstance(token, str):
            raise BadLogin(f"{self._url} answered the login without a token: is it an auth proxy of Contiv?")
        return token

    def _exchange(self, method: str, path: str, body: dict[str, Any] | None) -> tuple[int, str]:
        headers = {"Content-Type": "application/json"}
        if self._token is not None:
            headers["X-Auth-Token"] = self._token
        try:
            connection = self._connection()
            with contextlib.closing(connection):
                connection.request(
                    method, urlsplit(self._url).path + path, None if body is None else json.dumps(body), headers
                )
                response = connection.getresponse()
                status, text = response.status, response.read().decode("utf-8", "replace")
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise self._unanswered(error) from error
        if text.startswith(_HTTPS_ONLY):
            raise Unanswered(f"{self._url} speaks HTTPS: let the URL begin with https.")
        return status, text

    def _connection(self) -> http.client.HTTPConnection:
        """Return a connection of its own for each request, because a failing handler of netmaster closes it."""
        parts = urlsplit(self._url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError("it has to begin with http:// or https:// and a host")
        if parts.scheme == "http":
            return http.client.HTTPConnection(parts.hostname, parts.port, timeout=self._timeout_seconds)
        if self._context is None:
            self._context = ssl.create_default_context()
            if not self._validate_certs:
                self._context.check_hostname = False
                self._context.verify_mode = ssl.CERT_NONE
        return http.client.HTTPSConnection(
            parts.hostname, parts.port, timeout=self._timeout_seconds, context=self._context
        )

    def _unanswered(self, error: Exception) -> Unanswered:
        empty = isinstance(error, (ConnectionResetError, http.client.RemoteDisconnected))
        for kind, clause in _CLAUSES:
            if isinstance(error, kind):
                return Unanswered(f"{self._url} {clause.format(seconds=self._timeout_seconds)}.", empty)
        return Unanswered(f"{self._url} cannot be asked: {str(error) or type(error).__name__}. Correct url.", empty)

    def _decoded(self, path: str, text: str) -> Any:
        try:
            return json.loads(text)
        except ValueError as error:
            raise self._not_netmaster(path) from error

    def _not_netmaster(self, path: str) -> Unanswered:
        return Unanswered(
            f"{self._url} does not answer {path} like netmaster: is the URL that of netmaster (port 9999) or of the "
            "auth proxy (port 10000)?"
        )


_CLAUSES: list[tuple[Any, str]] = [
    (ConnectionRefusedError, "refuses connections: start netmaster there, or correct url"),
    (
        (ConnectionResetError, http.client.RemoteDisconnected),
        "closed the connection without an answer: see the end of netmaster's log, and run this again",
    ),
    (ssl.SSLCertVerificationError, "has a certificate that is not trusted: set validate_certs to false, or trust it"),
    (ssl.SSLError, "does not speak TLS: let the URL begin with http when it is that of netmaster itself"),
    # Only since Python 3.10 the two are the same.
    (
        (TimeoutError, socket.timeout),
        "has not answered within {seconds} seconds: see netmaster's log, or raise timeout_seconds",
    ),
]


def _path(plural: str, key: str) -> str:
    # Without the last slash netmaster does not know the path.
    return f"{_API}/{plural}/{quote(key, safe=':')}/"


def _words(text: str) -> str:
    """Return what a refusal says: a line of netmaster, or the JSON of the auth proxy."""
    try:
        answer = json.loads(text)
    except ValueError:
        answer = None
    said = answer.get("error", text) if isinstance(answer, dict) else text
    return _PLACE.sub("", str(said)).strip()
