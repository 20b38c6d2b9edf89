#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: ovn_failover_report
short_description: Measure what became of an OVN gateway and of a ping through it
version_added: 0.3.0
description:
  - Says of each event that befell the gateway of an OVN router, and of its end, after how long the gateway had moved,
    how many packets of a steady ping were lost, and for how long none was answered. It fails when the gateway did not
    move as expected, or the ping is not answered at the end.
  - All it knows is text that was recorded meanwhile. The playbook C(packetwalk.labs.ovn_failover) makes the events and
    the recordings.
  - A move is timed between the clock of the event's node and that of the node where C(ovsdb-client) ran, and losses are
    assigned to events by the clock of the instance. Clocks of nodes on several hosts have to be synchronized.
  - This is an action plugin. It runs on the controller and touches no host.
author:
  - The packetwalk.labs maintainers (@packetwalk)
extends_documentation_fragment:
  - packetwalk.labs._attributes
  - packetwalk.labs._attributes.no_host
  - packetwalk.labs._attributes.action
attributes:
  check_mode:
    support: full
    details:
      - All is measured as always, but no report is written.
options:
  gateway:
    description: The gateway.
    type: dict
    required: true
    suboptions:
      name:
        description: Name of the gateway's port in the southbound database, of the type C(chassisredirect).
        type: str
        required: true
      chassis:
        description: The chassis that has the gateway when all is well.
        type: str
        required: true
      other_chassis:
        description: The chassis that it moves to.
        type: str
        required: true
  ping:
    description: The ping.
    type: dict
    required: true
    suboptions:
      instance:
        description: The instance that sends it.
        type: str
        required: true
      chassis:
        description: The chassis of the instance.
        type: str
        required: true
      destination:
        description: The address that it is sent to.
        type: str
        required: true
      interval_seconds:
        description: The time between two packets, as given to C(ping -i).
        type: float
        required: true
      output:
        description: What C(ping -D -O) of iputils said, to its end.
        type: str
        required: true
  events:
    description:
      - The C(results) that a loop over the events registered. Each has the event as C(item), with the keys V(name),
        V(title), V(mended) (the title of its end), V(node), and V(moves) (whether it moves the gateway, and its end
        moves it back).
      - C(stdout_lines) are the words V(inject), V(mend) and V(end), each with the seconds since 1970 at which the event
        was made, was undone, and had had its time. An event that failed has another C(rc) than 0.
    type: list
    elements: dict
    required: true
  bindings:
    description:
      - What C(ovsdb-client --timestamp --format=csv monitor-cond) said of the column V(chassis) of the gateway's row in
        the table C(Port_Binding).
    type: str
    required: true
  chassis:
    description: The same of the column V(name) of the table C(Chassis).
    type: str
    required: true
  report_dir:
    description:
      - Directory for V(failover.md), V(failover.json) and the picture V(failover.svg). It is made when it is not there.
      - A relative path starts at the playbook's directory.
    type: path
  quiet:
    description: Whether to show nothing on the terminal.
    type: bool
    default: false
seealso:
  - module: packetwalk.labs.ovn_info
  - module: packetwalk.labs.verify
"""

EXAMPLES = r"""
# The playbook packetwalk.labs.ovn_failover does all of it.
- name: Measure what became of the gateway
  packetwalk.labs.ovn_failover_report:
    gateway:
      name: cr-router1-public
      chassis: chassis2
      other_chassis: chassis1
    ping:
      instance: testinstance1
      chassis: chassis1
      destination: 172.24.4.1
      interval_seconds: 0.1
      output: "{{ ping.stdout }}"
    events: "{{ events.results }}"
    bindings: "{{ bindings.stdout }}"
    chassis: "{{ chassis.stdout }}"
    report_dir: reports/ovn/failover
  run_once: true
  delegate_to: localhost
"""

RETURN = r"""
failover:
  description: The exercise.
  returned: success
  type: dict
  contains:
    gateway:
      description: The gateway as it was given.
      returned: always
      type: dict
      sample: {name: cr-router1-public, chassis: chassis2, other_chassis: chassis1}
    ping:
      description: The ping as it was given, without its output.
      returned: always
      type: dict
      sample: {instance: testinstance1, chassis: chassis1, destination: 172.24.4.1, interval_seconds: 0.1}
    met:
      description: Whether all steps went as expected.
      returned: always
      type: bool
      sample: true
    text:
      description: The result in one sentence, of several problems the first.
      returned: always
      type: str
      sample: 10 of 10 steps went as expected
    steps:
      description: Two steps for each event, the event and its end.
      returned: always
      type: list
      elements: dict
      contains:
        event:
          description: Name of the event.
          returned: always
          type: str
          sample: controller_exits
        step:
          description: V(inject) is the event, V(mend) is its end.
          returned: always
          type: str
          sample: inject
        title:
          description: What happened.
          returned: always
          type: str
          sample: ovn-controller is told to exit
        node:
          description: Where it happened.
          returned: always
          type: str
          sample: chassis2
        moves:
          description: Whether the gateway was expected to move.
          returned: always
          type: bool
          sample: true
        expected:
          description: The chassis that was expected to have the gateway afterwards.
          returned: always
          type: str
          sample: chassis1
        time:
          description:
            - When it happened, in seconds since 1970.
            - V(null) when it did not. All that was measured is V(null) then.
          returned: always
          type: float
          sample: 1795279899.564
        seconds:
          description: For how long it was watched.
          returned: always
          type: float
          sample: 10.02
        bindings:
          description: What the southbound database said of the chassis of the gateway meanwhile.
          returned: always
          type: list
          elements: dict
          contains:
            after_seconds:
              description: When it said so.
              returned: always
              type: float
              sample: 0.14
            chassis:
              description: The chassis. V(null) is none.
              returned: always
              type: str
              sample: chassis1
        chassis:
          description: The chassis that had the gateway at the end.
          returned: always
          type: str
          sample: chassis1
        moved_after_seconds:
          description: When it had it for good. V(null) when it is the one that had it before.
          returned: always
          type: float
          sample: 0.14
        longest_gap_seconds:
          description: The longest time between the sending of two packets that were answered.
          returned: always
          type: float
          sample: 0.11
        answered_after_seconds:
          description: When each packet was sent that was answered.
          returned: always
          type: list
          elements: float
          sample: [0.02, 0.12, 0.22]
        unanswered_after_seconds:
          description: When each packet was sent that was lost.
          returned: always
          type: list
          elements: float
          sample: []
        problem:
          description: What was not as expected, one clause. V(null) is nothing.
          returned: always
          type: str
          sample: the gateway is on chassis2 afterwards instead of chassis1
reports:
  description: Paths of the reports that were written, by V(json), V(md) and V(svg).
  returned: success
  type: dict
  sample: {json: /srv/lab/reports/ovn/failover/failover.json}
"""
