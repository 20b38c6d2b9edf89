# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""What packstack prints while it runs.

Each step is a line when it is over (``state_message`` of its installer/utils/strings.py), in colours also where there
is no terminal. "Applying FILE" begins a run of Puppet on one host, and the line of that file ends it. What is wrong
comes after "ERROR : ", over several lines.
"""

from __future__ import annotations

import re
from typing import Any

_COLOUR = re.compile(r"\x1b\[[0-9;]*m")
_STEP = re.compile(r"(.*?):?\s+\[ (DONE|ERROR) \]")
_APPLYING = re.compile(r"Applying (\S+)")
_ERROR = "ERROR : "
_AFTER_ERROR = ("Please check log file", "Additional information:")
_SUCCESS = "**** Installation completed successfully ******"


def parse(text: str) -> dict[str, Any]:
    """How far packstack came; text may end anywhere, as it is read while packstack writes it.

    * ``steps``: ``{"title", "state"}`` of each that is over, state ``done`` or ``error``.
    * ``applying``: what Puppet works on now, ``HOST_controller.pp`` and the like.
    * ``error``: what packstack says is wrong, None where it does not.
    * ``succeeded``: whether it says that it is done.
    """
    steps: list[dict[str, str]] = []
    applying: list[str] = []
    error: list[str] = []
    failing = succeeded = False
    for line in _COLOUR.sub("", text).replace("\r", "\n").split("\n"):
        line = line.strip()
        if failing:
            failing = not line.startswith(_AFTER_ERROR)
            error += [line] if failing and line else []
            continue
        step, begun = _STEP.fullmatch(line), _APPLYING.fullmatch(line)
        if step:
            steps.append({"title": step[1].strip(), "state": step[2].lower()})
            applying = [name for name in applying if name != step[1].strip()]
        elif begun:
            applying.append(begun[1])
        elif line.startswith(_ERROR):
            failing = True
            error.append(line[len(_ERROR) :])
        succeeded = succeeded or line == _SUCCESS
    return {"steps": steps, "applying": applying, "error": "\n".join(error) or None, "succeeded": succeeded}


def where(progress: dict[str, Any]) -> str:
    """One clause: what packstack is at."""
    if progress["applying"]:
        return "Puppet applies " + ", ".join(progress["applying"])
    if progress["steps"]:
        return f"{progress['steps'][-1]['title']}: {progress['steps'][-1]['state']}"
    return "it has begun"
