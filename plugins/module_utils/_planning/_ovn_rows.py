# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""The rows of OVN's northbound database that a lab owns: which columns it sets, and how rows are marked and shown.

A row is known by its table and its object, which is its name or says what it is: ``("NAT", "lr0 snat 10.0.0.0/24")``.
Values are those of ``_parsing._ovsdb``, but that references are objects and not UUIDs.
"""

from __future__ import annotations

from typing import Any, Dict, Iterator, NamedTuple, Tuple

LAB = "packetwalk_lab"
OBJECT = "packetwalk_object"

Key = Tuple[str, str]
Columns = Dict[str, Any]
Rows = Dict[Key, Columns]


class Column(NamedTuple):
    """Which part of a column is the lab's.

    * ``whole``: all of it.
    * ``keys``: of a map these ``keys``; one that is ``None`` shall not be there.
    * ``reference``: all of it, and it is at most one row of ``table``.
    * ``references``: its own rows of ``table``. ``holds`` when rows go away with the one that refers to them.
    """

    kind: str
    table: str = ""
    keys: tuple[str, ...] = ()
    holds: bool = False


_WHOLE = Column("whole")


def _keys(*names: str) -> Column:
    return Column("keys", keys=names)


def _reference(table: str) -> Column:
    return Column("reference", table)


def _references(table: str) -> Column:
    return Column("references", table)


def _children(table: str) -> Column:
    return Column("references", table, holds=True)


# From ovn-nb(5).
TABLES: dict[str, dict[str, Column]] = {
    "Logical_Switch": {
        "name": _WHOLE,
        "other_config": _keys("subnet"),
        "ports": _children("Logical_Switch_Port"),
        "acls": _children("ACL"),
        "load_balancer": _references("Load_Balancer"),
        "dns_records": _references("DNS"),
    },
    "Logical_Switch_Port": {
        "name": _WHOLE,
        "type": _WHOLE,
        "options": _keys("router-port", "nat-addresses", "network_name"),
        "addresses": _WHOLE,
        "port_security": _WHOLE,
        "tag": _WHOLE,
        "enabled": _WHOLE,
        "dhcpv4_options": _reference("DHCP_Options"),
    },
    "Logical_Router": {
        "name": _WHOLE,
        "ports": _children("Logical_Router_Port"),
        "static_routes": _children("Logical_Router_Static_Route"),
        "nat": _children("NAT"),
        "load_balancer": _references("Load_Balancer"),
    },
    "Logical_Router_Port": {
        "name": _WHOLE,
        "mac": _WHOLE,
        "networks": _WHOLE,
        "gateway_chassis": _children("Gateway_Chassis"),
        "ha_chassis_group": _reference("HA_Chassis_Group"),
    },
    "Gateway_Chassis": {"name": _WHOLE, "chassis_name": _WHOLE, "priority": _WHOLE},
    "HA_Chassis_Group": {"name": _WHOLE, "ha_chassis": _children("HA_Chassis")},
    "HA_Chassis": {"chassis_name": _WHOLE, "priority": _WHOLE},
    "Logical_Router_Static_Route": {"ip_prefix": _WHOLE, "nexthop": _WHOLE, "output_port": _WHOLE},
    "NAT": {
        "type": _WHOLE,
        "external_ip": _WHOLE,
        "logical_ip": _WHOLE,
        "logical_port": _WHOLE,
        "external_mac": _WHOLE,
    },
    "ACL": {"direction": _WHOLE, "priority": _WHOLE, "match": _WHOLE, "action": _WHOLE},
    "Port_Group": {"name": _WHOLE, "ports": _references("Logical_Switch_Port"), "acls": _children("ACL")},
    "Address_Set": {"name": _WHOLE, "addresses": _WHOLE},
    "Load_Balancer": {"name": _WHOLE, "protocol": _WHOLE, "vips": _WHOLE},
    "DHCP_Options": {"cidr": _WHOLE, "options": _WHOLE},
    "DNS": {"records": _WHOLE},
}

# A name in one of these is an object's; another row with that name would be taken for it.
NAMED_TABLES = tuple(table for table, columns in TABLES.items() if "name" in columns)


def words(key: Key) -> str:
    """Return what a person calls the row, to begin a sentence with: ``Logical switch port vm1``."""
    table, name = key
    first, *others = table.split("_")
    return " ".join([first, *(other.lower() for other in others), name])


def text(rows: Rows) -> str:
    """Return rows as lines that can be compared: each row, and under it what it holds, without what is empty."""
    return "".join(f"{line}\n" for key in sorted(rows) for line in _lines(key, rows[key]))


def _lines(key: Key, columns: Columns) -> Iterator[str]:
    yield words(key)
    for name, value in sorted(columns.items()):
        if isinstance(value, dict):
            value = [f"{each}={value[each]}" for each in sorted(value) if value[each] is not None]
        if isinstance(value, list):
            value = ", ".join(value)
        if name != "name" and value not in (None, ""):
            yield f"    {name}: {value}"
