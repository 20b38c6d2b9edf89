# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""What is refused before netmaster is asked for it, in sentences that name the option or the objects."""

from __future__ import annotations

import ipaddress
import re
from typing import Any, Callable, Iterable, Iterator, Mapping, Sequence

from ansible_collections.packetwalk.labs.plugins.module_utils._planning import _contiv_spelling as spelling
from ansible_collections.packetwalk.labs.plugins.module_utils._planning._contiv_changes import (
    Changes,
    Options,
    title,
)
from ansible_collections.packetwalk.labs.plugins.module_utils._planning._contiv_objects import (
    APP_PROFILE,
    BGP,
    GLOBAL,
    GROUP,
    NETWORK,
    RULE,
    Kind,
    Row,
)
from ansible_collections.packetwalk.labs.plugins.module_utils._planning._spelling import misspelled

Configs = Sequence[Mapping[str, Any]]

# The tenant that netmaster makes when it starts for the first time.
_DEFAULT_TENANT = "default"


def misspelled_names(kind: Kind, options: Options) -> Iterator[str]:
    """Say which names netmaster would not take."""
    return misspelled((field.option, field.reader, options[field.option]) for field in kind.names)


def impossible(kind: Kind, options: Options) -> Iterator[str]:
    """Say what is wrong with the options of an object, by themselves first, then together."""
    # An empty text means that there shall be none.
    given = [field for field in kind.fields if options[field.option] not in (None, "")]
    sentences = [f"{field.option}: give one." for field in kind.fields if field.required and field not in given]
    sentences.extend(misspelled((field.option, field.reader, options[field.option]) for field in given))
    return iter(sentences or _TOGETHER.get(kind.plural, _nothing)(options))


def unchangeable(kind: Kind, options: Options, changes: Changes) -> Iterator[str]:
    """Say what netmaster does not change on an object that is there."""
    fixed = {field.option for field in kind.fields if not field.changeable}
    different = [
        f"{option} is {_shown(present)} and shall be {_shown(wanted)}"
        for option, (present, wanted) in changes.items()
        if option in fixed
    ]
    if different:
        yield (
            f"{title(kind, options)}: {', '.join(different)}, which netmaster does not change. "
            f"Delete the {kind.words} and make it again."
        )


def still_used(kind: Kind, options: Options, others: Mapping[str, Configs], oper: Mapping[str, Any]) -> Iterator[str]:
    """Say what needs an object.

    ``others`` has the objects of each kind that refers to this one, ``oper`` what inspecting the object shows. Links
    are not looked at: netmaster loses some of them.
    """
    names = [options[field.option] for field in kind.names]
    for endpoint in sorted(oper.get("endpoints", []), key=lambda each: str(each.get("ipAddress"))):
        # Each host has an endpoint of its name in each network for hosts, which goes together with the network.
        if endpoint.get("endpointID") == endpoint.get("homingHost"):
            continue
        address = next(iter(endpoint.get("ipAddress", [])), "") or endpoint.get("endpointID")
        yield f"endpoint {address} on {endpoint.get('homingHost')}"
    missing = oper.get("numEndpoints", 0) - len(oper.get("endpoints", []))
    if missing > 0:
        yield f"endpoints that netmaster does not show ({missing})"
    for reference in kind.references:
        for other in sorted(others[reference.plural], key=lambda each: str(each["key"])):
            named = [each for field in reference.fields for each in _as_list(other.get(field))]
            if other["tenantName"] == names[0] and names[-1] in named:
                yield f"{reference.words} {other['key']}"


def undeletable(kind: Kind, options: Options, users: Iterable[str]) -> Iterator[str]:
    """Say why an object is not deleted."""
    if kind.plural == "tenants" and options["name"] == _DEFAULT_TENANT:
        yield f"Tenant {_DEFAULT_TENANT} belongs to Contiv and is not deleted."
    needing = list(users)
    if needing:
        yield f"{title(kind, options)} is used by {', '.join(needing)}. Delete or change these first."


def tags_in_use(row: Row, changes: Changes, networks: Iterable[Row]) -> Iterator[str]:
    """Say which networks keep netmaster from changing global settings; ``row`` has the settings as they are."""
    rows = list(networks)
    for option in sorted(changes.keys() & {"forwarding_mode", "private_subnet"}):
        if row["vlans_in_use"] or row["vxlans_in_use"]:
            yield _kept(option, changes, (f"{each['tenant']}:{each['name']}" for each in rows), row)
    for option, used, encapsulation in _RANGES:
        if option in changes:
            first, last = (int(tag) for tag in str(changes[option][1]).split("-"))
            outside = [tag for tag in _tags(row[used]) if not first <= tag <= last]
            names = (
                f"{each['tenant']}:{each['name']}"
                for each in rows
                if each["encapsulation"] == encapsulation
                and (each["external_tag"] if encapsulation == "vxlan" else each["packet_tag"]) in outside
            )
            if outside:
                yield _kept(option, changes, names, row)


_RANGES = (("vlan_range", "vlans_in_use", "vlan"), ("vxlan_range", "vxlans_in_use", "vxlan"))


def _kept(option: str, changes: Changes, names: Iterable[str], row: Row) -> str:
    present, wanted = changes[option]
    used = [
        f"{words} {row[tags]}" for words, tags in (("VLANs", "vlans_in_use"), ("VXLANs", "vxlans_in_use")) if row[tags]
    ]
    return (
        f"{title(GLOBAL, {})}: {option} is {present} and cannot become {wanted} while there are networks that need it "
        f"({' and '.join(used)} are in use). Delete these networks first: {', '.join(sorted(names)) or 'not listed'}."
    )


def _tags(ranges: str) -> Iterator[int]:
    """The tags of ``1-5, 5000``."""
    for first, last in re.findall(r"(\d+)(?:-(\d+))?", ranges):
        yield from range(int(first), int(last or first) + 1)


def _nothing(_options: Options) -> Iterator[str]:
    return iter(())


def _network(options: Options) -> Iterator[str]:
    tag, encapsulation, gateway = options["tag"], options["encapsulation"], options["gateway"]
    if tag is not None:
        tags = spelling.VLANS if encapsulation == "vlan" else spelling.VXLANS
        if tag not in tags:
            yield (
                f"tag: {tag} is not from {tags.start} to {tags.stop - 1}, which a {encapsulation} has. Leave it out "
                "for one that netmaster chooses."
            )
    if gateway:
        yield from _inside("gateway", spelling.address(gateway), "subnet", spelling.subnet(options["subnet"]))
    if options["ipv6_gateway"]:
        if not options["ipv6_subnet"]:
            yield "ipv6_gateway: there is no ipv6_subnet that it could be in."
        else:
            network = spelling.network6(options["ipv6_subnet"])
            yield from _inside("ipv6_gateway", spelling.address6(options["ipv6_gateway"]), "ipv6_subnet", network)


def _inside(option: str, address: Any, subnet_option: str, network: Any) -> Iterator[str]:
    if address not in network:
        yield f"{option}: {address} is not in {subnet_option} {network}."
    # An IPv4 network of two addresses has none for itself or for all (RFC 3021).
    elif (
        isinstance(network, ipaddress.IPv4Network)
        and network.prefixlen < 31
        and address in (network.network_address, network.broadcast_address)
    ):
        yield f"{option}: {address} is no address of a host in {subnet_option} {network}."


def _rule(options: Options) -> Iterator[str]:
    side, other = ("from", "to") if options["direction"] == "in" else ("to", "from")
    for option in (f"{other}_group", f"{other}_network", f"{other}_address"):
        if options[option]:
            yield f"{option}: a rule with direction {options['direction']} has {side}_... options only."
    for option in (f"{side}_group", f"{side}_address"):
        if options[option] and options[f"{side}_network"]:
            yield f"{side}_network and {option} exclude one another. Give one of them."
    if options["port"] and options["protocol"] not in _WITH_PORTS:
        yield "port: only tcp and udp have ports. Give one of them as protocol."


_WITH_PORTS = ("tcp", "udp", "6", "17")


def _names_of(option: str) -> Callable[[Options], Iterator[str]]:
    def sentences(options: Options) -> Iterator[str]:
        return misspelled((option, spelling.name, each) for each in options[option] or [])

    return sentences


def _bgp(options: Options) -> Iterator[str]:
    own, neighbor = options["router_address"], options["neighbor"]
    if bool(neighbor) != bool(options["neighbor_as"]):
        yield "neighbor and neighbor_as belong together. Give both or none."
    if neighbor and spelling.interface(own).ip == spelling.address(neighbor):
        yield f"neighbor: {neighbor} is the router itself."


_TOGETHER: dict[str, Callable[[Options], Iterator[str]]] = {
    NETWORK.plural: _network,
    GROUP.plural: _names_of("policies"),
    APP_PROFILE.plural: _names_of("groups"),
    RULE.plural: _rule,
    BGP.plural: _bgp,
}


def _as_list(found: Any) -> list[Any]:
    return found if isinstance(found, list) else [found]


def _shown(value: Any) -> str:
    return "not set" if value in (None, "", []) else str(value)
