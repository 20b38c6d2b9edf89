# SPDX-License-Identifier: GPL-3.0-or-later
"""What doubles of programs that are asked over HTTP have in common: a server in a thread of its own."""

from __future__ import annotations

import socketserver
import threading
from types import TracebackType
from typing import Self


class Serving:
    """Serves while it is entered. A handler of ``server`` finds the double as ``self.server.double``."""

    def __init__(self, server: socketserver.ThreadingTCPServer | socketserver.ThreadingUnixStreamServer) -> None:
        self._server = server
        self._server.daemon_threads = True
        self._server.double = self  # type: ignore[union-attr]

    def __enter__(self) -> Self:
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
