# SPDX-License-Identifier: GPL-3.0-or-later
"""A legacy Swarm without Contiv's programs, and Docker's overlay over the cluster store."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.packetwalk.labs.plugins.plugin_utils._checking._legacy_swarm_nodes import satisfies
from ansible_collections.packetwalk.labs.plugins.plugin_utils._checking._registry import run, select
from ansible_collections.packetwalk.labs.plugins.plugin_utils._state import load

sys.path.append(str(Path(__file__).parent))
from contiv_state import MASTER, OVERLAY, RECORDINGS, WORKER, lab_without_binaries  # noqa: E402
from judged_state import problems, row  # noqa: E402

Document = dict[str, Any]
Fault = Callable[[Document], None]

CHECKS = select(["contiv_*", "legacy_swarm_*"])
SPACE = f"1-{OVERLAY[:10]}"
FAILED, ERROR = {"failed"}, {"error"}


def kernel(document: Document, node: str = MASTER) -> dict[str, Any]:
    found: dict[str, Any] = document["nodes"][node]["namespaces"][SPACE]
    return found


def network(document: Document, node: str = WORKER) -> dict[str, Any]:
    return row(document["nodes"][node]["docker"]["networks"], name="overlay-net")


def containers(document: Document, node: str = WORKER) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = document["nodes"][node]["docker"]["containers"]
    return found


def set_row(part: str, index: int = 0, **keys: Any) -> Fault:
    """A row of the master's kernel."""
    return lambda document: kernel(document)[part][index].update(keys)


def add_row(part: str, **keys: Any) -> Fault:
    return lambda document: kernel(document)[part].append({**kernel(document)[part][0], **keys})


def set_network(**keys: Any) -> Fault:
    return lambda document: network(document).update(keys)


def set_vxlan(**keys: Any) -> Fault:
    return lambda document: kernel(document)["links"][0]["vxlan"].update(keys)


def clear(*parts: str) -> Fault:
    def fault(document: Document) -> None:
        for part in parts:
            kernel(document)[part].clear()

    return fault


def stop(document: Document) -> None:
    containers(document)[0].update(state="exited")


def move(document: Document) -> None:
    """The container of the worker runs on the master."""
    moved = containers(document).pop()
    containers(document, MASTER).append(moved)
    ends = network(document, MASTER)["endpoints"]
    row(ends, name="overlay-c2").update(container=moved["id"])


def same_address(document: Document) -> None:
    """Both engines gave the first address, and the MAC address follows from it."""
    for node in (MASTER, WORKER):
        row(network(document, node)["endpoints"], name="overlay-c2").update(address="30.1.1.2", mac="02:42:1e:01:01:02")


def remove(document: Document) -> None:
    document["nodes"][WORKER]["docker"]["networks"].clear()


def without_engine(document: Document) -> None:
    document["nodes"][WORKER].update(docker=None, docker_reason="the engine does not answer")
    document["nodes"][WORKER]["legacy_swarm"].update(engine=None, engine_reason="the engine does not answer")


def without_kernel(document: Document) -> None:
    kernel(document).update(fdb=None, fdb_reason="the namespace is gone")


OVERLAY_FAILED = {"legacy_swarm_overlay": FAILED}

CASES: dict[str, tuple[Fault, dict[str, set[str]]]] = {
    "a wrong neighbour": (set_row("neighbours", mac="02:42:00:00:00:01"), OVERLAY_FAILED),
    "a neighbour that nobody is": (add_row("neighbours", address="30.1.1.9"), OVERLAY_FAILED),
    "a learned neighbour is none of Docker's": (
        add_row("neighbours", address="30.1.1.9", states=["stale"]),
        {},
    ),
    "a row without a neighbour": (clear("neighbours"), OVERLAY_FAILED),
    "a neighbour without a row": (clear("fdb"), OVERLAY_FAILED),
    "neither yet": (clear("neighbours", "fdb"), {}),
    "a row to another host": (set_row("fdb", destination="192.0.2.1"), OVERLAY_FAILED),
    "a row of a container here": (add_row("fdb", mac="02:42:1e:01:01:02"), OVERLAY_FAILED),
    "a row that nobody has": (add_row("fdb", mac="02:42:1e:01:01:63"), OVERLAY_FAILED),
    "no device": (clear("links"), OVERLAY_FAILED),
    "another VNI": (set_vxlan(vni=257), OVERLAY_FAILED),
    "not on an engine": (remove, OVERLAY_FAILED),
    "another network of the name": (set_network(id="f" * 64), OVERLAY_FAILED),
    "another subnet": (set_network(subnets=[{"subnet": "30.1.2.0/24", "gateway": None}]), OVERLAY_FAILED),
    "of a swarm": (set_network(scope="swarm"), OVERLAY_FAILED),
    "a container stopped": (stop, OVERLAY_FAILED),
    "a container elsewhere": (move, OVERLAY_FAILED),
    "two with one address": (same_address, OVERLAY_FAILED),
    "no engine": (
        without_engine,
        {"legacy_swarm_engines": FAILED, "legacy_swarm_overlay": ERROR},
    ),
    "no rows read": (without_kernel, {"legacy_swarm_overlay": ERROR}),
}


def test_without_programs_of_contiv_its_checks_say_so() -> None:
    document, intent = lab_without_binaries()
    findings = run(document, intent, CHECKS)
    assert not problems(findings)
    assert {finding.check for finding in findings if finding.status == "passed"} == {
        "legacy_swarm_etcd",
        "legacy_swarm_engines",
        "legacy_swarm_overlay",
    }
    assert {finding.message.partition("skipped: ")[2] for finding in findings if finding.status == "skipped"} == {
        "no binaries of Contiv were given"
    }


def test_the_recorded_lab_is_healthy_too() -> None:
    document = load((RECORDINGS / "contiv-without-binaries" / "state.json").read_text())
    findings = run(document, lab_without_binaries()[1], CHECKS)
    assert not problems(findings)
    # The engines, and what they have in common; the network, both kernels and both containers.
    passed = Counter(finding.check for finding in findings if finding.status == "passed")
    assert passed == {"legacy_swarm_etcd": 3, "legacy_swarm_engines": 3, "legacy_swarm_overlay": 5}


@pytest.mark.parametrize(("fault", "expected"), CASES.values(), ids=CASES)
def test_faults(fault: Fault, expected: dict[str, set[str]]) -> None:
    document, intent = lab_without_binaries()
    fault(document)
    assert problems(run(document, intent, CHECKS)) == expected


def test_what_is_on_a_node_that_could_not_be_read_is_not_wrong() -> None:
    """The rows that lead to it are not judged, as nobody tells what is there."""
    document, intent = lab_without_binaries()
    document["nodes"][WORKER].update(docker=None, docker_reason="the engine does not answer")
    network(document, MASTER)["endpoints"] = network(document, MASTER)["endpoints"][:1]
    findings = run(document, intent, select(["legacy_swarm_overlay"]))
    assert {finding.subject: finding.status for finding in findings} == {
        WORKER: "error",
        "overlay-net": "passed",
        f"{MASTER}/overlay-net": "passed",
        "container/overlay-c1": "passed",
        "container/overlay-c2": "skipped",
    }


@pytest.mark.parametrize(
    ("constraint", "may"),
    [
        ("node==worker0", True),
        ("node == worker0", True),
        ("node==worker1", False),
        ("node!=worker1", True),
        ("node!=worker0", False),
        ("node==work*", True),
        ("node==/er[0-9]$/", True),
        ("node==/^er/", False),
        ("node==~worker1", True),
        ("storage==ssd", True),
    ],
)
def test_constraints(constraint: str, may: bool) -> None:
    assert satisfies("worker0", constraint) == may
