# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""Checks of what the swarm's managers hold: services against their tasks, services and networks against the intent."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from ansible_collections.packetwalk.labs.plugins.plugin_utils._findings import (
    Finding,
    Step,
    evidence,
    failed,
    judged,
    skipped,
)
from ansible_collections.packetwalk.labs.plugins.plugin_utils._swarm import Swarm, task_label

_NETWORK_KEYS = ("subnet", "mtu_bytes", "encrypted", "attachable", "internal")
_LEFT_TO_THE_BUILD = "auto"  # the intent's word for what depends on the kernels of the lab

_CONSTRAINT = re.compile(r"\s*(?P<what>node\.(id|hostname|role|labels\.\S+?))\s*(?P<test>==|!=)\s*(?P<wanted>.+?)\s*$")


def swarm_services(document: dict[str, Any], intent: dict[str, Any]) -> Iterator[Finding]:
    """As many tasks really run as the service wants, its last update went through, and it is as the intent says."""
    swarm = Swarm(document)
    for service in sorted(swarm.cluster["services"], key=lambda service: str(service["name"])):
        yield _converged(swarm, service)
    if intent.get("services"):
        for wanted in intent["services"]:
            yield _service_as_intended(swarm, wanted)
    else:
        yield skipped("intent", "services of the intent", "no intent given")


def swarm_networks(document: dict[str, Any], intent: dict[str, Any]) -> Iterator[Finding]:
    """Overlay networks of the intent are there with its subnet, MTU option, encryption and attachability."""
    networks = {network["name"]: network for network in Swarm(document).networks().values()}
    for wanted in intent["networks"]:
        name = wanted["name"]
        if name not in networks:
            yield failed(name, f"overlay network {name}", "a network", None, [], "Run the build play again.")
            continue
        network = networks[name]
        real = {**network, "subnet": ", ".join(row["subnet"] for row in network["subnets"])}
        keys = [key for key in _NETWORK_KEYS if wanted.get(key) is not None]
        meant, actual = {key: wanted[key] for key in keys}, {key: real[key] for key in keys}
        hint = "A network cannot be changed; remove it and create it again."
        seen = [evidence(None, None, f"docker network inspect {name}", {key: real[key] for key in _NETWORK_KEYS})]
        yield judged(name, [Step(f"overlay network {name}", meant, actual, seen, hint)])


def counted_tasks(swarm: Swarm, service: dict[str, Any]) -> list[dict[str, Any]]:
    """The live tasks that count for ``wanted_tasks``."""
    live = swarm.live_tasks(service["id"])
    if service["mode"] != "global":
        return live
    # A paused node keeps the task it has, but gets none.
    paused = {row["id"] for row in swarm.cluster["nodes"] if row["availability"] == "pause"}
    return [task for task in live if task["node"] not in paused]


def wanted_tasks(swarm: Swarm, service: dict[str, Any]) -> int | str:
    """How many tasks the service wants, or the reason why that cannot be told."""
    if service["mode"] == "replicated":
        replicas: int = 1 if service["replicas"] is None else service["replicas"]
        return replicas
    if service["mode"] != "global":
        return f"tasks of a {service['mode']} service are meant to end"
    constraints = [_CONSTRAINT.match(text) for text in service["constraints"]]
    if None in constraints:
        return f"cannot decide which nodes fit the constraints {', '.join(service['constraints'])}"
    return sum(
        all(_fits(row, constraint) for constraint in constraints if constraint)
        for row in swarm.cluster["nodes"]
        if row["state"] == "ready" and row["availability"] == "active"
    )


def _converged(swarm: Swarm, service: dict[str, Any]) -> Finding:
    name = service["name"]
    wanted = wanted_tasks(swarm, service)
    if isinstance(wanted, str):
        return skipped(name, f"running tasks of {name}", wanted)
    live = counted_tasks(swarm, service)
    waiting = [task for task in swarm.cluster["tasks"] if task["service"] == service["id"] and task not in live]
    seen = [_task_row(swarm, task) for task in (waiting if len(live) < wanted else live)]
    troubles = sorted({task["error"] for task in waiting if task["error"]})
    hint = f"docker service ps --no-trunc {name}" + (f" says: {troubles[0]}" if troubles else " tells why.")

    state = (service["update"] or {}).get("state")
    stuck = state is not None and (state == "paused" or state.startswith("rollback"))
    update_hint = f"Correct the cause, then docker service update {name}."
    rows = [evidence(None, None, f"docker service inspect {name}", {"update": service["update"]})]
    return judged(
        name,
        [
            Step(f"update of {name}", "completed", state, rows, update_hint, holds=not stuck),
            Step(f"running tasks of {name}", wanted, len(live), seen, hint),
        ],
    )


def _fits(row: dict[str, Any], constraint: re.Match[str]) -> bool:
    """Whether a node fulfils a placement constraint (swarmkit compares without regard to case)."""
    what = constraint["what"].partition(".")[2]
    label = what.partition(".")[2]
    real = row["labels"].get(label, "") if label else row[what]
    same: bool = real.lower() == constraint["wanted"].lower()
    return same == (constraint["test"] == "==")


def _service_as_intended(swarm: Swarm, wanted: dict[str, Any]) -> Finding:
    name = wanted["name"]
    subject = f"{name}/intent"
    service = next((service for service in swarm.cluster["services"] if service["name"] == name), None)
    if service is None:
        return failed(subject, f"service {name}", "a service", None, [], "Run the build play again.")
    names = {identifier: network["name"] for identifier, network in swarm.networks().items()}
    real = {
        **{key: service[key] for key in ("mode", "replicas", "endpoint_mode")},
        "image": _image(service["image"]),
        "networks": sorted(names.get(network, network) for network in service["networks"]),
        "published_ports": sorted(_port(port, port["mode"]) for port in service["ports"]),
    }
    keys = ("mode", "replicas", "endpoint_mode")
    meant = {key: wanted[key] for key in keys if wanted.get(key) not in (None, _LEFT_TO_THE_BUILD)}
    if wanted.get("image") is not None:
        meant["image"] = _image(wanted["image"])
    if wanted.get("networks") is not None:
        meant["networks"] = sorted(wanted["networks"])
    if wanted.get("published_ports") is not None:
        meant["published_ports"] = sorted(
            _port(port, _mode(port, service["ports"])) for port in wanted["published_ports"]
        )
    real = {key: real[key] for key in meant}
    rows = [evidence(None, None, "docker service inspect", service)]
    return judged(subject, [Step(f"service {name}", meant, real, rows, "Run the build play again.")])


def _mode(wanted: dict[str, Any], ports: list[dict[str, Any]]) -> str:
    mode: str = wanted.get("mode") or "ingress"
    if mode != _LEFT_TO_THE_BUILD:
        return mode
    return next((port["mode"] for port in ports if port["published"] == wanted["published"]), mode)


def _port(port: dict[str, Any], mode: str) -> str:
    return f"{port['published']}:{port['target']}/{port.get('protocol') or 'tcp'} ({mode})"


def _image(name: str) -> str:
    """An image name without the digest that the swarm adds, and with the tag that it assumes."""
    plain = name.partition("@")[0]
    return plain if ":" in plain.rpartition("/")[2] else f"{plain}:latest"


def _task_row(swarm: Swarm, task: dict[str, Any]) -> dict[str, Any]:
    row = {key: task[key] for key in ("name", "desired_state", "state", "error")}
    node = swarm.name_of.get(task["node"])
    return evidence(node, None, f"docker service ps, {task_label(task['name'])}", row)
