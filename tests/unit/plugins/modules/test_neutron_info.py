# SPDX-License-Identifier: GPL-3.0-or-later
"""neutron_info as Ansible starts it, on a double of a cloud that answers over HTTP."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any, Iterator

import pytest
from ansible.module_utils.testing import patch_module_args

pytest.importorskip("openstack")

from ansible_collections.packetwalk.labs.plugins.module_utils._parsing import _neutron  # noqa: E402
from ansible_collections.packetwalk.labs.plugins.modules import neutron_info  # noqa: E402

sys.path.insert(0, str(Path(__file__).parent))
from cloud_double import PASSWORD, CloudDouble, recorded  # noqa: E402


@pytest.fixture
def cloud(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[CloudDouble]:
    # No clouds.yaml of the user is found.
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("OS_CLIENT_CONFIG_FILE", str(tmp_path / "clouds.yaml"))
    with CloudDouble() as double:
        yield double


def run(capsys: pytest.CaptureFixture[str], **arguments: Any) -> dict[str, Any]:
    with patch_module_args(arguments), pytest.raises(SystemExit):
        neutron_info.main()
    result: dict[str, Any] = json.loads(capsys.readouterr().out)
    return result


@pytest.mark.parametrize("check_mode", [False, True])
def test_it_is_what_openstacksdk_printed_of_the_same_cloud(
    cloud: CloudDouble, capsys: pytest.CaptureFixture[str], check_mode: bool
) -> None:
    result = run(capsys, auth=cloud.auth, _ansible_check_mode=check_mode)
    assert result["changed"] is False
    printed = {key: recorded(key) for key in _neutron.KINDS}
    assert result["neutron"] == _neutron.neutron(printed, {}, {})


def test_only_what_is_needed_is_asked_for(cloud: CloudDouble, capsys: pytest.CaptureFixture[str]) -> None:
    run(capsys, auth=cloud.auth)
    assert sorted(cloud.paths()) == [
        *("/v2.0/agents", "/v2.0/extensions/l3_agent_scheduler", "/v2.0/floatingips", "/v2.0/networks"),
        *("/v2.0/ports", "/v2.0/routers"),
        *("/v2.0/security-groups", "/v2.0/subnets", "/v2.1/os-services", "/v2.1/servers/detail"),
    ]
    (ports,) = [path for path in cloud.requests if path.startswith("/v2.0/ports?")]
    assert "fields=binding%3Ahost_id" in ports and "binding%3Aprofile" not in ports
    assert [path for path in cloud.requests if path.startswith("/v2.1/servers/")] == [
        "/v2.1/servers/detail?all_tenants=1"
    ]


def test_all_pages_are_read(cloud: CloudDouble, capsys: pytest.CaptureFixture[str]) -> None:
    whole = run(capsys, auth=cloud.auth)["neutron"]
    cloud.page = 2
    cloud.requests.clear()
    assert run(capsys, auth=cloud.auth)["neutron"] == whole
    assert cloud.paths().count("/v2.0/ports") == 4


def test_who_may_have_the_gateway(cloud: CloudDouble, capsys: pytest.CaptureFixture[str]) -> None:
    cloud.gateway_hosts = [{"host": "c2", "ha_chassis_priority": 2}, {"host": "c1", "ha_chassis_priority": 3}]
    (router,) = run(capsys, auth=cloud.auth)["neutron"]["routers"]
    assert router["gateway_hosts"] == [{"host": "c1", "priority": 3}, {"host": "c2", "priority": 2}]


def test_a_cloud_without_nova(cloud: CloudDouble, capsys: pytest.CaptureFixture[str]) -> None:
    del cloud.services["compute"]
    told = run(capsys, auth=cloud.auth)["neutron"]
    assert (told["servers"], told["compute_services"]) == (None, None)
    assert told["servers_reason"] == (
        "the catalog of the credentials has no address of a service compute; check region_name and interface"
    )
    assert len(told["ports"]) == 7


def test_nova_that_does_not_run(cloud: CloudDouble, capsys: pytest.CaptureFixture[str]) -> None:
    cloud.services["compute"] = "http://127.0.0.1:1/v2.1"
    told = run(capsys, auth=cloud.auth)["neutron"]
    assert (told["servers"], told["servers_reason"]) == (
        None,
        "the service compute at http://127.0.0.1:1 cannot be reached (Connection refused); "
        "check that it runs, and its address in the catalog",
    )


def test_what_is_kept_from_this_user(cloud: CloudDouble, capsys: pytest.CaptureFixture[str]) -> None:
    cloud.refused = {"/v2.1/servers/detail": 403, "/v2.1/os-services": 503, "/v2.0/agents": 403}
    told = run(capsys, auth=cloud.auth)["neutron"]
    assert [told[key] for key in ("agents", "servers", "compute_services")] == [None] * 3
    assert told["agents_reason"].startswith("GET /agents of the service network is answered with 403: ")
    assert told["servers_reason"].startswith("GET /servers/detail of the service compute is answered with 403: ")
    assert told["compute_services_reason"].startswith("GET /os-services of the service compute is answered with 503: ")


def test_what_is_no_secret_is_not_hidden(cloud: CloudDouble, capsys: pytest.CaptureFixture[str]) -> None:
    cloud.collections["networks"][0]["name"] = "admin-Default"
    result = run(capsys, auth=cloud.auth)
    assert "admin-Default" in [row["name"] for row in result["neutron"]["networks"]]
    assert PASSWORD not in json.dumps(result)


def test_clouds_yaml(cloud: CloudDouble, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    (tmp_path / "clouds.yaml").write_text(json.dumps({"clouds": {"here": {"auth": cloud.auth}}}))
    assert run(capsys, cloud="here")["neutron"]["routers"][0]["name"] == "router1"
    assert run(capsys, cloud="nowhere")["msg"] == (
        "Cannot read the cloud: Cloud nowhere was not found; the clouds of clouds.yaml are: here."
    )


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        (
            {"password": "wrong"},
            "Cannot read the cloud: Keystone refuses the credentials (The request you have made requires",
        ),
        (
            {"auth_url": "http://127.0.0.1:1/v3"},
            "Cannot read the cloud: Keystone at http://127.0.0.1:1 cannot be reached (Connection refused); "
            "check that it runs, and auth_url.",
        ),
        ({"auth_url": "http://nowhere.invalid:5000/v3"}, "Keystone at http://nowhere.invalid:5000 cannot be reached ("),
        ({"auth_url": "nowhere"}, "auth_url of the credentials is no address of Keystone; give one with http://"),
        ({"auth_url": None}, "auth_url; give it in auth, or name a cloud of clouds.yaml in cloud."),
        ({"password": None}, "password is a required attribute; give it in auth, or name a cloud"),
    ],
)
def test_what_cannot_be_is_said_in_a_sentence(
    cloud: CloudDouble, capsys: pytest.CaptureFixture[str], changed: dict[str, Any], said: str
) -> None:
    result = run(capsys, auth={**cloud.auth, **changed})
    assert result["failed"] and said in result["msg"]
    assert "\n" not in result["msg"]


@pytest.mark.parametrize(
    ("arrange", "said"),
    [
        (
            lambda cloud: cloud.services.pop("network"),
            "Cannot read the cloud: the catalog of the credentials has no address of a service network; "
            "check region_name and interface.",
        ),
        (
            lambda cloud: cloud.refused.update({"/v2.0/ports": 500}),
            "Cannot read the cloud: GET /ports of the service network is answered with 500: ",
        ),
        (
            lambda cloud: cloud.collections["ports"][0].pop("mac_address"),
            "Cannot read the cloud: GET /ports: cannot read its output: 06d3996d-385d-4ce0-b32e-d0e7febacc83 has no "
            "mac_address.",
        ),
    ],
)
def test_without_neutron_it_fails(
    cloud: CloudDouble, capsys: pytest.CaptureFixture[str], arrange: Any, said: str
) -> None:
    arrange(cloud)
    result = run(capsys, auth=cloud.auth)
    assert result["failed"] and result["msg"].startswith(said)


def test_without_openstacksdk_it_says_which_library_is_missing(tmp_path: Path) -> None:
    (tmp_path / "openstack.py").write_text("raise ImportError('not here')\n")
    script = (
        "from ansible.module_utils.testing import patch_module_args\n"
        "from ansible_collections.packetwalk.labs.plugins.modules import neutron_info\n"
        "with patch_module_args({'cloud': 'any'}): neutron_info.main()\n"
    )
    root = Path(neutron_info.__file__).parents[5]
    finished = subprocess.run(
        [sys.executable, "-c", f"import sys; sys.path[:0] = [{str(tmp_path)!r}, {str(root)!r}]\n{script}"],
        capture_output=True,
        text=True,
        check=False,
    )
    result = json.loads(finished.stdout)
    assert result["failed"] and "Failed to import the required Python library (openstacksdk)" in result["msg"]
