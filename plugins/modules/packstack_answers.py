#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: packstack_answers
short_description: Edit the answer file that packstack generated
version_added: 0.6.0
author:
  - The packetwalk.labs maintainers (@packetwalk)
description:
  - Sets keys of an answer file that C(packstack --gen-answer-file) wrote. Its keys are those of the packstack that is
    installed, so a key that it does not have is refused, with the names that are nearest.
  - Comments and all other answers stay as they are, among them the passwords that packstack made.
  - The file is readable for its owner only afterwards.
extends_documentation_fragment:
  - packetwalk.labs._attributes
  - packetwalk.labs._attributes.linux
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
    details:
      - Only lines that change are shown. Secrets are not in it.
  idempotent:
    support: full
options:
  path:
    description: The answer file.
    type: path
    required: true
  answers:
    description:
      - Key to value. A truth value is spelled V(y) or V(n), and a list with commas.
      - Secrets are not for here, but for O(secrets).
    type: dict
    default: {}
  secrets:
    description: Key to value, of passwords and the like. They are never shown.
    type: dict
    default: {}
notes:
  - packstack writes the answer file anew each time it runs. Keys of what is not installed go back to its defaults then,
    and some of them, such as C(CONFIG_HEAT_AUTH_ENC_KEY), are different each time.
"""

EXAMPLES = r"""
- name: Let packstack write the file with the keys that it knows
  ansible.builtin.command: packstack --gen-answer-file=/root/answer.txt
  args:
    creates: /root/answer.txt

- name: Build the cloud with OVN
  packetwalk.labs.packstack_answers:
    path: /root/answer.txt
    answers:
      CONFIG_COMPUTE_HOSTS: [192.168.122.15, 192.168.122.207]
      CONFIG_NEUTRON_L2_AGENT: ovn
      CONFIG_NEUTRON_ML2_TYPE_DRIVERS: [vxlan, flat, geneve]
      CONFIG_NEUTRON_OVN_BRIDGE_IFACES: br-ex:ens3
      CONFIG_PROVISION_DEMO: false
    secrets:
      CONFIG_KEYSTONE_ADMIN_PW: "{{ vaulted_password }}"
"""

RETURN = r"""
changed_keys:
  description: Keys that have another value now, or would have in check mode.
  returned: success
  type: list
  elements: str
  sample: [CONFIG_COMPUTE_HOSTS, CONFIG_NEUTRON_OVN_BRIDGE_IFACES]
answers:
  description: All answers of the file as it is then. Secrets are hidden.
  returned: success
  type: dict
  sample:
    CONFIG_NEUTRON_L2_AGENT: ovn
    CONFIG_KEYSTONE_ADMIN_PW: "********"
problems:
  description: Why it was refused, one sentence each.
  returned: when it was refused
  type: list
  elements: str
  sample:
    - The installed packstack has no key CONFIG_NEUTRON_OVN_BRIDGE_IFACE. Did you mean CONFIG_NEUTRON_OVN_BRIDGE_IFACES?
"""

import os
import stat
import tempfile

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.packetwalk.labs.plugins.module_utils._parsing import _packstack_answers
from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._errors import ParseError

_MODE = 0o600


def _read(module: AnsibleModule, path: str) -> str:
    try:
        # Comments may have any byte, and all of them have to come back.
        with open(path, encoding="utf-8", errors="surrogateescape", newline="") as file:
            return file.read()
    except FileNotFoundError:
        module.fail_json(msg=f"There is no {path}. Have it written with packstack --gen-answer-file={path}.")
    except OSError as error:
        module.fail_json(msg=f"{path} cannot be read: {error.strerror}.")
    return ""


def _write(module: AnsibleModule, path: str, text: str) -> None:
    # mkstemp makes it readable for its owner only, from the first byte on.
    number, temporary = tempfile.mkstemp(dir=module.tmpdir)
    with os.fdopen(number, "w", encoding="utf-8", errors="surrogateescape", newline="") as file:
        file.write(text)
    module.atomic_move(temporary, path)


def _wanted(options: dict) -> tuple:
    """Both kinds of answers as the file spells them, and what is wrong with them."""
    wanted, problems = {}, []
    for option in ("answers", "secrets"):
        for key, answer in options[option].items():
            try:
                wanted[key] = _packstack_answers.spelled(answer)
            except ValueError as error:
                problems.append(f"The value of {key} {error}. Give one line.")
    problems += [
        f"{key} is a secret, which would be shown. Give it in secrets instead of answers."
        for key in options["answers"]
        if _packstack_answers.is_secret(key)
    ]
    problems += [
        f"{key} is in answers and in secrets. Take it out of one."
        for key in options["secrets"]
        if key in options["answers"]
    ]
    return wanted, problems


def main() -> None:
    module = AnsibleModule(
        argument_spec={
            "path": {"type": "path", "required": True},
            "answers": {"type": "dict", "default": {}},
            "secrets": {"type": "dict", "default": {}, "no_log": True},
        },
        supports_check_mode=True,
    )
    path = module.params["path"]
    wanted, problems = _wanted(module.params)
    text = _read(module, path)
    try:
        answers = _packstack_answers.parse(text)
    except ParseError as error:
        module.fail_json(msg=f"{path} is no answer file of packstack: {error}.")
    problems += _packstack_answers.unknown_keys(answers, wanted)
    if problems:
        module.fail_json(msg=" ".join(problems), problems=problems)
    keys = _packstack_answers.changes(answers, wanted)
    mode = stat.S_IMODE(os.stat(path).st_mode)
    if not module.check_mode:
        if keys:
            _write(module, path, _packstack_answers.edited(text, wanted))
        if stat.S_IMODE(os.stat(path).st_mode) != _MODE:
            os.chmod(path, _MODE)
    after = {**answers, **wanted}
    module.exit_json(
        changed=bool(keys) or mode != _MODE,
        changed_keys=keys,
        answers=_packstack_answers.without_secrets(after),
        diff={
            "before_header": path,
            "after_header": path,
            "before": _packstack_answers.lines(answers, keys, "(a secret)"),
            "after": _packstack_answers.lines(after, keys, "(another secret)"),
        },
    )


if __name__ == "__main__":
    main()
