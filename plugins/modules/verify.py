#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: verify
short_description: Judge a lab by what its nodes really hold
version_added: 0.1.0
description:
  - Runs checks on the state of a lab, shows what is wrong with the evidence, and fails when something is.
  - The state is what M(packetwalk.labs.node_state) gathered on the nodes, or a file in which an earlier run saved it.
    Judging a file needs no lab.
  - A check that cannot look is no failed check. It is reported as an error with the reason, and the task fails as well.
  - A check that does not apply, for example because the kernel lacks ip_vs, is skipped with the reason.
  - This is an action plugin. It runs on the controller and touches no host.
author:
  - The packetwalk.labs maintainers (@packetwalk)
extends_documentation_fragment:
  - packetwalk.labs._attributes
  - packetwalk.labs._attributes.no_host
  - packetwalk.labs._attributes.action
  - packetwalk.labs._state
  - packetwalk.labs._state.ovn
  - packetwalk.labs._state.switches
  - packetwalk.labs._state.contiv
  - packetwalk.labs._state.openstack
attributes:
  check_mode:
    support: full
    details:
      - The lab is judged as always, but no report is written.
options:
  intent:
    description:
      - What the lab should be, as M(packetwalk.labs.swarm_intent) returns it.
      - In a lab with OVN, C(ovn_topology) in it is the desired topology, in the form that
        M(packetwalk.labs.ovn_topology) takes.
      - In a lab with switches, C(openswitch) in it is what M(packetwalk.labs.openswitch_intent) returns.
      - In a lab with Contiv, C(contiv) in it is what M(packetwalk.labs.contiv_intent) returns.
      - In a lab with OpenStack, C(openstack) in it is what M(packetwalk.labs.openstack_intent) returns.
      - Without it the lab is judged by itself only, and checks that compare it with the intent are skipped.
    type: dict
    default: {}
  report_dir:
    description:
      - Directory for the reports V(state.json), V(findings.json), V(junit.xml) and V(report.txt). It is made when it is
        not there.
      - A relative path starts at the playbook's directory.
      - Without it nothing is written.
    type: path
  quiet:
    description: Whether to show nothing on the terminal.
    type: bool
    default: false
  checks:
    description: Identifiers of the checks to run. Shell patterns such as V(swarm_*) are allowed.
    type: list
    elements: str
    default: ["*"]
  skip_checks:
    description: Identifiers or shell patterns of checks to leave out.
    type: list
    elements: str
    default: []
  warnings_fail:
    description: Whether a warning makes the task fail.
    type: bool
    default: false
seealso:
  - module: packetwalk.labs.node_state
  - module: packetwalk.labs.swarm_intent
"""

EXAMPLES = r"""
- name: Read what the nodes hold
  packetwalk.labs.node_state:
  register: gathered

- name: Judge the lab
  packetwalk.labs.verify:
    lab: "{{ lab_name }}"
    nodes: "{{ dict(ansible_play_hosts_all | zip(ansible_play_hosts_all | map('extract', hostvars, 'gathered'))) }}"
    intent: "{{ swarm.intent }}"
    report_dir: "{{ playbook_dir }}/reports"
  register: verification
  failed_when: false  # the findings are on the terminal already, so they need not be shown again as the result
  run_once: true

- name: End with the verdict
  ansible.builtin.assert:
    that: verification.passed
    fail_msg: "{{ verification.msg }}"
    quiet: true
  run_once: true

- name: Judge a saved state again, only the data path
  packetwalk.labs.verify:
    state_file: reports/state.json
    checks:
      - swarm_fdb
      - swarm_neighbours
      - swarm_load_balancer
"""

RETURN = r"""
msg:
  description: The first findings that make the task fail, or the totals when there is none.
  returned: always
  type: str
  sample: >-
    1 of 129 findings failed: swarm_fdb worker1/overlay1/10.0.1.10: fdb of vxlan0 for web.2 - expected 192.168.99.102,
    actual 192.168.99.101
passed:
  description: Whether nothing failed, nothing was left unjudged, and, with O(warnings_fail), there was no warning.
  returned: when the checks could be run
  type: bool
findings:
  description: Every finding of every check, also those that passed.
  returned: when the checks could be run
  type: list
  elements: dict
  contains:
    check:
      description: Identifier of the check.
      type: str
      sample: swarm_fdb
    subject:
      description: What was judged.
      type: str
      sample: worker1/overlay1/10.0.1.10
    status:
      description: One of V(passed), V(failed), V(warning), V(skipped) and V(error).
      type: str
      sample: failed
    message:
      description: What was judged, what was expected and what was found.
      type: str
      sample: fdb of vxlan0 for web.2 - expected 192.168.99.102, actual 192.168.99.101
    expected:
      description: What was expected, as data. V(null) when nothing should be there or nothing was compared.
      type: raw
      sample: 192.168.99.102
    actual:
      description: What was found, as data. V(null) when nothing was.
      type: raw
      sample: 192.168.99.101
    evidence:
      description: Where it was seen.
      type: list
      elements: dict
      contains:
        node:
          description: Name of the node. V(null) for what the control plane says of the whole lab.
          type: str
          sample: worker1
        namespace:
          description: Network namespace as in the state. V(null) when it is not of one.
          type: str
          sample: 1-1us5hb6ohx
        source:
          description: Table, command or API that has the row.
          type: str
          sample: fdb of vxlan0
        row:
          description: The row as in the state. V(null) when the point is that there is none.
          type: raw
          sample: {mac: "02:42:0a:00:01:0a", device: vxlan0, destination: 192.168.99.101, states: [permanent]}
    hint:
      description: What to do about it, one sentence. Empty when nothing is.
      type: str
      sample: Restart the task, so that Docker writes the row on all other nodes anew.
    reference:
      description: Where the failure is described.
      type: str
      sample: https://github.com/moby/moby/issues/52661
summary:
  description: How many findings have each status.
  returned: when the checks could be run
  type: dict
  contains:
    passed:
      description: Findings that are as expected.
      type: int
      sample: 126
    failed:
      description: Findings that are not.
      type: int
      sample: 1
    warning:
      description: Findings that work now, but will not for long.
      type: int
      sample: 0
    skipped:
      description: Findings that do not apply.
      type: int
      sample: 3
    error:
      description: Findings that could not be looked at.
      type: int
      sample: 0
reports:
  description: Paths of the reports. Empty without O(report_dir) and in check mode.
  returned: when the checks could be run
  type: dict
  contains:
    state:
      description: The state document.
      type: str
      sample: /home/user/lab/reports/state.json
    findings:
      description: The findings as JSON.
      type: str
      sample: /home/user/lab/reports/findings.json
    junit:
      description: The findings as JUnit XML.
      type: str
      sample: /home/user/lab/reports/junit.xml
    report:
      description: The report as it was shown on the terminal.
      type: str
      sample: /home/user/lab/reports/report.txt
"""
