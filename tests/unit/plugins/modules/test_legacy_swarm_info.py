# SPDX-License-Identifier: GPL-3.0-or-later
"""The module on a real etcd, and on doubles of the rest; the steps are those of ``isolated_legacy_swarm``."""

from __future__ import annotations

import os
import sys
from typing import Any

import pytest

sys.path.insert(0, os.path.dirname(__file__))
import isolated_legacy_swarm  # noqa: E402


@pytest.fixture(scope="module")
def steps() -> dict[str, Any]:
    found = isolated_legacy_swarm.read()
    if "refused" in found:
        pytest.skip(f"etcd cannot be run alone here: {found['refused'].splitlines()[-1]}")
    return found


@pytest.fixture
def seen(steps: dict[str, Any], request: pytest.FixtureRequest) -> dict[str, Any]:
    """``legacy_swarm`` of the step that the test is given."""
    return dict(steps[request.param]["legacy_swarm"])


@pytest.mark.parametrize("seen", ["nothing"], indirect=True)
def test_a_node_without_any_of_it(seen: dict[str, Any]) -> None:
    daemons = seen.pop("daemons")
    assert seen == {
        "engine": None,
        "engine_reason": "/run/docker.sock: there is no such socket: Docker is not installed or not running",
        "etcd": None,
        "etcd_reason": "127.0.0.1:2379: nothing listens there",
        "plugins": [],
        "manager": None,
        "manager_reason": "127.0.0.1:2375: nothing listens there",
    }
    assert set(daemons) == {"netplugin", "netmaster", "auth_proxy", "swarm_manager", "swarm_agent"}
    assert all(row == {"running": False, "arguments": []} for row in daemons.values())


@pytest.mark.parametrize("seen", ["full"], indirect=True)
def test_a_member_of_etcd(seen: dict[str, Any]) -> None:
    etcd = seen["etcd"]
    (member,) = etcd.pop("members")
    assert etcd.pop("version").startswith("3.")
    assert etcd == {"role": "member", "healthy": True, "v2": True, "leader": "one"}
    assert len(member.pop("id")) == 16
    assert member == {
        "name": "one",
        "client_urls": ["http://127.0.0.1:2379"],
        "peer_urls": ["http://127.0.0.1:2380"],
        "healthy": True,
    }


@pytest.mark.parametrize("seen", ["proxy"], indirect=True)
def test_a_proxy_passes_on_what_the_member_says(seen: dict[str, Any]) -> None:
    etcd = seen["etcd"]
    assert {"role": "proxy", "healthy": True, "v2": True, "leader": "one"}.items() <= etcd.items()
    assert [member["name"] for member in etcd["members"]] == ["one"]


@pytest.mark.parametrize("seen", ["member_gone"], indirect=True)
def test_a_proxy_without_a_member(seen: dict[str, Any]) -> None:
    etcd = seen["etcd"]
    assert {"role": "proxy", "healthy": False, "version": None, "members": None, "leader": None}.items() <= etcd.items()
    assert "httpproxy" in etcd["members_reason"] and "httpproxy" in etcd["version_reason"]


@pytest.mark.parametrize("seen", ["no_v2"], indirect=True)
def test_an_etcd_without_the_v2_api(seen: dict[str, Any]) -> None:
    etcd = seen["etcd"]
    assert {"role": "member", "healthy": True, "v2": False, "members": None, "leader": None}.items() <= etcd.items()
    assert etcd["members_reason"] == etcd["leader_reason"] == "the v2 API is off (--enable-v2)"


@pytest.mark.parametrize("seen", ["full"], indirect=True)
def test_plugins(seen: dict[str, Any]) -> None:
    folder = "/run/docker/plugins"
    assert seen["plugins"] == [
        {
            "name": "deaf",
            "socket": f"{folder}/deaf.sock",
            "answers": False,
            "reason": f"{folder}/deaf.sock: nothing listens there",
            "implements": [],
        },
        {
            "name": "netplugin",
            "socket": f"{folder}/netplugin.sock",
            "answers": True,
            "reason": None,
            "implements": ["IpamDriver", "NetworkDriver"],
        },
        {
            "name": "silent",
            "socket": f"{folder}/silent.sock",
            "answers": False,
            "reason": f"{folder}/silent.sock: POST /Plugin.Activate was not answered within 0.5 s",
            "implements": [],
        },
    ]


@pytest.mark.parametrize("seen", ["full"], indirect=True)
def test_daemons_are_those_of_the_own_network_namespace(seen: dict[str, Any]) -> None:
    running = {name: row["arguments"][2:] for name, row in seen["daemons"].items() if row["running"]}
    assert running == {
        "netplugin": ["-plugin-mode", "docker"],
        "swarm_manager": isolated_legacy_swarm.MANAGER[1:],
    }


@pytest.mark.parametrize("seen", ["full"], indirect=True)
def test_a_primary_manager(seen: dict[str, Any]) -> None:
    manager = seen["manager"]
    assert (manager["role"], manager["primary"], len(manager["nodes"])) == ("primary", "192.168.2.50:2375", 2)
    assert "contiv-c1" in [row["name"] for row in manager["containers"]]
    assert "contiv-net/blue" in [row["name"] for row in manager["networks"]]


@pytest.mark.parametrize("seen", ["replica"], indirect=True)
def test_a_replica_is_not_asked_for_what_the_primary_has(seen: dict[str, Any]) -> None:
    manager = seen["manager"]
    assert (manager["role"], manager["primary"], len(manager["nodes"])) == ("replica", "192.168.2.51:2375", 2)
    assert (manager["containers"], manager["networks"]) == (None, None)
    assert manager["networks_reason"] == "a replica asks the primary manager for it"


@pytest.mark.parametrize("seen", ["no_networks"], indirect=True)
def test_a_part_that_the_manager_refuses(seen: dict[str, Any]) -> None:
    manager = seen["manager"]
    assert manager["networks"] is None and "no store" in manager["networks_reason"]
    assert manager["containers"]


@pytest.mark.parametrize("seen", ["an_engine"], indirect=True)
def test_an_engine_is_no_manager(seen: dict[str, Any]) -> None:
    assert seen["manager"] is None
    assert seen["manager_reason"] == (
        "127.0.0.1:2375: what answers there is no swarm manager, its version is 20.10.24+dfsg1"
    )


def test_an_address_that_is_none(steps: dict[str, Any]) -> None:
    assert steps["mistake"]["failed"]
    assert steps["mistake"]["msg"] == "etcd_address is http://127.0.0.1:2379/. Write it like 127.0.0.1:2379."
