# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""Ask the Docker Engine API over its unix socket.

Source: the Docker Engine API reference, https://docs.docker.com/reference/api/engine/.
"""

from __future__ import annotations

import errno
import http.client
import json
from types import TracebackType
from typing import Any
from urllib.parse import quote, urlencode

from ansible_collections.packetwalk.labs.plugins.module_utils._probing._plain_http import UnixConnection

# The newest version of the API whose answers were tried with the converters in _parsing/_docker.py.
NEWEST_VERSION = "1.47"

_TIMEOUT_SECONDS = 30.0

_REASONS = {
    errno.ENOENT: "there is no such socket: Docker is not installed or not running",
    errno.ECONNREFUSED: "nothing listens there: Docker is not running",
    errno.EACCES: "permission denied: only root and the members of the socket's group may talk to Docker",
}


class DockerError(Exception):
    """The engine cannot be asked, or refused; the text is one clause that says why."""

    def __init__(self, message: str, status: int | None = None) -> None:
        super().__init__(message)
        self.status = status


class DockerApi:
    """A connection to one engine, in the newest version of the API that both sides speak.

    ``version`` is that version, for example ``"1.41"``. Raises ``DockerError``.
    """

    def __init__(self, path: str) -> None:
        self._path = path
        self._connection = UnixConnection(path, _TIMEOUT_SECONDS)
        # The only end point that may be asked without a version.
        offered = self._get("/version")
        try:
            oldest, newest = str(offered.get("MinAPIVersion", "0")), str(offered["ApiVersion"])
            self.version = max(oldest, min(newest, NEWEST_VERSION, key=_number), key=_number)
        except (AttributeError, KeyError, ValueError) as error:
            raise DockerError(f"{path} does not answer like the Docker Engine API") from error

    def __enter__(self) -> DockerApi:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._connection.close()

    def get(self, *segments: str, **query: str) -> Any:
        """Return the decoded answer to ``GET /v<version>/<segments>?<query>``."""
        path = self._path_of(*segments)
        return self._get(f"{path}?{urlencode(query)}" if query else path)

    def post(self, *segments: str, body: dict[str, Any]) -> Any:
        """Return the decoded answer to ``POST /v<version>/<segments>`` with a body of JSON."""
        return self._ask("POST", self._path_of(*segments), json.dumps(body))

    def delete(self, *segments: str) -> None:
        """Send ``DELETE /v<version>/<segments>``."""
        self._ask("DELETE", self._path_of(*segments))

    def _path_of(self, *segments: str) -> str:
        return "/".join(["", f"v{self.version}"] + [quote(segment, safe="") for segment in segments])

    def _get(self, target: str) -> Any:
        return self._ask("GET", target)

    def _ask(self, method: str, target: str, body: str | None = None) -> Any:
        content = {} if body is None else {"Content-Type": "application/json"}
        try:
            self._connection.request(method, target, body, {"Host": "docker", **content})
            response = self._connection.getresponse()
            received = response.read()
        except (OSError, http.client.HTTPException) as error:
            self._connection.close()
            number = error.errno if isinstance(error, OSError) else None
            raise DockerError(
                f"{self._path}: {_REASONS.get(number or 0, str(error) or type(error).__name__)}"
            ) from error
        if response.status == 204:
            return None
        try:
            answer = json.loads(received)
        except ValueError as error:
            raise DockerError(f"{self._path}: {method} {target} was answered with something else than JSON") from error
        if response.status not in (200, 201):
            said = answer.get("message", "") if isinstance(answer, dict) else ""
            raise DockerError(f"{method} {target}: {said or response.reason} ({response.status})", response.status)
        return answer


def _number(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))
