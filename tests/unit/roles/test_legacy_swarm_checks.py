# SPDX-License-Identifier: GPL-3.0-or-later
"""What the role of the legacy Swarm refuses, with the sentence."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from role_checks import Variables, check  # noqa: E402

SEEN: Variables = {"nodes_address": "192.0.2.1", "legacy_swarm_look": {"stdout_lines": []}, "lab_name": "contiv"}

SWARM = "swarm version 1.2.5 (27968ed)"

REFUSED = [
    (
        {"legacy_swarm_manager_hosts": []},
        "legacy_swarm_manager_hosts is empty, so nobody would manage the swarm. Name one host, or several of which one "
        "leads.",
    ),
    (
        {"legacy_swarm_binary_from": "local", "legacy_swarm_binary": "/nowhere/swarm"},
        'legacy_swarm_binary is "/nowhere/swarm", but there is no such file on the machine that runs Ansible. Give the '
        "path "
        "of the program swarm 1.2.5, or set legacy_swarm_binary_from to image, release or present.",
    ),
    (
        {"legacy_swarm_binary_from": "release", "legacy_swarm_release_url": "https://swarm.example/swarm"},
        "legacy_swarm_binary_from is release, but legacy_swarm_release_url and legacy_swarm_release_checksum "
        '("sha256:...") are not both given.',
    ),
    (
        {"legacy_swarm_binary_from": "present"},
        "legacy_swarm_binary_from is present, but {host} has no /usr/local/bin/swarm. Put the program there, or set "
        "legacy_swarm_binary_from to image, release or local.",
    ),
]


def test_a_host_is_refused_with_the_reason(tmp_path: Path) -> None:
    hosts = {f"case{number}": {**SEEN, **variables} for number, (variables, _sentence) in enumerate(REFUSED)}
    healthy = {
        "image": SEEN,
        "present": {**SEEN, "legacy_swarm_binary_from": "present", "legacy_swarm_look": {"stdout_lines": ["program"]}},
        "local": {**SEEN, "legacy_swarm_binary_from": "local", "legacy_swarm_binary": str(Path(__file__))},
    }
    groups = {"legacy_swarm": hosts | healthy, "contiv_masters": {"image": {}}}
    shown, passed = check("legacy_swarm", groups, tmp_path)
    assert passed == dict.fromkeys(hosts, False) | dict.fromkeys(healthy, True)
    for number, (_variables, sentence) in enumerate(REFUSED):
        assert sentence.format(host=f"case{number}") in shown


def test_another_program_is_refused(tmp_path: Path) -> None:
    said: dict[str, dict[str, Any]] = {
        "swarm": {"stdout": SWARM, "stdout_lines": [SWARM], "stderr_lines": []},
        "other": {"stdout": "", "stdout_lines": [], "stderr_lines": ["sh: 1: /usr/local/bin/swarm: Exec format error"]},
    }
    hosts = {name: {**SEEN, "legacy_swarm_version": version} for name, version in said.items()}
    shown, passed = check("legacy_swarm", {"legacy_swarm": hosts}, tmp_path, "check_program.yml")
    assert passed == {"swarm": True, "other": False}
    assert (
        "/usr/local/bin/swarm of other is not legacy Swarm: asked for its version it says "
        '"sh: 1: /usr/local/bin/swarm: Exec format error". Give the program swarm 1.2.5, made for the machine\'s '
        "architecture."
    ) in shown


def test_engines_with_one_identity_are_refused(tmp_path: Path) -> None:
    identities = {"one": ["LRN5:QY62"], "two": ["BC5P:MKZE"], "three": ["LRN5:QY62"], "four": []}
    hosts = {name: {**SEEN, "legacy_swarm_identity": {"stdout_lines": lines}} for name, lines in identities.items()}
    shown, passed = check("legacy_swarm", {"legacy_swarm": hosts}, tmp_path, "check_identity.yml")
    assert passed == {"one": False, "two": True, "three": False, "four": True}
    assert (
        "The engines of one and three have one identity, LRN5:QY62, as of machines that were cloned, and the swarm "
        "takes only one of them. Remove /etc/docker/key.json on three and restart its engine."
    ) in shown


def container(name: str, **more: Any) -> Variables:
    return {"name": name, "image": "packetwalk/web:1", **more}


@pytest.mark.parametrize(
    ("variables", "sentence"),
    [
        pytest.param(
            {"legacy_swarm_containers": [container("c1"), container("c2", node="b")]}, "", id="the manager places"
        ),
        pytest.param(
            {"legacy_swarm_binary_from": "none", "legacy_swarm_containers": [container("c1", node="one")]},
            "",
            id="no manager, but a node",
        ),
        pytest.param(
            {"legacy_swarm_containers": [container("c1", node="a"), container("c1", node="b")]},
            "legacy_swarm_containers has a name twice (c1, c1), which the swarm takes once, whatever the node. Rename "
            "one of them.",
            id="a name twice",
        ),
        pytest.param(
            {
                "legacy_swarm_binary_from": "none",
                "legacy_swarm_containers": [container("c1"), container("c2", node="b")],
            },
            "Without a manager nobody chooses a node for c1, c2. Give each of legacy_swarm_containers a node, a "
            "host of the play, like one.",
            id="no manager and no node",
        ),
    ],
)
def test_containers_are_refused_with_the_reason(tmp_path: Path, variables: Variables, sentence: str) -> None:
    shown, passed = check(
        "legacy_swarm", {"legacy_swarm": {"one": {**SEEN, **variables}}}, tmp_path, "check_containers.yml"
    )
    assert passed == {"one": sentence == ""}
    assert sentence in shown
