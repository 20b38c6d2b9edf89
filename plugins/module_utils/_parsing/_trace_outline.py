# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""What belongs to what in a trace of ``ovn-trace --detailed`` or ``ofproto/trace``.

Both print a tree, and both keep it from drifting to the right: the last child of a node is not indented
(``ovntrace_node_print_details`` of utilities/ovn-trace.c, ``oftrace_node_print_details`` of
ofproto/ofproto-dpif-trace.c). So actions are at odd levels of four blanks, and a step at an odd level is one of several
children of the step above it while a step at an even level is the last child.
"""

from __future__ import annotations

from typing import Any

INDENT = r"(?P<indent>(?: {4})*)"


class Outline:
    """The numbered steps of a trace. ``append``, ``owner`` raise ValueError for an indentation that cannot be."""

    def __init__(self, inherited: tuple[str, ...]) -> None:
        self.steps: list[dict[str, Any]] = []
        self._inherited = inherited
        self.restart()

    def restart(self) -> None:
        """Begin another tree; steps are numbered on."""
        self._open: list[tuple[int, int | None]] = [(1, None)]

    def add(self, parent: int | None, **step: Any) -> dict[str, Any]:
        """A new step with its ``number``, its ``parent`` and what it inherits from the parent."""
        above = {} if parent is None else self.steps[parent]
        inherited = {key: above.get(key) for key in self._inherited}
        self.steps.append({"number": len(self.steps), "parent": parent, **inherited, **step})
        return self.steps[-1]

    def append(self, indent: str, **step: Any) -> dict[str, Any]:
        """A new step whose parent its indentation tells."""
        level = len(indent) // 4
        while self._open[-1][0] > level + 1:
            self._open.pop()
        actions_level, parent = self._open[-1]
        if actions_level < level:
            raise ValueError("it is indented too far")
        self._open.append((actions_level if level < actions_level else actions_level + 2, len(self.steps)))
        return self.add(parent, **step)

    def owner(self, indent: str, last: bool = False) -> dict[str, Any]:
        """The step that an action or a remark is of, which goes left like a step if it is ``last``."""
        level = len(indent) // 4 | last
        while self._open[-1][0] > max(level, 1):
            self._open.pop()
        actions_level, number = self._open[-1]
        if actions_level != level or number is None:
            raise ValueError("it is not indented as the actions of a step")
        return self.steps[number]

    def deepen(self) -> None:
        """What follows is below the last action, yet of the same step: a bucket of a group, for example."""
        actions_level, number = self._open[-1]
        self._open.append((actions_level + 2, number))
