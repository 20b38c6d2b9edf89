# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""Links as they are wanted, what is wrong with them whatever there is, and the mark that their ends carry."""

from __future__ import annotations

import hashlib
import re
from typing import Any, Hashable, Iterable, Iterator, Mapping, NamedTuple, Sequence

from ansible_collections.packetwalk.labs.plugins.module_utils._parsing import _netem
from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._netem import Netem

Row = Mapping[str, Any]

# The namespace of the container, or of the machine, itself; as in the state document.
HOST = "host"

MARK = "packetwalk.lab="
# The alias of a tap device that stands for a port without a link, and its kind.
UNWIRED = "unwired"
TAP = "tun"
# IFALIASZ of linux/if.h is 256, and ends with a zero.
_ALIAS_BYTES = 255

# dev_valid_name() of net/core/dev.c, without what would be a pattern.
_NAME_CHARACTERS = 15
_INTERFACE_NAME = re.compile(rf"(?!\.{{1,2}}$)[^\s/:%]{{1,{_NAME_CHARACTERS}}}")
_WORD = re.compile(r"(?!\.{1,2}$)[^\s/]+")

_RANGES = (
    # ETH_MIN_MTU and ETH_MAX_MTU of linux/if_ether.h
    ("mtu_bytes", 68, 65535),
    ("delay_milliseconds", 0, _netem.LONGEST_MILLISECONDS),
    ("loss_percent", 0, 100),
    ("rate_kilobits", 0, _netem.HIGHEST_KILOBITS),
)


class Refused(Exception):
    """What was asked for cannot be done; ``problems`` are sentences."""

    def __init__(self, problems: Sequence[str]) -> None:
        self.problems = list(dict.fromkeys(problems))
        super().__init__(" ".join(self.problems))


class Switch(NamedTuple):
    """A container whose ports are interfaces of one of its namespaces, and how many it has; ``None`` for any."""

    namespace: str = "swns"
    ports: int | None = None


class Place(NamedTuple):
    """A namespace of a container, or of the machine where ``switch`` is ``None``."""

    switch: str | None
    namespace: str


MACHINE = Place(None, HOST)


class End(NamedTuple):
    """Where an end belongs, the name that it has there, and what people call it.

    * ``bridge``: the bridge of the machine that it shall be a port of.
    * ``interface``: what it is called in the container's own namespace, where Docker put it.
    """

    place: Place
    name: str
    label: str
    bridge: str | None = None
    interface: str | None = None


class Link(NamedTuple):
    """A link as it shall be, and its position in the list, from 1. ``mtu_bytes`` is ``None`` where it is left alone."""

    number: int
    ends: tuple[End, ...]
    mtu_bytes: int | None
    netem: Netem | None

    @property
    def is_taken(self) -> bool:
        """Whether its ends are interfaces that Docker made."""
        return any(end.interface is not None for end in self.ends)

    @property
    def text(self) -> str:
        """What people call it."""
        if self.is_taken:
            return ", ".join(f"{end.label} from {end.interface}" for end in self.ends)
        return " to ".join(end.label for end in self.ends)


class Mark(NamedTuple):
    """What the alias of an end says: the lab, the end, and whether it goes ``to`` another or was taken ``from`` Docker.

    ``adopted`` is a pair that was there before.
    """

    lab: str
    end: str
    relation: str
    other: str
    adopted: bool = False

    @property
    def text(self) -> str:
        """The alias."""
        words = [f"{MARK}{self.lab}", self.end, self.relation, self.other, *(["adopted"] if self.adopted else [])]
        return " ".join(words)


def mark_of(alias: str) -> Mark | None:
    """Return what an alias says, ``None`` where it is not one of ours."""
    words = alias.split(" ")
    if not words[0].startswith(MARK) or len(words) not in (4, 5) or words[2] not in ("to", "from"):
        return None
    return Mark(words[0][len(MARK) :], words[1], words[2], words[3], words[4:] == ["adopted"])


def marks(lab: str, link: Link, adopted: bool = False) -> list[Mark]:
    """Return the mark of each end of a link."""
    if link.is_taken:
        return [Mark(lab, end.label, "from", end.interface or "") for end in link.ends]
    one, other = link.ends
    return [Mark(lab, one.label, "to", other.label, adopted), Mark(lab, other.label, "to", one.label, adopted)]


def switches(rows: Iterable[Row], listed: Iterable[Row], ports: int | None) -> dict[str, Switch]:
    """Return all switches that links name: those that are described, and the others as they are by default."""
    described = {row["name"]: row for row in listed}
    named = {end["switch"] for row in rows for end in row["ends"] if end["switch"] is not None}
    return {
        name: Switch(described.get(name, {}).get("namespace", "swns"), described.get(name, {}).get("ports") or ports)
        for name in named
    }


def links(lab: str, rows: Sequence[Row], switches: Mapping[str, Switch]) -> list[Link]:
    """Return links from the rows of the module's option. Raises ``Refused`` with all that is wrong with them."""
    problems = [] if _WORD.fullmatch(lab) else [f"{lab!r} cannot be the name of a lab."]
    wanted = []
    for number, row in enumerate(rows, 1):
        out_of_range = list(_out_of_range(number, row))
        problems += out_of_range
        netem = None
        if not out_of_range:
            netem = _netem.wanted(row["delay_milliseconds"], row["loss_percent"], row["rate_kilobits"])
        ends = tuple(_end(lab, row["ends"], position, switches) for position in range(len(row["ends"])))
        wanted.append(Link(number, ends, row["mtu_bytes"], netem))
        problems += _problems(lab, wanted[-1], switches)
    ends_of_links = [(link, end) for link in wanted for end in link.ends]
    problems += used_twice((link, (end.place, end.name), end.label) for link, end in ends_of_links)
    problems += used_twice(
        (link, (end.place.switch, end.interface), f"{end.interface} of {end.place.switch}")
        for link, end in ends_of_links
        if end.interface is not None
    )
    if problems:
        raise Refused(problems)
    return wanted


def used_twice(uses: Iterable[tuple[Link, Hashable, str]]) -> Iterator[str]:
    """Yield a sentence for each thing that is used more than once: links, what they use, and what that is called."""
    users: dict[Hashable, list[Link]] = {}
    names: dict[Hashable, str] = {}
    for link, thing, name in uses:
        users.setdefault(thing, []).append(link)
        names.setdefault(thing, name)
    for thing, by in users.items():
        numbers = sorted({link.number for link in by})
        if len(numbers) > 1:
            listed = ", ".join(str(number) for number in numbers[:-1])
            yield f"{names[thing]} is in links {listed} and {numbers[-1]}."
        elif len(by) > 1:
            yield f"{names[thing]} is more than one end of link {numbers[0]}."


def _end(lab: str, rows: Sequence[Row], position: int, switches: Mapping[str, Switch]) -> End:
    row = rows[position]
    if row["bridge"] is not None:
        others = [other for number, other in enumerate(rows) if number != position]
        name = row["port"] or _name_on_bridge(lab, others, switches)
        return End(MACHINE, name, f"bridge/{row['bridge']}:{name}", bridge=row["bridge"])
    namespace = row["namespace"]
    if namespace is None:
        namespace = switches[row["switch"]].namespace
    return End(Place(row["switch"], namespace), row["port"], _label(row, switches), interface=row["interface"])


def _label(row: Row, switches: Mapping[str, Switch]) -> str:
    if row["bridge"] is not None:
        return f"bridge/{row['bridge']}"
    if row["switch"] is None:
        return f"namespace/{row['namespace']}:{row['port']}"
    usual = row["namespace"] in (None, switches[row["switch"]].namespace)
    return f"{row['switch']}{'' if usual else '/' + row['namespace']}:{row['port']}"


def _name_on_bridge(lab: str, others: Sequence[Row], switches: Mapping[str, Switch]) -> str:
    """Tell where the cable goes, in a name that is long enough to be unique."""
    labels = " ".join(_label(other, switches) for other in others)
    words = [str(other["switch"] or other["namespace"] or other["bridge"]) + (other["port"] or "") for other in others]
    readable = re.sub(r"[^A-Za-z0-9]", "", "".join(words))[: _NAME_CHARACTERS - 6]
    return f"{readable}-{hashlib.sha256(f'{lab} {labels}'.encode()).hexdigest()[:5]}"


def _problems(lab: str, link: Link, switches: Mapping[str, Switch]) -> Iterator[str]:
    if link.is_taken and any(end.interface is None for end in link.ends):
        yield f"Link {link.number}: some ends are interfaces that Docker made, and some are not."
    elif not link.is_taken and len(link.ends) != 2:
        yield f"Link {link.number} has {len(link.ends)} ends, and not two."
    elif any(len(mark.text.encode()) > _ALIAS_BYTES for mark in marks(lab, link)):
        yield f"Link {link.number}: its names do not fit into an alias, which has {_ALIAS_BYTES} bytes."
    for end in link.ends:
        for word in (end.place.switch, end.place.namespace):
            if word is not None and not _WORD.fullmatch(word):
                yield f"Link {link.number}: {word!r} cannot be the name of a switch or a namespace."
        for name in (end.name, end.interface, end.bridge):
            if name is not None and not _INTERFACE_NAME.fullmatch(name):
                too_long = f": it has {len(name)} characters, and {_NAME_CHARACTERS} are possible"
                why = too_long if len(name) > _NAME_CHARACTERS else ""
                yield f"Link {link.number}: {name!r} cannot be the name of an interface{why}."
        ports = switches[end.place.switch].ports if end.place.switch is not None else None
        is_port = end.place.switch is not None and end.place.namespace == switches[end.place.switch].namespace
        if is_port and ports is not None and end.name not in {str(number) for number in range(1, ports + 1)}:
            yield f"Link {link.number}: {end.place.switch} has ports 1 to {ports}, and no port {end.name}."


def _out_of_range(number: int, row: Row) -> Iterator[str]:
    for option, least, most in _RANGES:
        if row[option] is not None and not least <= row[option] <= most:
            yield f"Link {number}: {option} is {row[option]}, which is not between {least} and {most}."
