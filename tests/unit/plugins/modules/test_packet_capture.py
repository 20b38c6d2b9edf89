# SPDX-License-Identifier: GPL-3.0-or-later
"""What the modules of the proof refuse before they do anything; what they do is tested with ``_probing``."""

from __future__ import annotations

import json
from typing import Any

import pytest
from ansible.module_utils.testing import patch_module_args
from ansible_collections.packetwalk.labs.plugins.modules import packet_capture, packet_probe


def run(module: Any, capsys: pytest.CaptureFixture[str], **arguments: Any) -> dict[str, Any]:
    with patch_module_args(arguments), pytest.raises(SystemExit):
        module.main()
    result: dict[str, Any] = json.loads(capsys.readouterr().out)
    return result


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({}, "missing required arguments: points"),
        ({"points": [{}], "seconds": 61}, "seconds is 61.0. Give a number from 0.1 to 60.0."),
        ({"points": [{}], "packets": 0}, "packets is 0. Give a number from 1 to 100000."),
        ({"points": [{}], "snap_bytes": 100}, "snap_bytes is 100. Give a number from 160 to 65535."),
        ({"points": [{}], "match": {"protocol": "sctp"}}, "value of protocol must be one of"),
        ({"points": [{}], "match": {"token": "abc"}}, "match.token is abc. Give an even number of hexadecimal digits."),
        ({"points": [{}], "seconds": 0.1, "ready_file": "/nowhere/ready"}, "No such file or directory"),
    ],
)
def test_the_capture_refuses(capsys: pytest.CaptureFixture[str], arguments: dict[str, Any], message: str) -> None:
    result = run(packet_capture, capsys, **arguments)
    assert result["failed"] and message in result["msg"]


PROBE = {"protocol": "udp", "destination": "192.0.2.1", "destination_port": 9, "token": "00"}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"token": "xy"}, "token is xy. Give an even number of hexadecimal digits."),
        ({"token": 1401 * "00"}, "token has 1401 bytes. Give 1400 at most."),
        ({"destination_port": 65536}, "destination_port is 65536. Give a number from 1 to 65535."),
        ({"source_port": 65000, "count": 1000}, "source_port and count go beyond port 65535"),
        ({"timeout_seconds": 0}, "timeout_seconds is 0.0. Give a number from 0.01 to 60.0."),
        ({"destination": "web"}, "web is no address to which udp can be sent."),
    ],
)
def test_the_probe_refuses(capsys: pytest.CaptureFixture[str], arguments: dict[str, Any], message: str) -> None:
    result = run(packet_probe, capsys, **{**PROBE, **arguments})
    assert result["failed"] and message in result["msg"]


@pytest.mark.parametrize(("protocol", "missing"), [("tcp", "destination_port"), ("udp", "token"), ("icmp", "token")])
def test_the_probe_needs(capsys: pytest.CaptureFixture[str], protocol: str, missing: str) -> None:
    given = {key: value for key, value in {**PROBE, "protocol": protocol}.items() if key != missing}
    result = run(packet_probe, capsys, **given)
    assert result["failed"]
    assert f"protocol is {protocol} but all of the following are missing: {missing}" in result["msg"]


@pytest.mark.parametrize(("module", "arguments"), [(packet_capture, {"points": [{}]}), (packet_probe, PROBE)])
def test_check_mode_skips_both(capsys: pytest.CaptureFixture[str], module: Any, arguments: dict[str, Any]) -> None:
    result = run(module, capsys, **arguments, _ansible_check_mode=True)
    assert result["skipped"] is True
    assert "check mode" in result["msg"]
