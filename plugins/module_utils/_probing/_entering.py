# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""Enter the network namespaces that the state document names."""

from __future__ import annotations

import contextlib
import os
from typing import ContextManager, Iterator

from ansible_collections.packetwalk.labs.plugins.module_utils._probing import _namespaces, _setns


class Unenterable(Exception):
    """A namespace is not there or may not be entered; the text is one clause that says why."""


class Entrance:
    """The namespaces of this node at one moment, by their keys in the document."""

    def __init__(self) -> None:
        self._paths = {namespace.name: namespace.path for namespace in _namespaces.discover()[0]}

    def entered(self, name: str) -> ContextManager[None]:
        """Be in a namespace for the length of a ``with`` block. Raises ``Unenterable``."""
        # The own one takes no right to be in.
        return contextlib.nullcontext() if name == "host" else self._entered(name)

    @contextlib.contextmanager
    def _entered(self, name: str) -> Iterator[None]:
        if name not in self._paths:
            raise Unenterable(f"there is no namespace {name}")
        with contextlib.ExitStack() as stack:
            try:
                file = os.open(self._paths[name], os.O_RDONLY | os.O_CLOEXEC)
                stack.callback(os.close, file)
                stack.enter_context(_setns.entered(file))
            except OSError as error:
                raise Unenterable(f"{self._paths[name]}: {error.strerror}") from error
            yield
