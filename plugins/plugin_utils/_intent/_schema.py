# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""Check a user's variable against a table of keys, with one sentence for each mistake."""

from __future__ import annotations

import difflib
import ipaddress
import typing as t


class IntentError(ValueError):
    """The inventory asks for something that cannot be; the text names the variable and the mend."""


class Key(t.NamedTuple):
    """One key of a variable.

    ``kind`` is a Python type (or several), ``choices`` limits it, ``default`` is used when absent.
    """

    kind: t.Any
    default: t.Any = None
    required: bool = False
    choices: tuple[t.Any, ...] = ()


KIND_NAMES = {
    bool: "true or false",
    dict: "a dictionary",
    float: "a number",
    int: "a whole number",
    list: "a list",
    str: "text",
}


def _kind_name(kind: t.Any) -> str:
    kinds = kind if isinstance(kind, tuple) else (kind,)
    return " or ".join(KIND_NAMES[each] for each in kinds)


def _is_kind(value: t.Any, kind: t.Any) -> bool:
    # bool is a subclass of int, but "replicas: true" is a mistake.
    kinds = kind if isinstance(kind, tuple) else (kind,)
    if isinstance(value, bool) and bool not in kinds:
        return False
    return isinstance(value, kinds)


def entry(variable: str, given: t.Any, keys: t.Mapping[str, Key]) -> dict[str, t.Any]:
    """Return ``given`` with every key of ``keys`` filled in; raise :class:`IntentError` at the first mistake.

    ``variable`` is how the user finds the place, for example ``swarm_networks[0] (overlay1)``.
    """
    if not isinstance(given, dict):
        raise IntentError(
            f"{variable} is {given!r}, but has to be a dictionary with the keys {', '.join(sorted(keys))}."
        )
    for name in given:
        if name not in keys:
            close = difflib.get_close_matches(str(name), keys, n=1)
            mend = f'Did you mean "{close[0]}"?' if close else f"It knows {', '.join(sorted(keys))}."
            raise IntentError(f'{variable} has the unknown key "{name}". {mend}')
    result: dict[str, t.Any] = {}
    for name, key in keys.items():
        value = given.get(name)
        if value is None or (value == "" and key.required):
            if key.required:
                raise IntentError(f'{variable} has no "{name}". Add it.')
            result[name] = list(key.default) if isinstance(key.default, (list, tuple)) else key.default
            continue
        if not _is_kind(value, key.kind):
            raise IntentError(f"{variable}: {name} is {value!r}, but has to be {_kind_name(key.kind)}.")
        if key.choices and value not in key.choices:
            raise IntentError(
                f"{variable}: {name} is {value!r}, but has to be one of {', '.join(map(str, key.choices))}."
            )
        result[name] = value
    return result


def entries(variable: str, given: t.Any, keys: t.Mapping[str, Key]) -> list[dict[str, t.Any]]:
    """Check a list of named dictionaries; names have to be unique. See :func:`entry`."""
    if not isinstance(given, list):
        raise IntentError(f"{variable} is {given!r}, but has to be a list.")
    result: list[dict[str, t.Any]] = []
    seen: set[str] = set()
    for index, each in enumerate(given):
        label = f"{variable}[{index}]"
        if isinstance(each, dict) and each.get("name"):
            label += f" ({each['name']})"
        checked = entry(label, each, keys)
        if checked["name"] in seen:
            raise IntentError(f'{variable} has "{checked["name"]}" twice. Take one of them out, or rename it.')
        seen.add(checked["name"])
        result.append(checked)
    return result


def address(variable: str, given: t.Any) -> ipaddress.IPv4Address:
    """Return an IPv4 address; raise :class:`IntentError` when it is none."""
    try:
        # A whole number would be taken for the 32 bits of an address.
        return ipaddress.IPv4Address(str(given))
    except ValueError:
        raise IntentError(f"{variable} is {given!r}, which is no IPv4 address. Write it like 192.168.99.100.") from None


def network(variable: str, given: t.Any) -> ipaddress.IPv4Network:
    """Return an IPv4 network; raise :class:`IntentError` when it is none, has host bits set, or no prefix length."""
    try:
        # Docker takes neither a netmask nor an address alone, which is a network of one address here.
        if not str(given).partition("/")[2].isdigit():
            raise ValueError("it has no prefix length")
        return ipaddress.IPv4Network(str(given))
    except ValueError as error:
        raise IntentError(
            f"{variable} is {given!r}, which is no IPv4 subnet ({error}). Write it like 10.0.1.0/24."
        ) from None


def no_overlap(networks: t.Mapping[str, ipaddress.IPv4Network]) -> None:
    """Raise :class:`IntentError` when two of the networks (variable -> network) share addresses."""
    seen: list[tuple[str, ipaddress.IPv4Network]] = []
    for variable, each in networks.items():
        for other_variable, other in seen:
            if each.overlaps(other):
                raise IntentError(
                    f"{variable} ({each}) overlaps {other_variable} ({other}). Give one of them another subnet."
                )
        seen.append((variable, each))


def nodes(hosts: t.Mapping[str, t.Mapping[str, t.Any]], subnet: t.Any, provider: t.Any) -> None:
    """Check the variables that every lab has: provider, subnet and one address for each node.

    ``hosts`` is inventory host name -> its variables.
    """
    providers = ("container", "existing")
    if provider not in providers:
        raise IntentError(f"nodes_provider is {provider!r}, but has to be one of {', '.join(providers)}.")
    lab = network("nodes_subnet", subnet) if provider != "existing" else None
    seen: dict[ipaddress.IPv4Address, str] = {}
    for host, variables in hosts.items():
        if variables.get("nodes_address") is None:
            raise IntentError(f"{host} has no nodes_address. Give it one in the inventory.")
        own = address(f"nodes_address of {host}", variables["nodes_address"])
        if own in seen:
            raise IntentError(
                f"nodes_address of {host} is {own}, which {seen[own]} has already. Give each node its own."
            )
        seen[own] = host
        if lab is None:
            continue
        if own not in lab:
            raise IntentError(
                f"nodes_address of {host} is {own}, outside nodes_subnet {lab}. Change the address, or the subnet."
            )
        if own in (lab.network_address, lab.broadcast_address, lab.network_address + 1):
            raise IntentError(
                f"nodes_address of {host} is {own}, which the subnet {lab} needs itself (first, last or gateway). "
                "Take another."
            )
