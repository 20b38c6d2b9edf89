# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""IPVS services in three dialects: /proc/net/ip_vs, ``ipvsadm -L`` and ``ipvsadm -S``.

All three give the rows of docs/state.md in the order they were printed.
"""

from __future__ import annotations

import ipaddress
import re
from collections import deque
from typing import Any, Callable

from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._errors import ParseError

PROC_FILE = "/proc/net/ip_vs"

_HEADER = (
    "IP Virtual Server version",
    "Prot LocalAddress:Port Scheduler Flags",
    "-> RemoteAddress:Port Forward Weight ActiveConn InActConn",
)
# ip_vs_fwd_name() of the kernel's net/netfilter/ipvs/ip_vs_conn.c, and the switches of ipvsadm(8).
_FORWARD = {"Masq": "masquerade", "Local": "local", "Tunnel": "tunnel", "Route": "route"}
_FORWARD_SWITCH = {"-m": "masquerade", "-i": "tunnel", "-g": "route"}
_PROTOCOL_SWITCH = {"-t": "tcp", "-u": "udp", "--sctp-service": "sctp"}
_BACKEND_SWITCHES_WITH_VALUE = ("-x", "-y", "--tun-type", "--tun-port")

# What only the kernel's file prints: a mark with leading zeros, all digits of an address and of a port in hexadecimal.
_PROC_ROW = re.compile(
    r"^FWM +0[0-9A-F]{7} |^ *(TCP|UDP|SCTP|->) +([0-9A-F]{8}|\[([0-9a-f]{4}:){7}[0-9a-f]{4}\]):[0-9A-F]{4} ",
    re.MULTILINE,
)


def parse(text: str) -> list[dict[str, Any]]:
    """Reads any of the three dialects, told apart by what only one of them prints."""
    lines = text.splitlines()
    if not lines or lines[0].startswith("-A "):
        return parse_save(text)
    if _PROC_ROW.search(text):
        return parse_proc(text)
    return parse_listing(text)


def parse_proc(text: str) -> list[dict[str, Any]]:
    """Services of the kernel's file, whose marks, IPv4 addresses and ports are hexadecimal.

    Raises ParseError when the header is missing or a line is not understood.
    """
    return _parse_table(text, PROC_FILE, _proc_endpoint, mark_base=16)


def parse_listing(text: str, command: str = "ipvsadm -Ln") -> list[dict[str, Any]]:
    """Services of ``ipvsadm -Ln``, or of ``ipvsadm`` alone.

    Without ``-n`` a host's name stands in ``address`` and a service's name in ``port``, and a name too long for its
    column is printed cut and without a port: then ``address`` is what was printed and ``port`` is null.
    Raises ParseError when the header is missing or a line is not understood.
    """
    return _parse_table(text, command, _listed_endpoint, mark_base=10)


def parse_save(text: str, command: str = "ipvsadm -Sn") -> list[dict[str, Any]]:
    """Services of ``ipvsadm -Sn``; no output is no service.

    Raises ParseError when a line is not understood or a backend names another service than the one above it.
    """
    services: list[dict[str, Any]] = []
    above: list[str] = []
    for number, line in enumerate(text.splitlines(), start=1):
        words = deque(line.split())
        if not words:
            continue
        try:
            action = words.popleft()
            identity = [words.popleft(), words.popleft()]
            if action == "-A":
                above = identity
                services.append(_saved_service(identity, words))
            elif action == "-a" and identity == above:
                services[-1]["backends"].append(_saved_backend(words))
            else:
                raise ValueError("expected -A and a service, or -a and the service above it")
        except IndexError:
            raise ParseError(command, number, line, "it ends too early") from None
        except ValueError as error:
            raise ParseError(command, number, line, str(error)) from None
    return services


def _parse_table(
    text: str, command: str, endpoint: Callable[[str], tuple[str, Any]], mark_base: int
) -> list[dict[str, Any]]:
    lines = text.splitlines()
    header = [" ".join(line.split()) for line in lines[:3]]
    if len(header) < 3 or any(not found.startswith(wanted) for found, wanted in zip(header, _HEADER)):
        raise ParseError(command, 0, "", "expected the header of three lines, its last one: " + _HEADER[2])
    services: list[dict[str, Any]] = []
    for number, line in enumerate(lines[3:], start=4):
        words = deque(line.split())
        if not words:
            continue
        try:
            if words[0] != "->":
                services.append(_listed_service(words, endpoint, mark_base))
            elif services:
                services[-1]["backends"].append(_listed_backend(words, endpoint))
            else:
                raise ValueError("a backend before any service")
        except (IndexError, KeyError):
            raise ParseError(command, number, line, "expected a service or one of its backends") from None
        except ValueError as error:
            raise ParseError(command, number, line, str(error)) from None
    return services


def _listed_service(words: deque[str], endpoint: Callable[[str], tuple[str, Any]], mark_base: int) -> dict[str, Any]:
    protocol, identity = words.popleft(), words.popleft()
    if protocol == "FWM":
        service: dict[str, Any] = {"kind": "fwmark", "mark": int(identity, mark_base)}
        if words[0] == "IPv6":
            words.popleft()
    elif protocol in ("TCP", "UDP", "SCTP"):
        address, port = endpoint(identity)
        service = {"kind": "address", "protocol": protocol.lower(), "address": address, "port": port}
    else:
        raise ValueError("expected FWM, TCP, UDP or SCTP")
    service.update(scheduler=words.popleft(), flags=[], backends=[])
    while words:
        word = words.popleft()
        if word == "ops":
            service["flags"].append("one_packet")
        elif word == "persistent":
            words.popleft()  # seconds
            service["flags"].append("persistent")
            if mark_base == 16:
                words.popleft()  # the kernel always prints the netmask, ipvsadm only one that is not a host's
        elif word in ("mask", "pe"):
            words.popleft()
        elif word.startswith("(") and word.endswith(")"):
            service["flags"].extend(word[1:-1].split(","))
        else:
            raise ValueError(f"unexpected {word!r}")
    return service


def _listed_backend(words: deque[str], endpoint: Callable[[str], tuple[str, Any]]) -> dict[str, Any]:
    if len(words) != 6:
        raise ValueError("expected a backend in six columns")
    _arrow, identity, forward, weight, _active, _inactive = words
    address, port = endpoint(identity)
    return {"address": address, "port": port, "forward": _FORWARD[forward], "weight": int(weight)}


def _saved_service(identity: list[str], words: deque[str]) -> dict[str, Any]:
    switch, printed = identity
    if switch == "-f":
        service: dict[str, Any] = {"kind": "fwmark", "mark": int(printed)}
    elif switch in _PROTOCOL_SWITCH:
        address, port = _listed_endpoint(printed)
        service = {"kind": "address", "protocol": _PROTOCOL_SWITCH[switch], "address": address, "port": port}
    else:
        raise ValueError("expected -f, -t, -u or --sctp-service")
    service.update(scheduler=None, flags=[], backends=[])
    while words:
        word = words.popleft()
        if word == "-s":
            service["scheduler"] = words.popleft()
        elif word == "-o":
            service["flags"].append("one_packet")
        elif word == "-p":
            words.popleft()  # seconds
            service["flags"].append("persistent")
        elif word == "-b":
            service["flags"].extend(words.popleft().split(","))
        elif word in ("-M", "--pe"):
            words.popleft()
        elif word != "-6":
            raise ValueError(f"unexpected {word!r}")
    if service["scheduler"] is None:
        raise ValueError("a service without a scheduler")
    return service


def _saved_backend(words: deque[str]) -> dict[str, Any]:
    backend: dict[str, Any] = {"address": None, "port": None, "forward": None, "weight": None}
    while words:
        word = words.popleft()
        if word == "-r":
            backend["address"], backend["port"] = _listed_endpoint(words.popleft())
        elif word == "-w":
            backend["weight"] = int(words.popleft())
        elif word in _FORWARD_SWITCH:
            backend["forward"] = _FORWARD_SWITCH[word]
        elif word in _BACKEND_SWITCHES_WITH_VALUE:
            words.popleft()
        elif word != "-6":
            raise ValueError(f"unexpected {word!r}")
    if None in (backend["address"], backend["forward"], backend["weight"]):
        raise ValueError("a backend without -r, -w or its forwarding method")
    return backend


def _listed_endpoint(printed: str) -> tuple[str, Any]:
    """``10.0.0.1:80``, ``[2001:db8::1]:80``, ``web.example:http`` or a name that was cut before its port."""
    address, colon, port = printed.rpartition(":")
    if not colon:
        return printed, None
    if address.startswith("[") and address.endswith("]"):
        address = str(ipaddress.ip_address(address[1:-1]))
    return address, int(port) if port.isdigit() else port or None


def _proc_endpoint(printed: str) -> tuple[str, int]:
    address, _colon, port = printed.rpartition(":")
    if len(port) != 4:
        raise ValueError("expected a port of four hexadecimal digits")
    if address.startswith("["):
        return str(ipaddress.ip_address(address.strip("[]"))), int(port, 16)
    if len(address) != 8:
        raise ValueError("expected an IPv4 address of eight hexadecimal digits")
    return str(ipaddress.IPv4Address(int(address, 16))), int(port, 16)
