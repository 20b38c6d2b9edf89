# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""A walk against real packets: whether each probe went a way that was predicted, and came to what was predicted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from ansible_collections.packetwalk.labs.plugins.plugin_utils._walking._connections import (
    Connections,
    Places,
    captured,
)
from ansible_collections.packetwalk.labs.plugins.plugin_utils._walking._plan import PROBES_A_WAY, plan
from ansible_collections.packetwalk.labs.plugins.plugin_utils._walking._ways import (
    Row,
    Way,
    is_seen,
    packet_seen,
    ways,
)

_COMPARED = (
    "source_mac",
    "destination_mac",
    "vlans",
    "encrypted",
    "protocol",
    "source",
    "destination",
    "source_port",
    "destination_port",
)
# What is left to see of an encrypted packet, whose protocol is ESP.
_COMPARED_ENCRYPTED = ("source_mac", "destination_mac", "vlans", "encrypted", "source", "destination")

# What a probe comes to on a way with each verdict; behind the others anything may happen. A datagram may have no
# answer, and the kernel limits how many errors it sends.
_OUTCOMES = {
    "delivered": ("connected", "answered", "sent"),
    "refused": ("refused", "sent"),
    "dropped": ("timeout", "unreachable", "sent", "not_sent", "refused"),
    "ignored": ("timeout", "unreachable", "sent"),
}

_COUNTED = ("source_mac", "destination_mac", "source", "destination", "protocol", "vlans")


class _Sight(NamedTuple):
    """What was seen of one connection at a hop: packets as predicted, the most similar one, and how it differs."""

    as_predicted: int
    observed: Row | None
    differences: list[str]


class _Trial(NamedTuple):
    """One probe on one way: what was seen at its hops, by their numbers."""

    probe: str
    outcome: str
    way: Way
    sights: dict[int, _Sight]

    @property
    def differs_at(self) -> int | None:
        return next((number for number, sight in self.sights.items() if not sight.as_predicted), None)

    @property
    def rank(self) -> tuple[int, int]:
        """Greater for the way that the probe rather took."""
        alike = sum(bool(sight.as_predicted) for sight in self.sights.values())
        if self.differs_at is None:
            return alike, 0
        sight = self.sights[self.differs_at]
        return alike, -len(sight.differences) if sight.observed else -len(_COMPARED)


def prove(walk: Row, captures: Mapping[str, Row], sent: Sequence[Row]) -> dict[str, Any]:
    """Put prediction and observation side by side (the proof document of docs/walk.md).

    * ``captures``: what ``packet_capture`` returned, by node.
    * ``sent``: the probes of this walk, each with ``results``, what ``packet_probe`` returned, or ``msg``, why it
      failed.
    """
    unwatched = _unwatched(walk, captures)
    connections = Connections(captures, sent)
    tried = [trials for probe in sent for trials in _tried(walk, connections, probe, unwatched)]
    trials = [trial for one in tried for trial in one]
    points = [_point(hop, tried) for hop in _seen(trial.way for trial in trials)]
    untaken = _untaken(walk, trials)
    differences = list(dict.fromkeys(filter(None, map(_difference, trials))))
    problems = [
        *_nothing_to_see(walk),
        *_unsent(walk, sent),
        *dict.fromkeys(unwatched.values()),
        *(_losses(captures) if differences else ()),
        *differences,
        *filter(None, map(_wrong_outcome, tried)),
        *_turns_not_taken(walk, untaken, sent),
    ]
    return {
        "proven": not problems,
        "text": problems[0] if problems else _summary(walk, trials, points, untaken),
        "problems": problems,
        "points": points,
        "table": _table(captures),
    }


def _nothing_to_see(walk: Row) -> list[str]:
    return [] if _seen(ways(walk)) else ["the walk passes no device that can be watched, so there is nothing to prove"]


def _unwatched(walk: Row, captures: Mapping[str, Row]) -> dict[tuple[str, str, str], str]:
    """Devices that could not be watched, each with one sentence."""
    found = {}
    for node, points in plan(walk, "")["points"].items():
        capture = captures.get(node) or {"msg": "it was not watched"}
        nothing = capture.get("msg") or "the capture did not end"
        told = {(row["namespace"], row["device"]): row["reason"] for row in capture.get("points_missing") or []}
        for point in points:
            place = (point["namespace"], point["device"])
            if capture.get("packets") is None:
                found[(node, *place)] = f"nothing was captured on {node}: {nothing}"
            elif place in told:
                found[(node, *place)] = f"{'/'.join((node, *place))} could not be watched: {told[place]}"
    return found


def _tried(
    walk: Row, connections: Connections, probe: Row, unwatched: Mapping[tuple[str, str, str], str]
) -> Iterator[list[_Trial]]:
    """For each probe the ways that it took, several where bridges make copies; else the one most like it."""
    predicted = walk["hops"][0]["after"]["source_port"]
    for result in probe["results"]:
        if _is_lost_here(walk, probe, result):
            continue
        number, name = result["number"], _name(probe, result)
        ports = {predicted: probe["source_port"] and probe["source_port"] + number - 1}
        trials = [
            _Trial(name, result["outcome"], way, _sights(way, places, ports, unwatched))
            for places in connections.of(probe, number)
            for way in _ways_of(walk, probe)
        ]
        taken = [trial for trial in trials if trial.differs_at is None]
        # Whoever went on did not end where another way does.
        taken = [trial for trial in taken if not any(trial.sights.keys() < other.sights.keys() for other in taken)]
        yield taken or [max(trials, key=lambda trial: trial.rank)]


def _name(probe: Row, result: Row) -> str:
    return f"probe {result['number']} to {probe['destination']} from {probe['node'] or 'outside'}"


def _ways_of(walk: Row, probe: Row) -> list[Way]:
    return [way for way in ways(walk) if way[0]["number"] == probe["root"]]


def _is_lost_here(walk: Row, probe: Row, result: Row) -> bool:
    """Whether a probe came to nothing before it could be seen anywhere, although the walk has it on its way."""
    return result["outcome"] == "not_sent" and bool(_seen(_ways_of(walk, probe)))


def _sights(
    way: Way, places: Places, ports: Mapping[int | None, int | None], unwatched: Mapping[tuple[str, str, str], str]
) -> dict[int, _Sight]:
    found = {}
    for hop in filter(is_seen, way):
        node, namespace, device, direction = hop["node"], hop["namespace"], hop["device"], hop["direction"]
        if (node, namespace, device) not in unwatched:
            here = places.get((node, namespace, device, direction), [])
            found[hop["number"]] = _sight(packet_seen(hop), here, ports)
    return found


def _sight(expected: Row, here: Sequence[Row], ports: Mapping[int | None, int | None]) -> _Sight:
    compared = [(_differences(expected, packet, ports), packet) for packet in here]
    count = sum(not differences for differences, _packet in compared)
    if not compared:
        return _Sight(0, None, ["not seen"])
    differences, observed = min(compared, key=lambda pair: len(pair[0]))
    return _Sight(count, observed, differences)


def _differences(expected: Row, observed: Row, ports: Mapping[int | None, int | None], prefix: str = "") -> list[str]:
    """Fields that differ, "what: expected X, observed Y"; what the walk could not know is not compared."""
    wanted = {**expected, "source_port": ports.get(expected["source_port"], expected["source_port"])}
    found = [
        f"{prefix}{field}: expected {wanted[field]}, observed {observed[field]}"
        for field in (_COMPARED_ENCRYPTED if expected["encrypted"] else _COMPARED)
        if wanted[field] is not None and wanted[field] != observed[field]
    ]
    tunnel, seen = expected["tunnel"], observed["tunnel"]
    if tunnel is None or expected["encrypted"]:
        return found
    if seen is None:
        return [*found, f"{prefix}tunnel: expected {tunnel['kind']} with VNI {tunnel['vni']}, observed none"]
    found += [
        f"{prefix}{field}: expected {tunnel[field]}, observed {seen[field]}"
        for field in ("kind", "vni")
        if tunnel[field] != seen[field]
    ]
    if seen["inner"] is None:
        return [*found, f"{prefix}inner packet: cut off"]
    return found + _differences(tunnel["inner"], seen["inner"], ports, f"{prefix}inner ")


def _seen(several: Iterable[Way]) -> list[Row]:
    """Hops of ways at which a capture sees the packet, each once."""
    found = {hop["number"]: hop for way in several for hop in way if is_seen(hop)}
    return [found[number] for number in sorted(found)]


def _point(hop: Row, tried: Sequence[Sequence[_Trial]]) -> dict[str, Any]:
    """Prediction and observation at a hop; one probe that was not as predicted there is enough to differ."""
    number = hop["number"]
    # On all ways of one probe the same was seen here.
    several = [[trial.sights[number] for trial in trials if number in trial.sights] for trials in tried]
    sights = [alike[0] for alike in several if alike]
    worst = max(sights, key=lambda sight: len(sight.differences), default=_Sight(0, None, ["not watched"]))
    return {
        "hop": number,
        "node": hop["node"],
        "namespace": hop["namespace"],
        "device": hop["device"],
        "direction": hop["direction"],
        "expected": packet_seen(hop),
        "observed": worst.observed,
        "count": sum(sight.as_predicted for sight in sights),
        "equal": not worst.differences,
        "differences": worst.differences,
    }


def _difference(trial: _Trial) -> str | None:
    hop = next((hop for hop in trial.way if hop["number"] == trial.differs_at), None)
    if hop is None:
        return None
    where = f"{hop['node']}/{hop['namespace']}/{hop['device']} {hop['direction']}"
    told = "; ".join(trial.sights[hop["number"]].differences)
    return f"{trial.probe} differs first at hop {hop['number']} ({where}): {told}"


def _unsent(walk: Row, sent: Sequence[Row]) -> Iterator[str]:
    for probe in sent:
        if not probe["results"]:
            yield f"no probe to {probe['destination']} was sent from {probe['node'] or 'outside'}: {probe.get('msg')}"
        for result in probe["results"]:
            if _is_lost_here(walk, probe, result):
                yield f"{_name(probe, result)} was not sent: {result['error']}"


def _losses(captures: Mapping[str, Row]) -> Iterator[str]:
    """Why something may not be in a capture although it was there."""
    for node, capture in captures.items():
        if capture.get("dropped"):
            yield f"the capture on {node} lost {capture['dropped']} packets, so what was not seen may have been there"
        if capture.get("undecoded"):
            yield f"the capture on {node} has {capture['undecoded']} packets that make no sense"
        if capture.get("limited"):
            yield f"the capture on {node} ended too early, as it has a limit of {capture['limited']}"


def _wrong_outcome(trials: Sequence[_Trial]) -> str | None:
    """What a probe came to that went as predicted."""
    trial = trials[0]
    verdicts = [trial.way[-1]["verdict"] for trial in trials]
    if trial.differs_at is not None or any(
        trial.outcome in _OUTCOMES.get(verdict, (trial.outcome,)) for verdict in verdicts
    ):
        return None
    return (
        f"{trial.probe} was seen as predicted, but came to {trial.outcome}, which does not fit"
        f" {' or '.join(dict.fromkeys(verdicts))} at hop {trial.way[-1]['number']}"
    )


def _untaken(walk: Row, trials: Sequence[_Trial]) -> list[Row]:
    """The first hops of the ways that no probe took, although it came to where they begin."""
    passed = {hop["number"] for trial in trials for hop in trial.way}
    found = {}
    for way in ways(walk):
        new = [hop for hop in way if hop["number"] not in passed]
        if new and new[0]["parent"] is not None:
            found[new[0]["number"]] = new[0]
    return list(found.values())


def _turns_not_taken(walk: Row, untaken: Sequence[Row], sent: Sequence[Row]) -> Iterator[str]:
    """Other choices may be the same for all probes: of hashes, of weights, and of what remembers its clients."""
    enough = all(len(probe["results"]) >= PROBES_A_WAY * len(_ways_of(walk, probe)) for probe in sent)
    for hop in untaken:
        service = hop["evidence"]["row"] if hop["mechanism"] == "ipvs" else {}
        if enough and service.get("scheduler") == "rr" and "persistent" not in service["flags"]:
            yield f"{_not_taken([hop])}, although its virtual service gives each backend a turn (rr)"


def _not_taken(hops: Sequence[Row]) -> str:
    return f"no probe took the way of hop {', '.join(str(hop['number']) for hop in hops)}"


def _summary(walk: Row, trials: Sequence[_Trial], points: Sequence[Row], untaken: Sequence[Row]) -> str:
    probes = {(trial.probe, trial.way[0]["number"]): trial.outcome for trial in trials}
    clauses = [
        f"proven: {len(points)} of {len(_seen(ways(walk)))} places saw what was predicted, with"
        f" {len(probes)} probe{'s' if len(probes) > 1 else ''} ({', '.join(sorted(set(probes.values())))})"
    ]
    if untaken:
        clauses.append(_not_taken(untaken))
    ends = {trial.way[-1]["number"]: trial.way[-1] for trial in trials}
    for number, hop in sorted(ends.items()):
        if hop["verdict"] not in _OUTCOMES:
            clauses.append(f"nothing is compared beyond hop {number}: {hop['text']}")
        elif hop["verdict"] == "dropped" and "sent" in probes.values():
            clauses.append(f"no answer tells whether datagrams end at hop {number}")
    return "; ".join(clauses)


def _table(captures: Mapping[str, Row]) -> list[dict[str, Any]]:
    """All packets of the connections, answers too, counted by what they looked like at each place."""
    counts: Counter[tuple[Any, ...]] = Counter()
    for row in captured(captures):
        packet = row["packet"]
        place = (row["node"], row["namespace"], row["device"], row["direction"])
        look = tuple(tuple(packet[key]) if key == "vlans" else packet[key] for key in _COUNTED)
        counts[(*place, *look, packet["tunnel"]["vni"] if packet["tunnel"] else None)] += 1
    keys = ("node", "namespace", "device", "direction", *_COUNTED, "vni")
    return [
        {**dict(zip(keys, values)), "vlans": list(values[keys.index("vlans")]), "count": count}
        for values, count in counts.items()
    ]
