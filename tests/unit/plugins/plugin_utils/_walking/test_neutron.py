# SPDX-License-Identifier: GPL-3.0-or-later
"""Walks through an OpenStack cloud by the names of its servers, on what a real Open vSwitch said of the packets."""

from __future__ import annotations

import os
import re
import sys
from typing import Any

import pytest
from ansible_collections.packetwalk.labs.plugins.plugin_utils._reporting import _walk_tree
from ansible_collections.packetwalk.labs.plugins.plugin_utils._walking._expectations import unmet
from ansible_collections.packetwalk.labs.plugins.plugin_utils._walking._names import AmbiguousName, UnknownName
from ansible_collections.packetwalk.labs.plugins.plugin_utils._walking._walks import walk

sys.path.insert(0, os.path.dirname(__file__))

import neutron_lab  # noqa: E402
from neutron_lab import NAMES  # noqa: E402

Document = dict[str, Any]


@pytest.fixture
def cloud(ovn_walk_state: Document) -> Document:
    return neutron_lab.as_neutron(ovn_walk_state)


def texts(found: Document) -> str:
    return "\n".join(hop["text"] for hop in found["hops"])


@pytest.mark.parametrize(
    ("start", "to", "protocol", "expected", "via"),
    [
        ("testinstance1", "testinstance2", "icmp", "delivered to testinstance2", ["internal1", "chassis2"]),
        (
            "testinstance1",
            "testinstance4:22",
            "tcp",
            "refused to testinstance4",
            ["internal1", "router1", "internal2", "chassis3"],
        ),
        ("outside", "172.24.4.54", "icmp", "delivered to testinstance1", ["public", "router1", "internal1"]),
        ("outside", "172.24.4.55:22", "tcp", "refused to testinstance4", ["router1"]),
        ("testinstance1", "testinstance2:80", "tcp", "dropped at ls_out_acl", ["internal1"]),
        ("testinstance2", "172.24.4.77", "icmp", "controller at lr_in_arp_request", ["router1"]),
        ("testinstance1", "10.10.10.1", "icmp", "delivered to router1", ["router1"]),
    ],
)
def test_servers_by_name(cloud: Document, start: str, to: str, protocol: str, expected: str, via: list[str]) -> None:
    found = walk(cloud, start, to, protocol)
    assert found["questions"] == []
    assert unmet(found, expected, via) == []
    assert not re.search("neutron-|lrp-", texts(found)), texts(found)


def test_names_are_beside_the_identifiers(cloud: Document) -> None:
    last = walk(cloud, "testinstance1", "testinstance2:80")["hops"][-1]
    assert last["text"].startswith("ls_out_acl of internal1 drops it: ")
    assert last["evidence"]["row"]["datapath"] == NAMES["internal1"]
    assert last["passes"] == ["internal1"]


def test_without_neutron_networks_have_the_names_that_it_wrote(cloud: Document) -> None:
    cloud["control"].update(neutron=None, neutron_reason="the cloud did not answer")
    found = walk(cloud, "testinstance1", "testinstance4:22")
    assert unmet(found, "refused to testinstance4", ["internal1", "router1", "internal2"]) == []


def test_a_way_that_is_not_taken(cloud: Document) -> None:
    found = walk(cloud, "testinstance1", "testinstance2", "icmp")
    assert [text.endswith("actual no router1 on it") for text in unmet(found, None, ["router1"])] == [True]


def test_a_namespace_that_is_not_called_as_its_server(cloud: Document) -> None:
    namespaces = cloud["nodes"]["chassis1"]["namespaces"]
    namespaces["t-vm1"] = namespaces.pop("testinstance1")
    for link in namespaces["host"]["links"]:
        if (link.get("peer") or {}).get("namespace") == "testinstance1":
            link["peer"]["namespace"] = "t-vm1"
    for name in ("testinstance1", NAMES["testinstance1"]):
        found = walk(cloud, name, "testinstance2", "icmp")
        assert (found["from"]["namespace"], found["verdict"]) == ("t-vm1", "delivered")


@pytest.mark.parametrize(
    ("start", "to", "protocol", "expected"),
    [
        ("testinstance1", "testinstance2", "icmp", "delivered to testinstance2"),
        ("testinstance1", "testinstance4:22", "tcp", "delivered to testinstance4"),
        ("outside", "172.24.4.54", "icmp", "delivered to testinstance1"),
        ("testinstance2", "172.24.4.1", "icmp", "delivered to outside"),
    ],
)
def test_virtual_machines(cloud: Document, start: str, to: str, protocol: str, expected: str) -> None:
    found = walk(neutron_lab.as_virtual_machines(cloud, *neutron_lab.SERVERS), start, to, protocol)
    assert unmet(found, expected, []) == [], texts(found)


def test_what_a_virtual_machine_sends_is_what_neutron_gave_it(cloud: Document) -> None:
    found = walk(neutron_lab.as_virtual_machines(cloud, "testinstance1"), "testinstance1", "testinstance4:22")
    assert found["from"] == {
        "name": "testinstance1",
        "node": "chassis1",
        "namespace": None,
        "container": None,
        "address": "10.10.10.4",
    }
    frame = found["hops"][1]["after"]
    # To the router, as the other server is in another network.
    assert (frame["source_mac"], frame["destination_mac"]) == ("fa:16:3e:55:52:80", "fa:16:3e:87:28:40")
    assert "chassis1\n" in _walk_tree.text(found)


def test_nobody_in_a_virtual_machine_takes_a_frame_for_another(cloud: Document) -> None:
    neutron_lab.as_virtual_machines(cloud, "testinstance2")
    port = next(row for row in cloud["control"]["neutron"]["ports"] if row["id"] == NAMES["testinstance2"])
    port["mac"] = "fa:16:3e:00:00:99"
    found = walk(cloud, "testinstance1", "10.10.10.10", "icmp")
    assert (found["verdict"], found["hops"][-1]["text"]) == (
        "dropped",
        "testinstance2 has fa:16:3e:00:00:99 and ignores a frame to fa:16:3e:ef:50:3e",
    )


def test_a_server_that_is_plugged_in_nowhere(cloud: Document) -> None:
    neutron = cloud["control"]["neutron"]
    neutron["servers"].append({"id": "7b1d7eae-5bc6-4fde-b297-8b98015c0b50", "name": "testinstance5"})
    with pytest.raises(UnknownName) as problem:
        walk(cloud, "testinstance5", "testinstance1", "icmp")
    assert str(problem.value).startswith(
        "FROM testinstance5: this server of OpenStack is plugged in on no chassis whose Open vSwitch was read; "
    )


def test_a_server_with_two_virtual_interfaces(cloud: Document) -> None:
    neutron_lab.as_virtual_machines(cloud, "testinstance1", "testinstance3")
    for port in cloud["control"]["neutron"]["ports"]:
        if port["id"] == NAMES["testinstance3"]:
            port["device_id"] = neutron_lab.identifier("testinstance1")
    with pytest.raises(AmbiguousName, match=r"FROM testinstance1 may be each of chassis1/testinsta-\w+, chassis2/"):
        walk(cloud, "testinstance1", "testinstance2", "icmp")


def test_a_virtual_machine_of_a_network_without_a_router(cloud: Document) -> None:
    neutron_lab.as_virtual_machines(cloud, "testinstance1")
    ports = cloud["control"]["neutron"]["ports"]
    ports[:] = [row for row in ports if not row["device_owner"].startswith("network:")]
    with pytest.raises(UnknownName, match="Network internal1 has no router, so nothing can be sent out of it$"):
        walk(cloud, "testinstance1", "testinstance4:22")
