# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Wait until packstack has ended, and say what it is at while it runs."""

from __future__ import annotations

import time
import typing as t

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase

PAUSE_SECONDS = 2.0


class ActionModule(ActionBase):
    """Ask the module of the same name again and again, which looks once."""

    _supports_check_mode = True

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        """Return what the module said of a packstack that succeeded; fail with what packstack says is wrong."""
        super().run(tmp, task_vars)
        _result, args = self.validate_argument_spec(
            argument_spec={
                "output": {"type": "path", "required": True},
                "exit_status": {"type": "path", "required": True},
                "answer_file": {"type": "path", "required": True},
                "timeout": {"type": "int", "default": 10800},
            }
        )
        start = time.monotonic()
        said = ""
        while True:
            seen = self._execute_module(
                module_name="packetwalk.labs.packstack_wait", module_args=args, task_vars=task_vars
            )
            if seen.get("failed"):
                return seen
            waited = time.monotonic() - start
            if seen["where"] != said:
                said = seen["where"]
                self._display.display(f"  packstack ({waited:.0f} s): {said}")
            if seen["exit_status"] == 0:
                return seen
            if seen["exit_status"] is not None:
                raise AnsibleActionFail(
                    f"packstack failed ({said}): {seen['error'] or 'it gives no reason'}. All that it printed is in "
                    f"{args['output']}."
                )
            if waited > args["timeout"]:
                raise AnsibleActionFail(
                    f"packstack has not ended after {args['timeout']} seconds ({said}), and goes on. All that it "
                    f"printed is in {args['output']}."
                )
            time.sleep(PAUSE_SECONDS)
