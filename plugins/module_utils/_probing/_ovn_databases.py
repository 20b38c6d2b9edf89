# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""Options of modules for the databases of OVN, which the doc fragment of the same name documents."""

from __future__ import annotations

from typing import Any, Mapping

from ansible_collections.packetwalk.labs.plugins.module_utils._probing._ovsdb_client import Tls

NORTHBOUND = {"type": "str", "default": "unix:/run/ovn/ovnnb_db.sock"}
SOUTHBOUND = {"type": "str", "default": "unix:/run/ovn/ovnsb_db.sock"}

TLS = {
    "ca_certificate": {"type": "path"},
    "certificate": {"type": "path"},
    "private_key": {"type": "path", "no_log": False},  # it is the name of a file
}


def tls_of(options: Mapping[str, Any]) -> Tls:
    """What the options of ``TLS`` say."""
    return Tls(options["private_key"], options["certificate"], options["ca_certificate"])
