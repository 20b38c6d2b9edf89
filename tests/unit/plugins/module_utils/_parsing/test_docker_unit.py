# SPDX-License-Identifier: GPL-3.0-or-later
"""The command of the engine's unit, without the addresses that it listens at."""

from __future__ import annotations

import pytest
from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._docker_unit import start_without_hosts
from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._errors import ParseError

# Of Debian's package docker.io 20.10.24.
UNIT = """\
# /lib/systemd/system/docker.service
[Service]
Type=notify
EnvironmentFile=-/etc/default/docker
ExecStart=/usr/sbin/dockerd -H fd:// --containerd=/run/containerd/containerd.sock $DOCKER_OPTS
ExecReload=/bin/kill -s HUP $MAINPID
"""
COMMAND = "/usr/sbin/dockerd --containerd=/run/containerd/containerd.sock $DOCKER_OPTS"


@pytest.mark.parametrize(
    ("unit", "command"),
    [
        pytest.param(UNIT, COMMAND, id="of Debian"),
        pytest.param(
            f"{UNIT}\n# drop-in\n[Service]\nExecStart=\nExecStart={COMMAND}\n", COMMAND, id="with our drop-in"
        ),
        pytest.param(
            "ExecStart=/usr/bin/dockerd --host=fd:// --host tcp://127.0.0.1:2375 -H=unix:///x --hosts-not-this\n",
            "/usr/bin/dockerd --hosts-not-this",
            id="all spellings",
        ),
    ],
)
def test_the_command_has_no_addresses(unit: str, command: str) -> None:
    assert start_without_hosts(unit) == command


def test_a_unit_without_a_command_is_refused() -> None:
    with pytest.raises(ParseError, match="systemctl cat docker"):
        start_without_hosts("[Service]\nExecStart=\n")
