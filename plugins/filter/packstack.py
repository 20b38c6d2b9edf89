# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Questions about the answers of packstack; each is documented in the .yml file of its name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Callable

from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._packstack_answers import spelled
from ansible_collections.packetwalk.labs.plugins.plugin_utils import _packstack_lint
from ansible_collections.packetwalk.labs.plugins.plugin_utils._errors import speaks_ansible


def _lint(answers: Mapping[str, Any], hosts: Sequence[Mapping[str, Any]]) -> dict[str, list[str]]:
    return _packstack_lint.lint({key: spelled(answer) for key, answer in answers.items()}, hosts)._asdict()


class FilterModule:
    def filters(self) -> dict[str, Callable[..., Any]]:
        return {"packstack_lint": speaks_ansible(_lint)}
