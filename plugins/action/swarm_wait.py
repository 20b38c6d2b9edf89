# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Wait for services to converge, and say what is missing while it waits."""

from __future__ import annotations

import time
import typing as t

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase
from ansible_collections.packetwalk.labs.plugins.plugin_utils import _convergence, _state

PAUSE_SECONDS = 0.5


class ActionModule(ActionBase):
    """Ask a manager again and again; the judgement is in ``_convergence``."""

    _supports_check_mode = True

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        """Return when all services have converged and stayed so; fail with what is missing when the time is over."""
        super().run(tmp, task_vars)
        _result, args = self.validate_argument_spec(
            argument_spec={
                "services": {"type": "list", "elements": "str", "required": True},
                "timeout": {"type": "int", "default": 120},
                "hold_seconds": {"type": "float"},
            }
        )
        names = args["services"]
        start = time.monotonic()
        said: list[str] = []
        held_since: float | None = None
        while True:
            document = self._look(task_vars)
            progress = _convergence.progress(document, names)
            now = time.monotonic()
            if progress.stuck:
                raise AnsibleActionFail("These services cannot converge by themselves: " + "; ".join(progress.stuck))
            if progress.waiting:
                held_since = None
            else:
                held_since = now if held_since is None else held_since
                hold = args["hold_seconds"]
                if now - held_since >= (_convergence.monitor_seconds(document, names) if hold is None else hold):
                    return {"changed": False, "services": names, "waited_seconds": round(now - start, 1)}
            news = progress.waiting or ["all services run; watching whether they stay up"]
            if now - start > args["timeout"]:
                raise AnsibleActionFail(
                    f"After {args['timeout']} seconds these services have not converged: " + "; ".join(news)
                )
            if news != said:
                self._display.display(f"  waiting ({now - start:.0f} s): {'; '.join(news)}")
                said = news
            time.sleep(PAUSE_SECONDS)

    def _look(self, task_vars: dict[str, t.Any] | None) -> dict[str, t.Any]:
        result = self._execute_module(
            module_name="packetwalk.labs.node_state", module_args={"gather": ["docker"]}, task_vars=task_vars
        )
        if result.get("failed"):
            raise AnsibleActionFail("The manager cannot be asked: " + str(result.get("msg")))
        document = _state.assemble("", "", {"manager": dict(result["state"], namespaces={})})
        if document["control"].get("swarm") is None:
            raise AnsibleActionFail(
                "The manager cannot be asked: "
                + str(
                    document["control"].get("swarm_reason")
                    or result["state"].get("docker_reason")
                    or "it is in no swarm"
                )
            )
        return document
