#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: walk_proof
short_description: Compare a walk with packets that were captured on its way
version_added: 0.2.0
description:
  - Puts what M(packetwalk.labs.walk) predicts beside what M(packetwalk.labs.packet_capture) saw on the same devices
    while M(packetwalk.labs.packet_probe) sent real packets, and fails when they differ.
  - Every probe has to be seen at each device of a way that the walk predicts, with its MAC addresses, VLANs, addresses,
    protocol, ports, encryption, VNI and what a tunnel carries, and has to come to what the end of that way says. Marks,
    lengths and times to live are not compared.
  - The first packet of a probe's connection is known again wherever it was changed, by its TCP sequence number or by
    the token that it carries. Of an encrypted packet only MAC addresses, VLANs and addresses can be seen.
  - The text of the proof names ways that no probe took. They are a failure only where a virtual service of IPVS has to
    give each backend a turn.
  - What a walk leaves open, such as V(undecided) and V(left), is compared as far as it goes.
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
      - The comparison is made as always, but no report is written.
options:
  walk:
    description: The RV(packetwalk.labs.walk#module:walk) that is to be proved.
    type: dict
    required: true
  captures:
    description: Inventory host name to what M(packetwalk.labs.packet_capture) returned there.
    type: dict
    required: true
  probes:
    description:
      - The C(results) that a loop of M(packetwalk.labs.packet_probe) over RV(packetwalk.labs.walk#module:probes)
        registered. One that failed is part of the proof, with its reason.
    type: list
    elements: dict
    required: true
  report_dir:
    description:
      - Directory for V(proof.json) and V(proof.txt). It is made when it is not there.
      - A relative path starts at the playbook's directory.
    type: path
  quiet:
    description: Whether to show nothing on the terminal.
    type: bool
    default: false
seealso:
  - module: packetwalk.labs.walk
  - module: packetwalk.labs.packet_capture
  - module: packetwalk.labs.packet_probe
"""

EXAMPLES = r"""
# The playbook packetwalk.labs.walk does all of it with -e prove=true.
- name: Compare what was seen with what was predicted
  packetwalk.labs.walk_proof:
    walk: "{{ walked.walk }}"
    captures: "{{ captures }}"
    probes: "{{ sent.results }}"
  run_once: true
  delegate_to: localhost
"""

RETURN = r"""
proof:
  description: The proof document, described in docs/walk.md.
  returned: success
  type: dict
  contains:
    proven:
      description: Whether every probe went a way that was predicted, and came to what was predicted.
      returned: always
      type: bool
      sample: true
    text:
      description: The result in one sentence, of several differences the first.
      returned: always
      type: str
      sample: "proven: 18 of 18 places saw what was predicted, with 4 probes (connected)"
    problems:
      description: All differences, one sentence each.
      returned: always
      type: list
      elements: str
      sample: []
    points:
      description: Prediction and observation at each device on the ways that probes took.
      returned: always
      type: list
      elements: dict
      contains:
        hop:
          description: Number of the hop in the walk.
          returned: always
          type: int
          sample: 4
        node:
          description: The node.
          returned: always
          type: str
          sample: manager1
        namespace:
          description: The network namespace.
          returned: always
          type: str
          sample: host
        device:
          description: The device.
          returned: always
          type: str
          sample: eth0
        direction:
          description: V(in) or V(out).
          returned: always
          type: str
          sample: out
        expected:
          description: The packet as it was predicted.
          returned: always
          type: dict
          sample: {source: 10.0.1.4, destination: 10.0.1.2, protocol: tcp}
        observed:
          description:
            - The captured packet that is most like it, of the probe that differs most. V(null) when there was none.
          returned: always
          type: dict
          sample: {source: 10.0.1.4, destination: 10.0.1.2, protocol: tcp}
        count:
          description: How many were as predicted.
          returned: always
          type: int
          sample: 2
        equal:
          description: Whether every probe that took this way was seen so.
          returned: always
          type: bool
          sample: true
        differences:
          description: What differs, one clause each.
          returned: always
          type: list
          elements: str
          sample: []
    table:
      description: All packets of the connections, answers too, counted by how they looked at each device.
      returned: always
      type: list
      elements: dict
      sample:
        - node: manager1
          namespace: host
          device: eth0
          direction: out
          source_mac: "02:42:0a:00:01:04"
          destination_mac: "02:42:0a:00:01:02"
          source: 192.168.99.100
          destination: 192.168.99.101
          protocol: udp
          vlans: []
          vni: 4097
          count: 4
reports:
  description: Paths of the reports that were written, by V(json) and V(txt).
  returned: success
  type: dict
  sample: {json: /srv/lab/reports/swarm/walk/proof.json}
"""
