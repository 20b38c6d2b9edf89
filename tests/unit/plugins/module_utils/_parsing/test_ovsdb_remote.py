# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest
from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._ovsdb_remote import Remote, parse_remotes


@pytest.mark.parametrize(
    ("text", "remotes"),
    [
        ("unix:/run/ovn/ovnnb_db.sock", [Remote("unix:/run/ovn/ovnnb_db.sock", "unix", path="/run/ovn/ovnnb_db.sock")]),
        ("tcp:192.0.2.1:6641", [Remote("tcp:192.0.2.1:6641", "tcp", host="192.0.2.1", port=6641)]),
        ("tcp:192.0.2.1", [Remote("tcp:192.0.2.1", "tcp", host="192.0.2.1", port=6640)]),
        ("ssl:[2001:db8::1]:6642", [Remote("ssl:[2001:db8::1]:6642", "ssl", host="2001:db8::1", port=6642)]),
        ("ssl:central.example:6642", [Remote("ssl:central.example:6642", "ssl", host="central.example", port=6642)]),
        (
            "tcp:192.0.2.1:6641, tcp:192.0.2.2:6641",
            [
                Remote("tcp:192.0.2.1:6641", "tcp", host="192.0.2.1", port=6641),
                Remote("tcp:192.0.2.2:6641", "tcp", host="192.0.2.2", port=6641),
            ],
        ),
    ],
)
def test_connection_methods(text: str, remotes: list[Remote]) -> None:
    assert parse_remotes(text) == remotes


@pytest.mark.parametrize(
    "text",
    [
        "",
        "unix:",
        "/run/ovn/ovnnb_db.sock",
        "ptcp:6641",
        "tcp:",
        "tcp:2001:db8::1:6641",
        "tcp:a:0",
        "tcp:a:65536",
        "tcp:a,",
    ],
)
def test_what_is_no_connection_method_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not unix:PATH, tcp:HOST:PORT or ssl:HOST:PORT"):
        parse_remotes(text)
