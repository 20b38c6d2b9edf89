# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""Ask OVN whether it understands expressions, before they reach a database that is in use.

No tool of OVN takes an expression and says whether it is one: ``ovn-nbctl`` and the northbound database take any text,
``ovn-northd`` copies it, and the chassis that does not understand it leaves the logical flow out. But ``ovn-trace``
parses every flow of the southbound database it is pointed at, with the code of the chassis. So it is pointed at one
that is made for the question, holds a flow with each expression, and is gone afterwards.
"""

from __future__ import annotations

import os
import re
import subprocess
import tempfile
import time
from typing import Any, Iterable

from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._ovsdb import OvsdbError
from ansible_collections.packetwalk.labs.plugins.module_utils._probing._ovsdb_client import OvsdbClient
from ansible_collections.packetwalk.labs.plugins.module_utils._probing._tools import find

_TOOLS = ("ovsdb-tool", "ovsdb-server", "ovn-trace")
_SCHEMAS = ("/usr/share/ovn/ovn-sb.ovsschema", "/usr/local/share/ovn/ovn-sb.ovsschema")
_SECONDS = 10.0
_REFUSED = re.compile(r"\|WARN\|(?P<expression>.*): parsing expression failed \((?P<reason>.*)\)$")
# A datapath that is not there ends the trace when everything is parsed; one that is there would have to be whole.
_DATAPATH, _NO_DATAPATH = "expressions", "none"
_TUNNEL_KEY = 1
# It is always asked for, too: where this is not refused, nothing that is not refused is known to be understood.
_NO_EXPRESSION = "packetwalk.none"


class Unanswered(Exception):
    """OVN could not be asked; the text is one clause that says why."""


def refused(expressions: Iterable[str], address_sets: Iterable[str], port_groups: Iterable[str]) -> dict[str, str]:
    """Return, by expression, why OVN refuses it; those that it understands are not in it.

    An expression has no line breaks. ``address_sets`` and ``port_groups`` are the names that it may refer to. Raises
    ``Unanswered``, ``OvsdbError`` and ``ParseError``.
    """
    tools = {name: find(name) for name in _TOOLS}
    missing = sorted(name for name, path in tools.items() if path is None)
    schema = next(filter(os.path.exists, _SCHEMAS), None)
    if missing or schema is None:
        raise Unanswered(f"there is no {missing[0] if missing else _SCHEMAS[0]} here")
    with tempfile.TemporaryDirectory(prefix="packetwalk-") as folder:
        database, sock = os.path.join(folder, "sb.db"), os.path.join(folder, "sb.sock")
        _run([tools["ovsdb-tool"], "create", database, schema])
        server = subprocess.Popen(
            [
                str(tools["ovsdb-server"]),
                f"--remote=punix:{sock}",
                f"--unixctl={os.path.join(folder, 'ctl')}",
                "-vconsole:off",
                "-vsyslog:off",
                database,
            ]
        )
        try:
            _fill(sock, server, sorted({_NO_EXPRESSION, *expressions}), address_sets, port_groups)
            done = _run([tools["ovn-trace"], "-vconsole:warn", "-vsyslog:off", f"--db=unix:{sock}", _NO_DATAPATH, "1"])
        finally:
            server.kill()
            server.wait()
    found = (_REFUSED.search(line) for line in done.stderr.splitlines())
    reasons = {each["expression"]: each["reason"].rstrip(".") for each in found if each}
    if reasons.pop(_NO_EXPRESSION, None) is None:
        raise Unanswered(f"ovn-trace did not refuse what is no expression, and said {done.stdout.strip() or 'nothing'}")
    return reasons


def _run(command: list[str | None]) -> subprocess.CompletedProcess[str]:
    words = [str(word) for word in command]
    try:
        return subprocess.run(words, check=True, capture_output=True, text=True, timeout=_SECONDS)
    except subprocess.CalledProcessError as error:
        raise Unanswered(f"{words[0]} ended with {error.returncode}: {(error.stderr or '').strip()}") from error
    except (OSError, subprocess.TimeoutExpired) as error:
        raise Unanswered(f"{words[0]} did not answer: {error}") from error


def _fill(
    sock: str,
    server: subprocess.Popen[bytes],
    expressions: list[str],
    address_sets: Iterable[str],
    port_groups: Iterable[str],
) -> None:
    groups = sorted(port_groups)
    # ovn-northd makes two address sets of each port group, and a group of each datapath with its tunnel key.
    sets = sorted({*address_sets, *(f"{name}_{family}" for name in groups for family in ("ip4", "ip6"))})
    rows: list[tuple[str, dict[str, Any]]] = [
        ("Datapath_Binding", {"tunnel_key": _TUNNEL_KEY, "external_ids": {"name": _DATAPATH}}),
        *(("Address_Set", {"name": name}) for name in sets),
        *(("Port_Group", {"name": name}) for group in groups for name in (group, f"{_TUNNEL_KEY}_{group}")),
        *(
            (
                "Logical_Flow",
                {
                    "logical_datapath": "row0",
                    "pipeline": "ingress",
                    "table_id": 0,
                    "priority": 0,
                    "match": expression,
                    "actions": "drop;",
                },
            )
            for expression in expressions
        ),
    ]
    with _connected(sock, server) as client:
        client.transact(
            [
                {
                    "op": "insert",
                    "table": table,
                    "uuid-name": f"row{number}",
                    "row": client.schema.encode_row(table, row),
                }
                for number, (table, row) in enumerate(rows)
            ]
        )


def _connected(sock: str, server: subprocess.Popen[bytes]) -> OvsdbClient:
    end = time.monotonic() + _SECONDS
    while True:
        try:
            return OvsdbClient(f"unix:{sock}", "OVN_Southbound", timeout_seconds=_SECONDS)
        except OvsdbError as error:
            # The socket is there a little before anybody listens.
            if server.poll() is not None or time.monotonic() > end:
                raise Unanswered("ovsdb-server did not start") from error
            time.sleep(0.005)
