# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""Flows of ``ovs-ofctl dump-flows`` (ovs-ofctl(8), ovs-fields(7))."""

from __future__ import annotations

import functools
import re
from typing import Any, Callable, Dict, Iterator, List, Tuple

from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._errors import ParseError
from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._openflow_action import (
    parse_action,
    parse_actions,
)
from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._ovs_text import scalar, split_list, unquoted

_HEADER = re.compile(r"(?:NXST|OFPST)_FLOW reply \(")
_NAME = re.compile(r"[A-Za-z_]\w*$")
_PROTOCOLS = {
    *("eth", "arp", "rarp", "ip", "ipv6", "icmp", "icmp6", "mpls", "mplsm"),
    *("tcp", "tcp6", "udp", "udp6", "sctp", "sctp6"),
}
# In the order of ofputil_flow_stats_format() of lib/ofp-flow.c, which all versions keep; ovn-sbctl has no comma after
# the table.
_FLOW = re.compile(
    r"""\s*
    (?:cookie=(?P<cookie>0x[0-9a-f]+),[ ])?
    (?:duration=(?P<duration>[0-9.]+)s,[ ])?
    (?:table=(?P<table>[^,\s]+),?[ ])?
    (?:n_packets=(?P<n_packets>[0-9]+),[ ]n_bytes=(?P<n_bytes>[0-9]+),[ ])?
    (?P<others>(?:
        (?:idle_timeout|hard_timeout|importance|idle_age|hard_age)=[0-9]+,[ ]
        |(?:send_flow_rem|check_overlap|reset_counts|no_packet_counts|no_byte_counts)[ ])*)
    (?:(?P<match>\S+)[ ])?
    actions=""",
    re.VERBOSE,
)
_METADATA = re.compile(r"(?:^|,)metadata=([^,/]+)(?=,|$)")
# OFP_DEFAULT_PRIORITY of openflow/openflow-common.h, which is not printed.
_DEFAULT_PRIORITY = 0x8000

_Match = Tuple[int, Dict[str, Any]]
_MatchParser = Callable[[str], _Match]
_OthersParser = Callable[[str], Dict[str, Any]]
_ActionsParser = Callable[[str], List[Dict[str, Any]]]


def parse_flows(text: str, command: str = "ovs-ofctl dump-flows") -> list[dict[str, Any]]:
    """Flows in the order of the dump:

    * ``table`` (0 unless printed), ``priority`` (32768 unless printed), ``cookie`` (0 unless printed);
    * ``duration`` (float, seconds), ``n_packets``, ``n_bytes``, which are None unless printed;
    * ``idle_timeout``, ``hard_timeout``, ``idle_age``, ``hard_age`` (int, seconds), ``importance`` and flags such as
      ``send_flow_rem`` (true), only where they are printed;
    * ``match``: ``{field: value}``, with true for a protocol such as ``icmp``, numbers as int or, masked,
      ``{"value", "mask"}``, and anything else as text;
    * ``actions``: see ``_openflow_action.parse_action``.

    Matches and actions that are alike are read once and are one object in all flows: they are not to be changed.
    Raises ParseError for a line that is not a whole flow.
    """
    action_of = functools.lru_cache(maxsize=None)(parse_action)
    actions_of: _ActionsParser = functools.lru_cache(maxsize=None)(lambda text: parse_actions(text, action_of))
    field_of = functools.lru_cache(maxsize=None)(_field)
    match_of: _MatchParser = functools.lru_cache(maxsize=None)(lambda text: _match(text, field_of))
    others_of = functools.lru_cache(maxsize=None)(_others)
    flows = []
    for line_number, found in _lines(text, command):
        try:
            flows.append(_flow(found, match_of, actions_of, others_of))
        except ValueError as error:
            raise ParseError(command, line_number, found.string, str(error)) from error
    return flows


def parse_cookies(text: str, command: str = "ovs-ofctl dump-flows") -> list[dict[str, Any]]:
    """Which cookies each table has, without reading the flows any further:

    * ``table``, and ``metadata`` that the flows match on (None for no metadata, and for some bits of it);
    * ``cookies``: of these flows, each once.

    All is sorted. Raises ParseError as ``parse_flows`` does, but takes matches and actions as they are.
    """
    cookies: dict[tuple[int | str, int | None], set[int]] = {}
    for _line_number, found in _lines(text, command):
        metadata = _METADATA.search(found["match"] or "")
        key = _table(found["table"]), int(metadata[1], 0) if metadata else None
        cookies.setdefault(key, set()).add(_cookie(found["cookie"]))
    rows = [{"table": key[0], "metadata": key[1], "cookies": sorted(found)} for key, found in cookies.items()]
    return sorted(rows, key=lambda row: (str(row["table"]).zfill(3), row["metadata"] or 0))


def parse_flow(line: str) -> dict[str, Any]:
    """One flow, as in ``parse_flows``. Raises ValueError."""
    found = _FLOW.match(line)
    if not found:
        raise ValueError(_EXPECTED)
    return _flow(found, _match, parse_actions, _others)


_EXPECTED = "expected the statistics of a flow, its match and its actions"


def parse_match(text: str) -> dict[str, Any]:
    """``{field: value}`` of a list of fields with commas, as in ``parse_flows``. Raises ValueError."""
    return dict(map(_field, split_list(text)))


def _lines(text: str, command: str) -> Iterator[tuple[int, re.Match[str]]]:
    """Flows of a dump with the numbers of their lines. Raises ParseError."""
    for line_number, line in enumerate(text.splitlines(), start=1):
        found = _FLOW.match(line)
        if found:
            yield line_number, found
        elif line.strip() and not _HEADER.match(line):
            raise ParseError(command, line_number, line, _EXPECTED)


def _table(text: str | None) -> int | str:
    return 0 if text is None else int(text) if text.isdigit() else unquoted(text)


def _cookie(text: str | None) -> int:
    return int(text, 16) if text else 0


def _flow(
    found: re.Match[str], match_of: _MatchParser, actions_of: _ActionsParser, others_of: _OthersParser
) -> dict[str, Any]:
    cookie, duration, table, n_packets, n_bytes, others, match = found.groups()
    priority, fields = match_of(match or "")
    flow = {
        "table": _table(table),
        "priority": priority,
        "match": fields,
        "actions": actions_of(found.string[found.end() :].rstrip()),
        "cookie": _cookie(cookie),
        "duration": float(duration) if duration else None,
        "n_packets": int(n_packets) if n_packets else None,
        "n_bytes": int(n_bytes) if n_bytes else None,
    }
    flow.update(others_of(others))
    return flow


def _others(text: str) -> dict[str, Any]:
    items = (item.rstrip(",").partition("=") for item in text.split())
    return {name: int(value) if assigned else True for name, assigned, value in items}


def _match(text: str, field_of: Callable[[str], tuple[str, Any]] | None = None) -> _Match:
    parts = split_list(text) if "(" in text or '"' in text or not text else text.split(",")
    fields = dict(map(field_of or _field, parts))
    return fields.pop("priority", _DEFAULT_PRIORITY), fields


def _field(text: str) -> tuple[str, Any]:
    name, assigned, value = text.partition("=")
    if not _NAME.match(name) or (assigned and not value):
        raise ValueError(f"{text} is not a field")
    if not assigned and name not in _PROTOCOLS:
        raise ValueError(f"{name} is neither a protocol nor a field with its value")
    return name, scalar(value) if assigned else True
