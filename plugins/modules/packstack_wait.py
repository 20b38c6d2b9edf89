#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: packstack_wait
short_description: Wait until packstack has ended, and say what it is at
version_added: 0.6.0
author:
  - The packetwalk.labs maintainers (@packetwalk)
description:
  - Reads what a packstack that runs elsewhere prints into a file, again and again, and says which step it is at,
    whenever that changes.
  - Fails with what packstack says is wrong. Secrets of the answer file are taken out of that.
extends_documentation_fragment:
  - packetwalk.labs._attributes
  - packetwalk.labs._attributes.info_module
  - packetwalk.labs._attributes.linux
  - packetwalk.labs._attributes.action
options:
  output:
    description: The file that packstack prints into.
    type: path
    required: true
  exit_status:
    description: The file that its exit status is written into when it has ended.
    type: path
    required: true
  answer_file:
    description: The answer file that it runs with.
    type: path
    required: true
  timeout:
    description: Seconds after which the task fails. packstack itself goes on then.
    type: int
    default: 10800
seealso:
  - module: packetwalk.labs.packstack_answers
"""

EXAMPLES = r"""
- name: Start packstack
  ansible.builtin.shell: >-
    packstack --answer-file=/root/answer.txt >/root/packstack.output 2>&1 </dev/null; echo $? >/root/packstack.exit
  async: 10800
  poll: 0

- name: Wait until it has ended
  packetwalk.labs.packstack_wait:
    output: /root/packstack.output
    exit_status: /root/packstack.exit
    answer_file: /root/answer.txt
"""

RETURN = r"""
exit_status:
  description: The exit status, null while packstack runs.
  returned: success
  type: int
  sample: 0
steps:
  description: The steps that are over.
  returned: success
  type: list
  elements: dict
  contains:
    title:
      description: What it was, in packstack's words.
      type: str
      sample: Preparing servers
    state:
      description: V(done) or V(error).
      type: str
      sample: done
where:
  description: What packstack is at.
  returned: success
  type: str
  sample: Puppet applies 192.168.122.39_controller.pp
error:
  description: What packstack says is wrong, null when nothing is.
  returned: success
  type: str
  sample: null
"""

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.packetwalk.labs.plugins.module_utils._parsing import _packstack_answers, _packstack_output
from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._errors import ParseError


def _text(path: str) -> str:
    """What is in a file, nothing while there is none."""
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read()
    except FileNotFoundError:
        return ""


def _without_secrets(text: str, answer_file: str) -> str:
    try:
        answers = _packstack_answers.parse(_text(answer_file))
    except ParseError:
        # packstack removes the file before it writes it anew.
        return "(not shown while the answer file is being written)"
    secrets = {value for key, value in answers.items() if value and _packstack_answers.is_secret(key)}
    for secret in sorted(secrets, key=len, reverse=True):
        text = text.replace(secret, _packstack_answers.HIDDEN)
    return text


def main() -> None:
    module = AnsibleModule(
        argument_spec={
            "output": {"type": "path", "required": True},
            "exit_status": {"type": "path", "required": True},
            "answer_file": {"type": "path", "required": True},
            "timeout": {"type": "int", "default": 10800},
        },
        supports_check_mode=True,
    )
    status = _text(module.params["exit_status"]).strip()
    # After the status, so that nothing is missing of a packstack that has ended.
    progress = _packstack_output.parse(_text(module.params["output"]))
    error = progress["error"]
    module.exit_json(
        changed=False,
        exit_status=int(status) if status else None,
        steps=progress["steps"],
        where=_packstack_output.where(progress),
        error=_without_secrets(error, module.params["answer_file"]) if error else None,
    )


if __name__ == "__main__":
    main()
