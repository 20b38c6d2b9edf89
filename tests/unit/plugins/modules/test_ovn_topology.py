# SPDX-License-Identifier: GPL-3.0-or-later
"""The module with real databases and the real ovn-northd."""

from __future__ import annotations

import copy
import json
import re
import signal
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible.module_utils.basic import AnsibleModule
from ansible.module_utils.testing import patch_module_args
from ansible_collections.packetwalk.labs.plugins.module_utils._planning import _ovn_rows, _ovn_transaction
from ansible_collections.packetwalk.labs.plugins.module_utils._probing import _ovn_expressions
from ansible_collections.packetwalk.labs.plugins.modules import ovn_topology

sys.path[:0] = [str(Path(__file__).parents[1] / "module_utils" / room) for room in ("_planning", "_probing")]
import ovn_daemons  # noqa: E402
import topologies  # noqa: E402

ROOT = Path(__file__).parents[4]
LAB_OF_THE_ARTICLES = ROOT / "inventories" / "ovn" / "group_vars" / "ovn" / "topology.yml"
ROOT_TABLES = (
    "Logical_Switch",
    "Logical_Router",
    "Port_Group",
    "Address_Set",
    "Load_Balancer",
    "DHCP_Options",
    "DNS",
)
# Written by ovn-northd.
NOT_ASKED_FOR = {"up", "dynamic_addresses"}


class Ovn:
    """Both databases, and the module on them."""

    def __init__(self, daemons: ovn_daemons.Daemons, capsys: pytest.CaptureFixture[str]) -> None:
        self.daemons = daemons
        self.capsys = capsys
        self.northbound = daemons.environment["OVN_NB_DB"]
        self.southbound = daemons.environment["OVN_SB_DB"]

    def nbctl(self, *words: str) -> str:
        return self.daemons.run("ovn-nbctl", "--timeout=30", *words)

    def sbctl(self, *words: str) -> str:
        return self.daemons.run("ovn-sbctl", "--timeout=30", *words)

    def run(self, topology: dict[str, Any] | None = None, check: bool = False, **arguments: Any) -> dict[str, Any]:
        """Result of the module."""
        arguments = {"lab": "test", "northbound": self.northbound, "_ansible_check_mode": check, **arguments}
        if topology is not None:
            arguments["topology"] = copy.deepcopy(topology)
        with patch_module_args(arguments), pytest.raises(SystemExit):
            ovn_topology.main()
        result: dict[str, Any] = json.loads(self.capsys.readouterr().out)
        return result

    def apply(self, topology: dict[str, Any], **arguments: Any) -> dict[str, Any]:
        result = self.run(topology, **arguments)
        assert not result.get("failed"), result["msg"]
        return result

    def rows(self) -> dict[tuple[str, str], dict[str, Any]]:
        """Everything in the tables that the module writes, by table and UUID."""
        found = {}
        dumped = self.daemons.run("ovsdb-client", "--format=json", "dump", self.northbound, "OVN_Northbound")
        for listed in map(json.loads, dumped.splitlines()):
            table = listed["caption"].partition(" ")[0]
            for row in listed["data"] if table in _ovn_rows.TABLES else []:
                columns = dict(zip(listed["headings"], row))
                kept = {name: value for name, value in columns.items() if name not in NOT_ASKED_FOR}
                found[table, columns["_uuid"][1]] = kept
        return found


@pytest.fixture(scope="module")
def daemons() -> Iterator[ovn_daemons.Daemons]:
    if ovn_daemons.missing():
        pytest.skip(f"OVN cannot be run here: {ovn_daemons.missing()}")
    # The path of a socket may not be long.
    with tempfile.TemporaryDirectory() as folder, ovn_daemons.ovn(Path(folder)) as running:
        yield running


@pytest.fixture
def ovn(daemons: ovn_daemons.Daemons, capsys: pytest.CaptureFixture[str]) -> Iterator[Ovn]:
    databases = Ovn(daemons, capsys)
    yield databases
    databases.nbctl(*" -- ".join(f"--all destroy {table}" for table in ROOT_TABLES).split())
    databases.nbctl("--all", "destroy", "HA_Chassis_Group")
    databases.sbctl("--all", "destroy", "Chassis", "--", "--all", "destroy", "Chassis_Private")


def counted(before: dict[Any, Any], after: dict[Any, Any]) -> dict[str, dict[str, int]]:
    """Count, by table, what became different between two readings of all rows."""
    done = {
        "inserted": [key for key in after if key not in before],
        "changed": [key for key in after if key in before and after[key] != before[key]],
        "deleted": [key for key in before if key not in after],
    }
    tables = sorted({table for keys in done.values() for table, _uuid in keys})
    return {table: {what: sum(key[0] == table for key in keys) for what, keys in done.items()} for table in tables}


def test_the_lab_of_the_articles(ovn: Ovn) -> None:
    topology = yaml.safe_load(LAB_OF_THE_ARTICLES.read_text(encoding="utf-8"))["ovn_topology"]
    result = ovn.apply(topology)
    assert result["changed"] is True
    assert result["operations"] == counted({}, ovn.rows())
    assert {(table, uuid) for table, names in result["owned"].items() for uuid in names.values()} == set(ovn.rows())

    shown = re.sub(r" [0-9a-f-]{36}", "", ovn.nbctl("show"))
    assert sorted(shown.splitlines()) == sorted(
        """switch (internal1)
    port testinstance1
        addresses: ["fa:16:3e:55:52:80 10.10.10.4"]
    port testinstance2
        addresses: ["fa:16:3e:ef:50:3e 10.10.10.10"]
    port internal1-router1
        type: router
        router-port: router1-internal1
switch (internal2)
    port testinstance3
        addresses: ["fa:16:3e:12:69:18 10.10.11.4"]
    port testinstance4
        addresses: ["fa:16:3e:12:69:19 10.10.11.10"]
    port internal2-router1
        type: router
        router-port: router1-internal2
switch (public)
    port public-extnet
        type: localnet
        addresses: ["unknown"]
    port public-router1
        type: router
        router-port: router1-public
router (router1)
    port router1-internal1
        mac: "fa:16:3e:87:28:40"
        networks: ["10.10.10.1/24"]
    port router1-internal2
        mac: "fa:16:3e:27:66:8f"
        networks: ["10.10.11.1/24"]
    port router1-public
        mac: "fa:16:3e:52:20:7c"
        networks: ["172.24.4.50/24"]
        gateway chassis: [chassis2 chassis1]
    nat
        external ip: "172.24.4.50"
        logical ip: "10.10.10.0/23"
        type: "snat"
    nat
        external ip: "172.24.4.54"
        logical ip: "10.10.10.4"
        type: "dnat_and_snat"
    nat
        external ip: "172.24.4.55"
        logical ip: "10.10.11.10"
        type: "dnat_and_snat"
""".replace("[chassis2 chassis1]", re.findall(r"\[chassis.*\]", shown)[0]).splitlines()
    )
    assert ovn.nbctl("--type=port-group", "acl-list", "instances").split("\n") == [
        "from-lport  1002 (inport == @instances && ip4) allow-related",
        "from-lport  1001 (inport == @instances && ip) drop",
        "  to-lport  1002 (outport == @instances && ip4 && icmp4) allow-related",
        "  to-lport  1002 (outport == @instances && ip4 && tcp && tcp.dst == 22) allow-related",
        "  to-lport  1001 (outport == @instances && ip) drop",
        "",
    ]
    assert ovn.nbctl("lrp-get-gateway-chassis", "router1-public").split() == [
        *("router1-public-chassis2", "20"),
        *("router1-public-chassis1", "10"),
    ]
    assert ovn.nbctl("lr-route-list", "router1").split()[-3:] == ["0.0.0.0/0", "172.24.4.1", "dst-ip"]

    # northd understands all of it.
    ovn.nbctl("--wait=sb", "sync")
    bindings = ovn.sbctl("--bare", "--columns=logical_port", "list", "Port_Binding").split()
    assert "cr-router1-public" in bindings and "testinstance4" in bindings
    flows = ovn.sbctl("lflow-list", "router1")
    assert "ct_snat(172.24.4.50)" in flows and 'is_chassis_resident("testinstance4")' in flows


def test_everything_twice_and_away(ovn: Ovn) -> None:
    first = ovn.apply(topologies.WHOLE)
    rows = ovn.rows()
    second = ovn.apply(topologies.WHOLE)
    assert (second["changed"], second["operations"], second["owned"]) == (False, {}, first["owned"])
    assert second["diff"]["before"] == second["diff"]["after"] == first["diff"]["after"]
    assert ovn.rows() == rows

    gone = ovn.run(state="absent")
    assert gone["operations"] == counted(rows, {})
    assert (gone["diff"]["before"], gone["diff"]["after"]) == (first["diff"]["after"], "")
    assert ovn.rows() == {}
    assert ovn.run(state="absent")["changed"] is False


def test_check_mode_tells_the_same_and_changes_nothing(ovn: Ovn) -> None:
    checked = ovn.run(topologies.WHOLE, check=True)
    assert ovn.rows() == {}
    applied = ovn.apply(topologies.WHOLE)
    assert [checked[key] for key in ("changed", "operations", "diff")] == [
        applied[key] for key in ("changed", "operations", "diff")
    ]
    rows = ovn.rows()
    assert ovn.run(topologies.changed((("switches", 1, "name"), "x")), check=True)["failed"]
    assert ovn.run(state="absent", check=True)["changed"] is True
    assert ovn.rows() == rows


SW0, PUBLIC = ("switches", 0), ("switches", 2)
VM1, VM2 = ((*SW0, "ports", number) for number in range(2))
LR0 = ("routers", 0)
LR0_PUBLIC = (*LR0, "ports", 2)
NEW, EDIT, GONE = (
    {"inserted": numbers[0], "changed": numbers[1], "deleted": numbers[2]}
    for numbers in ((1, 0, 0), (0, 1, 0), (0, 0, 1))
)
REPLACED = {"inserted": 1, "changed": 0, "deleted": 1}


@pytest.mark.parametrize(
    ("steps", "operations"),
    [
        ([((*SW0, "dns", "Host.example"), ["10.10.10.6"])], {"DNS": EDIT}),
        ([((*SW0, "dns"), None)], {"DNS": GONE, "Logical_Switch": EDIT}),
        ([((*SW0, "dhcp", "lease_time_seconds"), 60)], {"DHCP_Options": EDIT}),
        ([((*SW0, "dhcp", "mtu_bytes"), None)], {"DHCP_Options": EDIT}),
        ([((*SW0, "dhcp"), None), ((*VM1, "dhcp"), False)], {"DHCP_Options": GONE, "Logical_Switch_Port": EDIT}),
        ([((*PUBLIC, "subnet"), None)], {"Logical_Switch": EDIT}),
        ([((*PUBLIC, "localnet", "vlan"), 8)], {"Logical_Switch_Port": EDIT}),
        ([((*PUBLIC, "localnet", "vlan"), None)], {"Logical_Switch_Port": EDIT}),
        ([((*PUBLIC, "localnet", "network"), "other")], {"Logical_Switch": EDIT, "Logical_Switch_Port": REPLACED}),
        ([((*VM2, "mac"), "50:54:00:00:00:0b")], {"Logical_Switch_Port": EDIT}),
        ([((*VM2, "addresses"), ["10.10.10.7"])], {"Logical_Switch_Port": EDIT}),
        ([((*VM2, "port_security"), True)], {"Logical_Switch_Port": EDIT}),
        ([((*VM2, "enabled"), True)], {"Logical_Switch_Port": EDIT}),
        ([((*VM2, "dhcp"), True)], {"Logical_Switch_Port": EDIT}),
        (
            [((*VM2, "name"), "vm4"), (("port_groups", 0, "ports"), ["vm1", "vm4"])],
            {"Logical_Switch": EDIT, "Logical_Switch_Port": REPLACED, "Port_Group": EDIT},
        ),
        ([((*LR0, "ports", 1, "mac"), "00:00:00:00:ff:0f")], {"Logical_Router_Port": EDIT}),
        ([((*LR0, "ports", 1, "networks"), ["10.10.11.2/24"])], {"Logical_Router_Port": EDIT}),
        ([((*LR0_PUBLIC, "gateway_chassis", "chassis1"), 5)], {"Gateway_Chassis": EDIT}),
        (
            [((*LR0_PUBLIC, "gateway_chassis", "chassis1"), None)],
            {"Gateway_Chassis": GONE, "Logical_Router_Port": EDIT},
        ),
        (
            [((*LR0_PUBLIC, "gateway_chassis"), None), ((*LR0_PUBLIC, "ha_chassis_group"), "gateways")],
            {"Gateway_Chassis": {**GONE, "deleted": 2}, "Logical_Router_Port": EDIT},
        ),
        ([((*LR0, "routes", 0, "port"), None)], {"Logical_Router_Static_Route": EDIT}),
        (
            [((*LR0, "routes", 0, "next_hop"), "172.24.4.2")],
            {"Logical_Router": EDIT, "Logical_Router_Static_Route": REPLACED},
        ),
        ([((*LR0, "nat", 0, "external_address"), "172.24.4.11")], {"NAT": EDIT}),
        ([((*LR0, "nat", 1), None)], {"Logical_Router": EDIT, "NAT": GONE}),
        ([((*LR0, "nat", 2, "external_mac"), "00:00:00:00:fe:02")], {"NAT": EDIT}),
        (
            [((*LR0, "nat", 2, "external_mac"), None), ((*LR0, "nat", 2, "logical_port"), None)],
            {"NAT": EDIT},
        ),
        ([(("ha_chassis_groups", 0, "chassis", "chassis1"), 3)], {"HA_Chassis": EDIT}),
        ([(("ha_chassis_groups", 0, "chassis", "chassis3"), 3)], {"HA_Chassis": NEW, "HA_Chassis_Group": EDIT}),
        ([(("port_groups", 0, "ports"), ["vm1"])], {"Port_Group": EDIT}),
        ([(("address_sets", 0, "addresses"), ["10.10.10.0/25"])], {"Address_Set": EDIT}),
        ([(("acls", 1, "action"), "reject")], {"ACL": EDIT}),
        ([(("acls", 1, "priority"), 901)], {"ACL": REPLACED, "Port_Group": EDIT}),
        ([(("load_balancers", 0, "vips"), {"10.10.10.100:80": "10.10.10.5:80"})], {"Load_Balancer": EDIT}),
        ([(("load_balancers", 0, "protocol"), "udp")], {"Load_Balancer": EDIT}),
        ([(("load_balancers", 0, "routers"), [])], {"Logical_Router": EDIT}),
        ([(("load_balancers", 0), None)], {"Load_Balancer": GONE, "Logical_Router": EDIT, "Logical_Switch": EDIT}),
    ],
)
def test_a_change_changes_only_that(
    ovn: Ovn, steps: list[tuple[tuple[Any, ...], Any]], operations: dict[str, dict[str, int]]
) -> None:
    ovn.apply(topologies.WHOLE)
    before = ovn.rows()
    topology = topologies.changed(*steps)
    result = ovn.apply(topology)
    after = ovn.rows()
    assert result["operations"] == operations == counted(before, after)
    assert result["diff"]["before"] != result["diff"]["after"]
    assert ovn.apply(topology)["changed"] is False
    ovn.apply(topologies.WHOLE)
    assert ovn.apply(topologies.WHOLE)["changed"] is False
    assert len(ovn.rows()) == len(before)


def test_drift_is_put_right(ovn: Ovn) -> None:
    ovn.apply(topologies.WHOLE)
    rows = ovn.rows()
    ovn.nbctl("lsp-set-addresses", "vm1", "unknown", "--", "lrp-del", "lr0-sw1", "--", "lr-nat-del", "lr0", "snat")
    ovn.nbctl(
        "set", "ACL", ovn.nbctl("--bare", "--columns=_uuid", "find", "ACL", "action=drop").strip(), "action=allow"
    )
    result = ovn.apply(topologies.WHOLE)
    assert result["operations"] == {
        "ACL": EDIT,
        "Logical_Router": EDIT,
        "Logical_Router_Port": NEW,
        "Logical_Switch_Port": EDIT,
        "NAT": NEW,
    }
    assert len(ovn.rows()) == len(rows)
    assert ovn.apply(topologies.WHOLE)["changed"] is False


def test_what_others_made_is_left_alone(ovn: Ovn) -> None:
    ovn.nbctl("ls-add", "theirs", "--", "lsp-add", "theirs", "their-port", "--", "lr-add", "their-router")
    ovn.apply({"switches": [{"name": "other"}]}, lab="other")
    ovn.apply(topologies.WHOLE)
    ovn.nbctl("lsp-add", "sw0", "guest", "--", "lb-add", "their-lb", "10.9.9.9:80", "10.9.9.8:80")
    ovn.nbctl("ls-lb-add", "sw0", "their-lb", "--", "set", "Logical_Switch", "sw0", "other_config:mcast_snoop=true")
    ovn.nbctl("set", "Logical_Switch_Port", "vm1", "options:requested-chassis=chassis3", "external_ids:note=x")
    rows = ovn.rows()
    assert ovn.apply(topologies.WHOLE)["changed"] is False

    ovn.apply(topologies.changed((("load_balancers", 0), None), ((*SW0, "ports", 0, "addresses"), ["10.10.10.5"])))
    assert ovn.nbctl("--bare", "get", "Logical_Switch", "sw0", "other_config:mcast_snoop").strip() == '"true"'
    assert "their-lb" in ovn.nbctl("ls-lb-list", "sw0") and "(guest)" in ovn.nbctl("lsp-list", "sw0")
    assert "chassis3" in ovn.nbctl("get", "Logical_Switch_Port", "vm1", "options:requested-chassis")
    assert ovn.nbctl("get", "Logical_Switch_Port", "vm1", "external_ids:note").strip() == "x"

    refused = ovn.run(state="absent")
    assert refused["problems"] == [
        "Logical switch sw0 holds ports that are not of lab test and would go away with it: remove them first."
    ]
    ovn.nbctl("lsp-del", "guest")
    assert ovn.run(state="absent")["changed"] is True
    left = {columns["name"] for columns in ovn.rows().values()}
    assert left == {"theirs", "their-port", "their-router", "their-lb", "other"}
    theirs = {key for key, columns in rows.items() if str(columns.get("name")) in left}
    assert {key: rows[key] for key in theirs} == ovn.rows()


@pytest.mark.parametrize(
    ("commands", "sentence"),
    [
        ("ls-add sw0", "Logical switch sw0 is there already and belongs to no lab"),
        ("ls-add x -- lsp-add x vm1", "Logical switch port vm1 is there already and belongs to no lab"),
        ("lr-add lr0", "Logical router lr0 is there already"),
        ("lr-add x -- lrp-add x lr0-sw0 00:00:00:00:00:01 10.0.0.1/24", "Logical router port lr0-sw0 is there already"),
        ("create Address_Set name=as_admins", "Address set as_admins is there already"),
        ("create Port_Group name=pg_web", "Port group pg_web is there already"),
        ("ha-chassis-group-add gateways", "HA chassis group gateways is there already"),
        ("lb-add lb0 1.1.1.1 2.2.2.2", "Load balancer lb0 is there already"),
        (
            "create Logical_Switch name=sw0 external_ids:packetwalk_lab=other",
            "Logical switch sw0 is there already and belongs to lab other",
        ),
    ],
)
def test_a_name_of_others_is_refused(ovn: Ovn, commands: str, sentence: str) -> None:
    ovn.nbctl(*commands.split())
    rows = ovn.rows()
    result = ovn.run(topologies.WHOLE)
    assert result["failed"] and result["msg"].startswith(sentence)
    assert ovn.rows() == rows


@pytest.mark.parametrize(
    ("match", "sentence"),
    [
        ("bogus.field == 1", "OVN refuses it: Syntax error at `bogus.field' expecting field name."),
        ("tcp.dst == 70000", "OVN refuses it: 17-bit constant is not compatible with 16-bit field tcp.dst."),
        ("ip4 && (tcp", "OVN refuses it: Syntax error at end of input expecting `)'."),
        ("ip4.src == $as_none", "OVN refuses it: Syntax error at `$as_none' expecting address set name."),
        ("outport == @pg_none", "OVN refuses it: Syntax error at `@pg_none' expecting port group name."),
        ('outport == "vm9"', "there is no logical port vm9."),
    ],
)
def test_an_expression_is_refused(ovn: Ovn, match: str, sentence: str) -> None:
    result = ovn.run(topologies.changed((("acls", 0, "match"), match)))
    assert result["msg"] == f"ACL {match}: {sentence}" and result["problems"] == [result["msg"]]
    assert ovn.rows() == {}


def test_an_expression_may_use_what_others_made_and_what_northd_makes(ovn: Ovn) -> None:
    ovn.nbctl("create", "Address_Set", "name=theirs", "--", "ls-add", "x", "--", "lsp-add", "x", "their-port")
    match = 'ip4.src == $theirs || ip4.src == $pg_web_ip4 || inport == {"their-port", "vm1"}'
    assert ovn.apply(topologies.changed((("acls", 0, "match"), match)))["changed"] is True


def test_an_address_set_that_goes_can_no_longer_be_used(ovn: Ovn) -> None:
    ovn.apply(topologies.WHOLE)
    result = ovn.run(topologies.changed((("address_sets", 0), None)))
    assert "expecting address set name" in result["msg"]


def test_without_the_tools_it_warns(ovn: Ovn, monkeypatch: pytest.MonkeyPatch) -> None:
    # Where other tests have loaded the controller's side, warnings go to its terminal and not into the result.
    warnings: list[str] = []
    monkeypatch.setattr(AnsibleModule, "warn", lambda module, warning: warnings.append(warning))
    monkeypatch.setattr(_ovn_expressions, "find", lambda command: None)
    result = ovn.apply(topologies.changed((("acls", 0, "match"), "bogus")))
    assert result["changed"] is True
    assert warnings == ["Expressions of ACLs were not checked, as OVN could not be asked: there is no ovn-trace here."]


def test_chassis_have_to_be_there(ovn: Ovn) -> None:
    ovn.sbctl("chassis-add", "chassis1", "geneve", "127.0.0.1")
    ovn.sbctl("set", "Chassis", "chassis1", "other_config:ovn-bridge-mappings=extnet:br-ex")
    refused = ovn.run(topologies.WHOLE, southbound=ovn.southbound)
    assert refused["problems"] == [
        "Router port lr0-public: there is no chassis chassis2, the southbound database has chassis1.",
        "HA chassis group gateways: there is no chassis chassis2, the southbound database has chassis1.",
    ]
    ovn.sbctl("chassis-add", "chassis2", "geneve", "127.0.0.2")
    refused = ovn.run(topologies.WHOLE, southbound=ovn.southbound)
    assert refused["msg"] == (
        "Router port lr0-public: chassis chassis2 has no bridge mapping for the network extnet of switch public."
    )
    assert ovn.rows() == {}
    ovn.sbctl("set", "Chassis", "chassis2", "other_config:ovn-bridge-mappings=extnet:br-ex")
    assert ovn.apply(topologies.WHOLE, southbound=ovn.southbound)["changed"] is True


def configuration(ovn: Ovn) -> list[int]:
    """Return what is asked for, translated and carried out, as numbers."""
    return [int(ovn.nbctl("get", "NB_Global", ".", counter)) for counter in ("nb_cfg", "sb_cfg", "hv_cfg")]


def test_a_change_is_a_configuration_of_its_own(ovn: Ovn) -> None:
    (before, *_rest) = configuration(ovn)
    ovn.apply(topologies.WHOLE)
    # Without a chassis northd has nobody to wait for.
    assert configuration(ovn) == [before + 1] * 3
    ovn.apply(topologies.WHOLE)
    ovn.run({}, check=True)
    assert configuration(ovn) == [before + 1] * 3
    assert ovn.run(state="absent")["changed"] is True
    assert configuration(ovn) == [before + 2] * 3


def test_it_waits_until_all_chassis_have_carried_it_out(ovn: Ovn) -> None:
    for number, name in enumerate(("chassis1", "chassis2"), 1):
        ovn.sbctl("chassis-add", name, "geneve", f"127.0.0.{number}")
        ovn.sbctl("set", "Chassis", name, "other_config:ovn-bridge-mappings=extnet:br-ex")
        ovn.sbctl("create", "Chassis_Private", f"name={name}")
    arguments = {"southbound": ovn.southbound, "wait": "chassis", "wait_seconds": 0.5}
    late = ovn.run(topologies.WHOLE, **arguments)
    assert (late["failed"], late["changed"], late["behind"]) == (True, True, ["chassis1", "chassis2"])
    assert late["msg"] == (
        "The northbound database is as desired, but chassis1, chassis2 did not carry it out within 0.5 seconds. "
        "Look at ovn-controller there, or remove a chassis that is gone with ovn-sbctl chassis-del."
    )
    assert ovn.rows()
    (wanted, *_rest) = configuration(ovn)
    ovn.sbctl("set", "Chassis_Private", "chassis2", f"nb_cfg={wanted}")
    again = ovn.run(topologies.WHOLE, **arguments)
    assert (again["changed"], again["behind"]) == (False, ["chassis1"])
    assert ovn.apply(topologies.WHOLE, **{**arguments, "wait": "none"})["changed"] is False
    assert ovn.run(topologies.WHOLE, check=True, **arguments)["changed"] is False
    ovn.sbctl("set", "Chassis_Private", "chassis1", f"nb_cfg={wanted}")
    assert ovn.apply(topologies.WHOLE, **{**arguments, "wait_seconds": 30})["changed"] is False
    assert configuration(ovn) == [wanted] * 3


def test_it_waits_for_northd(ovn: Ovn) -> None:
    # Not by its own "pause": after "resume" it now and then waits for ever for the lock that it gave up.
    northd = ovn.daemons.processes["northd"]
    northd.send_signal(signal.SIGSTOP)
    try:
        late = ovn.run(topologies.WHOLE, wait_seconds=0.5)
        assert (late["changed"], late["behind"]) == (True, ["ovn-northd"])
        assert late["msg"] == (
            "The northbound database is as desired, but ovn-northd did not carry it out within 0.5 seconds. "
            "Look whether it runs, and at its log."
        )
        assert ovn.apply({}, wait="none")["changed"] is True
    finally:
        northd.send_signal(signal.SIGCONT)
    assert ovn.apply({})["changed"] is False


def test_who_is_late_cannot_be_found_out(ovn: Ovn) -> None:
    opened: list[str] = []
    client = ovn_topology._client

    def second_time_nowhere(options: dict[str, Any], remotes: str, database: str) -> Any:
        opened.append(database)
        gone = opened.count("OVN_Southbound") == 2
        return client(options, "unix:/nowhere/sb.sock" if gone else remotes, database)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ovn_topology, "_client", second_time_nowhere)
        result = ovn.run({"switches": [{"name": "sw0"}]}, southbound=ovn.southbound, wait="chassis")
    assert (result["failed"], result["changed"]) == (True, True)
    assert result["msg"] == (
        "The northbound database is as desired, but whether OVN has carried it out could not be found out: "
        "unix:/nowhere/sb.sock: there is no such socket."
    )


@pytest.mark.parametrize(
    ("before", "meanwhile", "topology"),
    [
        (topologies.WHOLE, "lsp-set-addresses vm2 unknown", topologies.changed(((*VM2, "addresses"), ["10.10.10.7"]))),
        (topologies.WHOLE, "lsp-set-addresses vm2 unknown", {}),
        ({}, "ls-add sw0", topologies.WHOLE),
        ({}, "create DNS external_ids:packetwalk_lab=test external_ids:packetwalk_object=sw0", topologies.WHOLE),
    ],
)
def test_what_changes_meanwhile_ends_it(
    ovn: Ovn, monkeypatch: pytest.MonkeyPatch, before: Any, meanwhile: str, topology: Any
) -> None:
    ovn.apply(before)
    plan = _ovn_transaction.plan
    seen = []

    def late(*arguments: Any) -> Any:
        ready = plan(*arguments)
        ovn.nbctl(*meanwhile.split())
        seen.append(ovn.rows())
        return ready

    monkeypatch.setattr(_ovn_transaction, "plan", late)
    result = ovn.run(topology)
    assert result["msg"] == (
        "Rows of lab test were changed by somebody else at the same time: nothing was done. Run it again."
    )
    assert ovn.rows() == seen[0]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({"northbound": "unix:/nowhere/nb.sock"}, "The topology was not applied: unix:/nowhere/nb.sock: there is no"),
        ({"northbound": "nb"}, "The topology was not applied: 'nb' is not unix:PATH"),
        ({"topology": {"acls": [{"direction": "to-lport", "priority": 1, "match": "ip", "action": "drop"}]}}, "one of"),
        ({"topology": {"switches": [{"name": "a", "localnet": {}}]}}, "missing required arguments: network"),
        ({"topology": None}, "Give a topology, or state=absent"),
        ({"wait": "chassis"}, "wait is chassis but all of the following are missing: southbound"),
        (
            {"topology": topologies.changed(((*VM1, "mac"), "50"))},
            "Port vm1: '50' does not appear to be a MAC address.",
        ),
    ],
)
def test_refused(capsys: pytest.CaptureFixture[str], arguments: dict[str, Any], sentence: str) -> None:
    given = {"lab": "test", "northbound": "unix:/nowhere/nb.sock", "topology": {}, **arguments}
    with patch_module_args(given), pytest.raises(SystemExit):
        ovn_topology.main()
    result = json.loads(capsys.readouterr().out)
    assert result["failed"] and sentence in result["msg"]
