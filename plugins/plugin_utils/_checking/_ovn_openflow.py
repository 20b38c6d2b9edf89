# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""Check of what chassis have made of the logical flows."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

from ansible_collections.packetwalk.labs.plugins.plugin_utils._checking._ovn import SWITCH, Ovn, Row, each_chassis, seen
from ansible_collections.packetwalk.labs.plugins.plugin_utils._checking._ovn_placement import Placement
from ansible_collections.packetwalk.labs.plugins.plugin_utils._findings import Finding, Step, judged, skipped
from ansible_collections.packetwalk.labs.plugins.plugin_utils._state import Unknown, read

# A chassis may lack thousands.
_SHOWN = 5
# Stages of matches that people write: ACLs, policies of routers, QoS rules, mirrors.
_WRITTEN = re.compile(r"_(?:acl(?:_after_lb)?(?:_eval)?|policy|qos(?:_mark|_meter)?|mirror)$")
# What OVN puts before them. Those for new and for established connections, which are alike otherwise, differ in that.
_PREFIX = re.compile(r"(?:reg\d+\[\d+\] == [01] && )*")

_Cookies = dict[int | None, set[int]]


def ovn_openflow(document: dict[str, Any], intent: dict[str, Any]) -> Iterator[Finding]:
    """Every logical flow that a chassis must carry out is there as OpenFlow, and nothing is left of others.

    What is made of a logical flow has its cookie, and the tunnel key of its datapath as metadata. Judged are logical
    flows of datapaths that are on the chassis, with a match that can be met there (``Placement``), so that there is
    something to make of them. OVN makes nothing of a match that contradicts itself, which only people write; in the
    stages of what they write a logical flow is judged where another chassis has it, and names one port or group at
    most, so that it can be met here as it can there.

    Of logical flows that match the same packets one alone gets OpenFlow. The others are there when that is: it has the
    same priority and match, and in what people write, which may say the same in other words, the same priority.

    Whether all the OpenFlow of a logical flow is there is not seen: the cookie is the same.
    """
    ovn = Ovn(document)
    flows = _Flows(ovn)
    yield from each_chassis(ovn, flows.judge)


class _Flows:
    """Logical flows, and which of them are on the chassis."""

    def __init__(self, ovn: Ovn) -> None:
        self._flows: list[Row] = read(ovn.southbound, "logical_flows")
        self._pipeline = {row["cookie"]: (row["pipeline"], row["table"]) for row in self._flows}
        self._metadata: dict[str, int] = {row["name"]: row["tunnel_key"] for row in ovn.southbound["datapaths"]}
        self._cookies = {node: _cookies(switch) for node, switch in ovn.switch_of.items()}
        self._alike: dict[tuple[Any, ...], list[int]] = defaultdict(list)
        for row in self._flows:
            self._alike[_likeness(row)].append(row["cookie"])

    def judge(self, ovn: Ovn, node: str) -> Iterator[Finding]:
        chassis = str(ovn.switch_of[node]["system_id"])
        if ovn.chassis.get(chassis, {}).get("nb_cfg") != ovn.lag["sb_cfg"]:
            yield skipped(node, f"OpenFlow of {node}", "its ovn-controller has not carried out what northd made last")
        else:
            yield judged(node, self._steps(ovn, node, Placement(ovn, chassis)))

    def _steps(self, ovn: Ovn, node: str, placement: Placement) -> Iterator[Step]:
        tables = _tables(ovn.switch_of[node])
        hint = f"Restart ovn-controller on {node}, which makes all its OpenFlow anew."
        missing = list(self._missing(node, placement))
        rows = [seen("Logical_Flow", row) for row in missing[:_SHOWN]]
        rows.append(seen(SWITCH, {"cookies": sum(len(row["cookies"]) for row in tables)}, node=node))
        yield Step(f"logical flows that {node} lacks", [], _named(map(_text, missing)), rows, hint)
        left = list(self._left(tables))
        rows = [seen(SWITCH, row, node=node) for row in left[:_SHOWN]]
        texts = (f"{row['cookie']:#x} in table {row['table']}" for row in left)
        yield Step(f"cookies on {node} that no logical flow has", [], _named(texts), rows, hint)

    def _missing(self, node: str, placement: Placement) -> Iterator[Row]:
        """Logical flows that must be on a chassis and are not."""
        for row in self._flows:
            metadata = self._metadata[row["datapath"]]
            there = self._cookies[node].get(metadata, set())
            if (
                row["cookie"] not in there
                and row["datapath"] in placement.datapaths
                and there.isdisjoint(self._alike[_likeness(row)])
                and placement.meets(row)
                and (not _is_written(row) or self._is_elsewhere(row, metadata))
            ):
                yield row

    def _is_elsewhere(self, row: Row, metadata: int) -> bool:
        """Whether another chassis shows that what people wrote can be met, and so here."""
        is_elsewhere = any(row["cookie"] in there.get(metadata, ()) for there in self._cookies.values())
        return is_elsewhere and len(re.findall("inport|outport|is_chassis_resident", row["match"])) <= 1

    def _left(self, tables: Iterable[Row]) -> Iterator[Row]:
        """Cookies that no logical flow has, in the tables of logical flows."""
        rows = [(table, cookie) for table in tables for cookie in table["cookies"]]
        # Where a pipeline begins is different in versions of OVN.
        begins = Counter(
            (self._pipeline[cookie][0], table["table"] - self._pipeline[cookie][1])
            for table, cookie in rows
            if cookie in self._pipeline
        )
        begin_of = {pipeline: begin for (pipeline, begin), _count in reversed(begins.most_common())}
        of_pipelines = {
            begin_of[pipeline] + table for pipeline, table in self._pipeline.values() if pipeline in begin_of
        }
        for table, cookie in rows:
            # Conjunctions have the cookie 0.
            if cookie and cookie not in self._pipeline and table["table"] in of_pipelines:
                yield {"table": table["table"], "metadata": table["metadata"], "cookie": cookie}


def _tables(switch: Row) -> list[Row]:
    """Cookies in the tables of the integration bridge. Raises Unknown."""
    name = read(switch, "external_ids").get("ovn-bridge", "br-int")
    found = [row for row in read(switch, "openflow_cookies") if row["bridge"] == name]
    tables: list[Row] = read(found[0], "tables") if found else []
    return tables


def _cookies(switch: Row) -> _Cookies:
    """By metadata the cookies that are there; none where they could not be read."""
    found: _Cookies = defaultdict(set)
    try:
        for row in _tables(switch):
            found[row["metadata"]].update(row["cookies"])
    except Unknown:
        return {}
    return found


def _is_written(row: Row) -> bool:
    return bool(_WRITTEN.search(row["stage"]))


def _likeness(row: Row) -> tuple[Any, ...]:
    """The same for logical flows that may match the same packets with the same priority."""
    found = _PREFIX.match(row["match"]) if _is_written(row) else None
    return row["datapath"], row["pipeline"], row["table"], row["priority"], found[0] if found else row["match"]


def _text(row: Row) -> str:
    return f"{row['datapath']} {row['stage']} {row['priority']} {row['match']}"


def _named(texts: Iterable[str]) -> list[str]:
    """The first ones, and how many more there are."""
    found = list(texts)
    more = len(found) - _SHOWN
    return found[:_SHOWN] + ([f"{more} more"] if more > 0 else [])
