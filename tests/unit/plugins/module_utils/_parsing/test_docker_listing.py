# SPDX-License-Identifier: GPL-3.0-or-later
"""Column listings of the docker client."""

from __future__ import annotations

from pathlib import Path

import pytest
from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._docker_listing import parse_listing
from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._errors import ParseError

RECORDINGS = Path(__file__).parents[4] / "recordings" / "docker"

# Of the Swarm articles of 2017.
NODES = """\
ID                            HOSTNAME            STATUS              AVAILABILITY        MANAGER STATUS
xx648gzarpf33fruo8cqbg8dc     manager1            Ready               Active              Leader
z0shyispea9f19j9u2oti89u5 *   manager3            Ready               Active              Reachable
j1g6ylbezhhq6d6qwri85vkgq     worker1             Ready               Active
"""
TASKS = """\
ID                  NAME                IMAGE               NODE                DESIRED STATE       CURRENT STATE                 ERROR               PORTS
7ah6jvmw1zas        redis.1             redis:3.0.7         worker1             Running             Running about a minute ago
f17y9ss7j660         \\_ redis.1         redis:3.0.6         worker1             Shutdown            Shutdown about a minute ago
"""  # noqa: E501


def test_nodes_of_2017() -> None:
    rows = parse_listing(NODES)

    assert rows[1] == {
        "id": "z0shyispea9f19j9u2oti89u5",
        "hostname": "manager3",
        "status": "Ready",
        "availability": "Active",
        "manager_status": "Reachable",
        "current": True,
    }
    assert [(row["hostname"], row["manager_status"], row["current"]) for row in rows[::2]] == [
        ("manager1", "Leader", False),
        ("worker1", "", False),
    ]


def test_replaced_tasks() -> None:
    rows = parse_listing(TASKS)

    assert [(row["name"], row["image"], row["history"]) for row in rows] == [
        ("redis.1", "redis:3.0.7", False),
        ("redis.1", "redis:3.0.6", True),
    ]
    assert rows[1]["current_state"] == "Shutdown about a minute ago"


@pytest.mark.parametrize(
    ("name", "rows", "keys"),
    [
        ("node-ls", 3, ["id", "hostname", "status", "availability", "manager_status", "engine_version", "current"]),
        ("service-ls", 2, ["id", "name", "mode", "replicas", "image", "ports"]),
        (
            "service-ps",
            5,
            ["id", "name", "image", "node", "desired_state", "current_state", "error", "ports", "history"],
        ),
        ("network-ls", 6, ["network_id", "name", "driver", "scope"]),
        ("ps", 2, ["container_id", "image", "command", "created", "status", "ports", "names"]),
    ],
)
def test_listings_of_20_10(name: str, rows: int, keys: list[str]) -> None:
    found = parse_listing((RECORDINGS / f"{name}.txt").read_text())

    assert [list(row) for row in found] == [keys] * rows
    assert all(row["name" if "name" in row else keys[-1]] != "" for row in found)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "NETWORK ID NAME DRIVER SCOPE\n9b3cdad15a64 bridge bridge local\n",
        "xx648gzarpf33fruo8cqbg8dc     manager1            Ready               Active\n",
        NODES + "egy0qr3u15qr8p26p3wpt6ctr worker2 Ready Active\n",
        "Error response from daemon: This node is not a swarm manager.\n",
    ],
    ids=["empty", "blanks lost", "no header", "one line out of the columns", "an error"],
)
def test_broken_listing(text: str) -> None:
    with pytest.raises(ParseError, match="docker: cannot read"):
        parse_listing(text)
