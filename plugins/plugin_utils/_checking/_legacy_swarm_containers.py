# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""Whether the containers of the intent run as asked."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from ansible_collections.packetwalk.labs.plugins.plugin_utils._checking._contiv import ENGINE, Contiv, Row, seen
from ansible_collections.packetwalk.labs.plugins.plugin_utils._findings import Finding, Step, judged, skipped

# The bridge that Docker gives containers of global networks besides, for what is outside.
_BESIDES = "docker_gwbridge"


def containers_as_wanted(
    contiv: Contiv, engines: list[str], concerns: Callable[[str | None], bool]
) -> Iterator[Finding]:
    """One finding on each container of the intent whose network (None without one) concerns the check.

    ``engines`` are the nodes whose engine could be read. Raises Unknown.
    """
    for wanted in contiv.wanted.get("containers") or ():
        subject, asked = f"container/{wanted['name']}", wanted.get("node")
        if not concerns(wanted.get("network")):
            continue
        if asked in engines or len(engines) == len(contiv.nodes):
            yield judged(subject, _steps(contiv, wanted, engines))
        else:
            yield skipped(subject, f"nodes that run {wanted['name']}", "it may run on an engine that could not be read")


def _steps(contiv: Contiv, wanted: Row, engines: list[str]) -> Iterator[Step]:
    name = wanted["name"]
    found = {node: row for node in engines for row in contiv.containers(node).values() if row["name"] == name}
    rows = [seen(ENGINE, row, "name", "id", "state", node=node) for node, row in found.items()] or [seen(ENGINE, None)]
    hint = "Run playbooks/contiv.yml, which runs it with the constraint of its node."
    what, nodes, asked = f"nodes that run {name}", list(found), wanted.get("node")
    yield Step(what, asked or "one", nodes, rows, hint, holds=nodes == [asked] if asked else len(nodes) == 1)
    if wanted.get("network"):
        networks = [network for node in nodes for network in _networks_of(contiv, node, name)]
        hint = "Remove the container and run it again."
        yield Step(f"networks of {name}", [wanted["network"]], networks, rows, hint)


def _networks_of(contiv: Contiv, node: str, container: str) -> Iterator[str]:
    for name, network in contiv.engine_networks(node).items():
        if name != _BESIDES and any(end.container == container for end in contiv.attached(node, network).values()):
            yield name
