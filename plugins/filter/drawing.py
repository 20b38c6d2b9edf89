# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Filters that draw a walk or a state; each is documented in the .yml file of its name."""

from __future__ import annotations

from typing import Any, Callable

from ansible_collections.packetwalk.labs.plugins.plugin_utils import _state
from ansible_collections.packetwalk.labs.plugins.plugin_utils._errors import speaks_ansible
from ansible_collections.packetwalk.labs.plugins.plugin_utils._reporting import (
    _topology_mermaid,
    _walk_mermaid,
    _walk_tree,
)


def _walk_tree_text(walk: Any, width: Any = 100, only_ascii: bool = False) -> str:
    return "".join(f"{line}\n" for line, _verdict in _walk_tree.lines(walk, int(width), only_ascii))


def _topology(state: Any, namespaces: Any = ("*",)) -> str:
    patterns = [namespaces] if isinstance(namespaces, str) else namespaces
    return _topology_mermaid.topology_mermaid(_state.validated(state), patterns)


class FilterModule:
    def filters(self) -> dict[str, Callable[..., Any]]:
        drawings: dict[str, Callable[..., Any]] = {
            "topology_mermaid": _topology,
            "walk_mermaid": _walk_mermaid.walk_mermaid,
            "walk_tree": _walk_tree_text,
        }
        return {name: speaks_ansible(drawing) for name, drawing in drawings.items()}
