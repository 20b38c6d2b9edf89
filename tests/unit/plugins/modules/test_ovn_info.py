# SPDX-License-Identifier: GPL-3.0-or-later
"""The modules ovn_info and ovs_info as Ansible starts them, on real daemons."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any, Iterator

import pytest
import yaml
from ansible.module_utils.testing import patch_module_args
from ansible_collections.packetwalk.labs.plugins.modules import ovn_info, ovs_info

sys.path.insert(0, str(Path(__file__).parents[1] / "module_utils" / "_probing"))
import ovn_daemons  # noqa: E402
import ovn_topology  # noqa: E402

needs_daemons = pytest.mark.skipif(bool(ovn_daemons.missing()), reason=ovn_daemons.missing() or "all is there")


@pytest.fixture(scope="module")
def remotes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    with ovn_daemons.ovn(tmp_path_factory.mktemp("ovn")) as started:
        ovn_topology.build(started)
        yield {"northbound": started.environment["OVN_NB_DB"], "southbound": started.environment["OVN_SB_DB"]}


def run(module: Any, capsys: pytest.CaptureFixture[str], **arguments: Any) -> dict[str, Any]:
    with patch_module_args(arguments), pytest.raises(SystemExit):
        module.main()
    return json.loads(capsys.readouterr().out)


@needs_daemons
@pytest.mark.parametrize("check_mode", [False, True])
def test_it_returns_all_but_flows_and_servers_and_changes_nothing(
    remotes: dict[str, str], capsys: pytest.CaptureFixture[str], check_mode: bool
) -> None:
    result = run(ovn_info, capsys, _ansible_check_mode=check_mode, **remotes)
    assert result["changed"] is False
    assert set(result["northbound"]) == {
        *("switches", "routers", "acls", "nats", "load_balancers"),
        *("port_groups", "address_sets", "dhcp_options", "dns", "ha_chassis_groups", "settings"),
    }
    assert set(result["southbound"]) == {"chassis", "datapaths", "port_bindings", "gateways", "mac_bindings"}
    assert result["lag"]["nb_cfg"] == result["lag"]["sb_cfg"]


@needs_daemons
def test_two_readings_are_the_same(remotes: dict[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    subset = ["topology", "acls", "nats", "chassis", "bindings", "gateways", "flows", "mac_bindings"]
    once, again = (run(ovn_info, capsys, subset=subset, **remotes) for _time in range(2))
    assert once == again


@needs_daemons
@pytest.mark.parametrize(
    ("subset", "keys"),
    [
        (["flows"], {"southbound"}),
        (["nats"], {"northbound"}),
        (["lag"], {"lag"}),
        (["cluster"], {"northbound", "southbound"}),
        (["cluster", "chassis"], {"northbound", "southbound"}),
    ],
)
def test_only_what_was_asked_for_is_returned(
    remotes: dict[str, str], capsys: pytest.CaptureFixture[str], subset: list[str], keys: set[str]
) -> None:
    result = run(ovn_info, capsys, subset=subset, **remotes)
    # Warnings may be those of another module that ran in this process.
    assert set(result) - {"changed", "invocation", "warnings"} == keys


@needs_daemons
def test_a_database_that_is_not_asked_need_not_be_there(
    remotes: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = {**remotes, "northbound": "unix:/nowhere.sock"}
    result = run(ovn_info, capsys, subset=["flows"], datapaths=["sw0"], **arguments)
    assert {flow["datapath"] for flow in result["southbound"]["logical_flows"]} == {"sw0"}
    result = run(ovn_info, capsys, subset=["cluster"], **arguments)
    assert result["northbound"]["cluster"][0]["reason"] == "unix:/nowhere.sock: there is no such socket"
    assert result["southbound"]["cluster"][0]["leader"] is True


@needs_daemons
def test_a_datapath_that_there_is_not(remotes: dict[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    result = run(ovn_info, capsys, datapaths=["sw0", "nowhere"], **remotes)
    assert result["failed"]
    assert result["msg"] == "Cannot read OVN: there is no logical switch and no logical router nowhere."


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"northbound": "unix:/nowhere.sock"}, "Cannot read OVN: unix:/nowhere.sock: there is no such socket."),
        ({"northbound": "/nowhere.sock"}, "Cannot read OVN: '/nowhere.sock' is not unix:PATH, tcp:HOST:PORT or"),
        ({"subset": ["weather"]}, "value of subset must be one or more of"),
        ({"certificate": "/cert.pem"}, "parameters are required together: certificate, private_key"),
    ],
)
def test_what_cannot_be_is_said_in_a_sentence(
    capsys: pytest.CaptureFixture[str], arguments: dict[str, Any], said: str
) -> None:
    result = run(ovn_info, capsys, **arguments)
    assert result["failed"] and said in result["msg"]


@needs_daemons
def test_no_key_is_the_name_of_a_dictionary_method(remotes: dict[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    result = run(ovn_info, capsys, subset=["topology", "acls", "nats", "bindings", "gateways", "cluster"], **remotes)
    assert not set(_keys(result["northbound"])).union(_keys(result["southbound"])) & set(dir(dict))


def _keys(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        yield from part
    for each in part.values() if isinstance(part, dict) else part if isinstance(part, list) else ():
        yield from _keys(each)


def undocumented(part: Any, documented: dict[str, Any], path: str = "") -> Iterator[str]:
    """Where what was returned and what is documented differ; keys that are not always returned may be absent."""
    for row in part if isinstance(part, list) else [part]:
        if row is None:
            continue
        always = {key for key, described in documented.items() if described["returned"] == "always"}
        yield from (f"{path}.{key} is not documented" for key in set(row) - set(documented))
        yield from (f"{path}.{key} is not returned" for key in always - set(row))
        for key, described in documented.items():
            if "contains" in described and key in row:
                yield from undocumented(row[key], described["contains"], f"{path}.{key}")


@needs_daemons
def test_what_is_returned_is_what_is_documented(remotes: dict[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    parts = yaml.safe_load(ovn_info.DOCUMENTATION)["options"]["subset"]["choices"]
    result = run(ovn_info, capsys, subset=parts, **remotes)
    returned = {key: result[key] for key in ("northbound", "southbound", "lag")}
    assert list(undocumented(returned, yaml.safe_load(ovn_info.RETURN))) == []
    # Every list has a row, so every key was looked at.
    assert all(returned["northbound"].values()) and all(returned["southbound"].values())


@needs_daemons
@pytest.mark.parametrize("check_mode", [False, True])
def test_a_switch_is_read_and_nothing_is_changed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], check_mode: bool
) -> None:
    with ovn_daemons.open_vswitch(tmp_path) as started:
        started.run("ovs-vsctl", "--timeout=30", "add-br", "br-int")
        subset = ["bridges", "openflow", "datapath_flows", "conntrack"]
        arguments = {"run_directory": str(tmp_path), "subset": subset, "_ansible_check_mode": check_mode}
        result = run(ovs_info, capsys, openflow_filter={"table": 0}, **arguments)
    assert result["changed"] is False
    assert not [key for key in _keys(result["ovs"]) if key.endswith("_reason")]
    assert [bridge["name"] for bridge in result["ovs"]["bridges"]] == ["br-int"]
    assert len(result["ovs"]["openflow"][0]["flows"]) == 1
    assert result["ovs"]["conntrack"] == [{"datapath": "system@ovs-system", "connections": []}]
    assert not set(_keys(result["ovs"])) & set(dir(dict))
    assert list(undocumented({"ovs": result["ovs"]}, yaml.safe_load(ovs_info.RETURN))) == []


def test_a_switch_that_is_not_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    result = run(ovs_info, capsys, run_directory=str(tmp_path))
    assert result["failed"]
    assert result["msg"] == f"Cannot read Open vSwitch: unix:{tmp_path}/db.sock: there is no such socket."
