# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""The table of BGP: ``show ip bgp`` of FRR and of OpenSwitch, and ``show ip bgp json`` of FRR."""

from __future__ import annotations

import re
from typing import Any, Dict, Iterable

from ansible_collections.packetwalk.labs.plugins.module_utils._parsing import _vtysh_json
from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._errors import ParseError

Row = Dict[str, Any]

# What is printed before a network, with FRR's name for it in JSON.
_FLAGS = {
    "*": ("valid", "valid"),
    ">": ("best", "bestpath"),
    "=": ("multipath", "multipath"),
    "i": ("internal", "internal"),
    "s": ("suppressed", "suppressed"),
    "d": ("damped", "damped"),
    "h": ("history", "history"),
    "r": ("rib_failure", "ribFailure"),
    "S": ("stale", "stale"),
    "R": ("removed", "removed"),
}
# Of route origin validation (RFC 6811), which is another question.
_NOT_OF_BGP = " VIN"
_ORIGINS = {"i": "igp", "e": "egp", "?": "incomplete"}
_NO_BGP = ("% No bgp router configured", "No bgp router configured", "Default BGP instance not found")
_NO_PATHS = "No BGP prefixes displayed"

_FRR_ROUTER = re.compile(r"BGP table version is \d+, local router ID is (?P<router_id>[\d.]+)")
_FRR_AS = re.compile(r"Default local pref \d+, local AS (?P<as_number>\d+)")
_FRR_TOTAL = re.compile(r"Displayed\s+(?P<networks>\d+) routes and (?P<paths>\d+) total paths")
_OPENSWITCH_ROUTER = re.compile(r"Local router-id (?P<router_id>[\d.]+)")
_OPENSWITCH_TOTAL = re.compile(r"Total number of entries (?P<paths>\d+)")
_OPENSWITCH_ROW = re.compile(
    r"(?:(?P<status>[^\d]*?)\s*(?P<network>[\da-fA-F.:]+/\d+))?\s+(?P<next_hop>[\da-fA-F.:]+)"
    r"(?:\s+(?P<metric>\d+)\s+(?P<local_preference>\d+)\s+(?P<weight>\d+)\s+(?:(?P<path>\S.*?)\s+)?(?P<origin>[ie?]))?\s*$"
)


def parse_table(text: str, command: str = "show ip bgp") -> Row:
    """``{"router_id", "as_number", "paths"}``, with null and nothing for a switch without BGP.

    A path has ``network``, ``next_hop``, ``metric``, ``local_preference`` and ``weight`` (None where nothing is
    printed), the AS ``path`` as it is printed, ``origin`` (``igp``, ``egp`` or ``incomplete``), and what ``_FLAGS``
    names. OpenSwitch does not print its AS number here. Raises ParseError for what is no table, for a table that is
    cut, and for a line that is no path.
    """
    lines = list(enumerate(text.splitlines(), start=1))
    if any(line.strip() in _NO_BGP for _number, line in lines):
        return {"router_id": None, "as_number": None, "paths": []}
    for number, line in lines:
        if _OPENSWITCH_ROUTER.match(line):
            return _of_openswitch(lines, number, command)
        if _FRR_ROUTER.match(line):
            return _of_frr(lines, number, command)
        if line.startswith(_NO_PATHS):
            return {"router_id": None, "as_number": None, "paths": []}
    raise ParseError(command, 0, "", "expected the router ID of BGP")


def parse_table_json(text: str, command: str = "show ip bgp json") -> Row:
    """What ``parse_table`` returns. Raises ParseError for what is not FRR's JSON."""
    table = _vtysh_json.parse(text, command)
    if "warning" in table:
        return {"router_id": None, "as_number": None, "paths": []}
    with _vtysh_json.fields(command):
        return {
            "router_id": table["routerId"],
            "as_number": table["localAS"],
            "paths": [_path(network, path) for network, paths in table["routes"].items() for path in paths],
        }


def _path(network: str, path: Row) -> Row:
    flags = {**path, "internal": path["pathFrom"] == "internal"}
    hops = path["nexthops"]
    return {
        "network": network,
        "next_hop": next((hop["ip"] for hop in hops if hop.get("used")), None),
        "metric": path.get("metric"),
        "local_preference": path.get("locPrf"),
        "weight": path.get("weight"),
        "path": path["path"],
        "origin": path["origin"].lower(),
        **{name: bool(flags.get(key)) for name, key in _FLAGS.values()},
    }


def _of_openswitch(lines: list[tuple[int, str]], begin: int, command: str) -> Row:
    paths: list[Row] = []
    # Several next hops are printed one below the other, and the rest of their path with the last.
    pending: list[Row] = []
    for number, line in lines[begin:]:
        total = _OPENSWITCH_TOTAL.match(line)
        if total:
            networks = {path["network"] for path in paths}
            if pending or int(total["paths"]) not in (len(paths), len(networks)):
                raise ParseError(command, number, line, f"expected as many paths above, not {len(paths)}")
            return {"router_id": _found(_OPENSWITCH_ROUTER, lines), "as_number": None, "paths": paths}
        if not line.strip() or _is_header(line):
            continue
        # What was stripped off the first line of a file is what paths that are not valid begin with.
        found = _OPENSWITCH_ROW.match(f" {line}")
        if not found or not (found["network"] or pending):
            raise ParseError(command, number, line, "expected a path of BGP")
        before = pending[-1] if pending else {}
        network = found["network"] or before["network"]
        flags = _flags(found["status"] or "", command, number, line) if found["network"] else before["flags"]
        pending.append({"network": network, "next_hop": found["next_hop"], "flags": flags})
        if found["origin"]:
            numbers = {key: int(found[key]) for key in ("metric", "local_preference", "weight")}
            told = {**numbers, "path": found["path"] or "", "origin": _ORIGINS[found["origin"]]}
            paths += [
                {"network": hop["network"], "next_hop": hop["next_hop"], **told, **hop["flags"]} for hop in pending
            ]
            pending = []
    raise ParseError(command, 0, "", "expected the total number of entries at its end")


def _of_frr(lines: list[tuple[int, str]], begin: int, command: str) -> Row:
    header = next((line for _number, line in lines[begin:] if _is_header(line)), None)
    if header is None or "Next Hop" not in header:
        raise ParseError(command, 0, "", "expected the header of the table")
    columns = _Columns(header, command)
    paths: list[Row] = []
    network = status = ""
    is_begun = False
    for number, line in lines[begin + [line for _number, line in lines[begin:]].index(header) + 1 :]:
        total = _FRR_TOTAL.match(line)
        if total:
            networks = len({path["network"] for path in paths})
            if (int(total["networks"]), int(total["paths"])) != (networks, len(paths)):
                reason = f"expected as many above, not {networks} routes and {len(paths)} paths"
                raise ParseError(command, number, line, reason)
            as_number = _found(_FRR_AS, lines)
            return {
                "router_id": _found(_FRR_ROUTER, lines),
                "as_number": int(as_number) if as_number else None,
                "paths": paths,
            }
        if not line.strip():
            continue
        own, has_path = columns.network(line)
        if not is_begun:
            status = line[: columns.start]
        network = own or network
        if not network:
            raise ParseError(command, number, line, "expected a network")
        if has_path:
            path = columns.path(line, number)
            paths.append({"network": network, **path, **_flags(status, command, number, line)})
        is_begun = not has_path
    raise ParseError(command, 0, "", "expected the number of paths at its end")


class _Columns:
    """Where the header says that values are: networks and next hops to the left, and numbers to the right."""

    def __init__(self, header: str, command: str) -> None:
        self._command = command
        self.start = header.index("Network")
        self._next_hop = header.index("Next Hop")
        ends = [header.find(name) + len(name) for name in ("Metric", "LocPrf", "Weight")]
        self._numbers = list(zip(("metric", "local_preference", "weight"), ends))

    def network(self, line: str) -> tuple[str, bool]:
        """Return the network, "" for that of the line above, and whether a path is on the line as well."""
        words = line[self.start :].split(" ", 1)
        # One that is too long has a line of its own.
        if len(words[0]) >= self._next_hop - self.start:
            return words[0], len(words) > 1 and bool(words[1].strip())
        return line[self.start : self._next_hop].strip(), True

    def path(self, line: str, number: int) -> Row:
        next_hop = line[self._next_hop :].split(" ", 1)[0]
        begin = self._next_hop + len(next_hop)
        row: Row = {"next_hop": next_hop}
        for name, end in self._numbers:
            # One that is too wide for its column moves all that follow out of theirs.
            field = line[begin:end]
            value = field.strip()
            if value and not (value.isdigit() and field.endswith(value)):
                raise ParseError(self._command, number, line, f"expected the {name} in its column")
            row[name] = int(value) if value else None
            begin = end
        *path, origin = line[begin:].split() or [""]
        if not next_hop or line[begin : begin + 1] != " " or origin not in _ORIGINS:
            raise ParseError(self._command, number, line, "expected a next hop, numbers in columns, and an origin")
        return {**row, "path": " ".join(path), "origin": _ORIGINS[origin]}


def _flags(status: str, command: str, number: int, line: str) -> dict[str, bool]:
    unknown = set(status) - _FLAGS.keys() - set(_NOT_OF_BGP)
    if unknown:
        raise ParseError(command, number, line, f"expected a status code, not {''.join(sorted(unknown))}")
    return {name: code in status for code, (name, _key) in _FLAGS.items()}


def _is_header(line: str) -> bool:
    return line.split()[:3] == ["Network", "Next", "Hop"]


def _found(pattern: re.Pattern[str], lines: Iterable[tuple[int, str]]) -> str | None:
    for _number, line in lines:
        found = pattern.match(line)
        if found:
            return found[1]
    return None
