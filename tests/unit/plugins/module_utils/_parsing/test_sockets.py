# SPDX-License-Identifier: GPL-3.0-or-later
"""/proc/net/tcp and its likes."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest
from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._errors import ParseError
from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._sockets import parse_proc

HEADER = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n"
TAIL = "00000000:00000000 00:00000000 00000000     0        0 620 1 000000001ac9b9b7 100 0 0 10 0\n"


@pytest.mark.parametrize(
    ("family", "address", "kind", "protocol"),
    [
        ("ipv4", "127.0.0.1", socket.SOCK_STREAM, "tcp"),
        ("ipv4", "127.0.0.1", socket.SOCK_DGRAM, "udp"),
        ("ipv6", "::1", socket.SOCK_STREAM, "tcp"),
        ("ipv6", "::1", socket.SOCK_DGRAM, "udp"),
    ],
)
def test_a_socket_of_this_host(family: str, address: str, kind: int, protocol: str) -> None:
    with socket.socket(socket.AF_INET if family == "ipv4" else socket.AF_INET6, kind) as waiting:
        try:
            waiting.bind((address, 0))
        except OSError:
            pytest.skip(f"this host has no {address}")
        if protocol == "tcp":
            waiting.listen()
        port = waiting.getsockname()[1]
        text = Path(f"/proc/net/{protocol}{'6' if family == 'ipv6' else ''}").read_text()

    (found,) = [row for row in parse_proc(text, protocol, family) if row["port"] == port]
    assert found["inode"] > 0
    assert {**found, "inode": None} == {
        "protocol": protocol,
        "address": address,
        "port": port,
        "family": family,
        "inode": None,
    }


def test_only_waiting_sockets() -> None:
    lines = f"   0: 0100007F:1F90 00000000:0000 0A {TAIL}   1: 0100007F:1F90 0100007F:D2F0 01 {TAIL}"

    assert parse_proc(HEADER + lines, "tcp", "ipv4") == [
        {"protocol": "tcp", "address": "127.0.0.1", "port": 8080, "family": "ipv4", "inode": 620}
    ]
    assert parse_proc(HEADER + lines, "udp", "ipv4") == []


@pytest.mark.parametrize(
    "text",
    [
        "",
        f"   0: 0100007F:1F90 00000000:0000 0A {TAIL}",
        f"{HEADER}   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:0000",
        f"{HEADER}   0: 0100007:1F90 00000000:0000 0A {TAIL}",
        f"{HEADER}   0: {'0' * 32}:1F90 {'0' * 32}:0000 0A {TAIL}",
    ],
    ids=["empty", "no header", "cut", "seven digits", "other family"],
)
def test_broken_file(text: str) -> None:
    with pytest.raises(ParseError, match="/proc/net/tcp: cannot read"):
        parse_proc(text, "tcp", "ipv4")
