# SPDX-License-Identifier: GPL-3.0-or-later
"""What the role of packstack refuses before it looks at answers, with the sentence."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from role_checks import Variables, check  # noqa: E402


def host(name: str, number: int, distribution: str = "CentOS", version: str = "9", **more: Any) -> Variables:
    facts = {
        "os_family": "Debian" if distribution == "Debian" else "RedHat",
        "distribution": distribution,
        "distribution_version": version,
        "distribution_major_version": version.split(".")[0],
    }
    return {"packstack_seen": {"name": name, "address": f"192.0.2.{number}", "facts": facts}, **more}


CONTROLLER = {"controller": host("controller", 1)}


@pytest.mark.parametrize(
    ("controllers", "computes", "refused", "sentences"),
    [
        pytest.param(CONTROLLER, CONTROLLER, [], [], id="all on one host"),
        pytest.param(
            CONTROLLER,
            {
                "compute1": host("compute1", 2, "Rocky", "9.6"),
                "compute2": host("compute2", 3, "Debian", "12"),
                "compute3": host("compute3", 4, "RedHat", "10.1"),
                "compute4": host("compute4", 5, packstack_series="pike"),
                "compute5": host("compute5", 6, "RedHat", "10.1", packstack_supported={"10": ["epoxy"]}),
            },
            ["compute2", "compute3", "compute4"],
            [
                "packstack runs on Enterprise Linux only, and compute2 is Debian 12. Use the role openstack_embedded "
                "there",
                "compute3 is RedHat 10.1, but RDO has packstack for Enterprise Linux 9 only.",
                "packstack_series is pike, but for Enterprise Linux 9 RDO has zed, antelope, bobcat, caracal, "
                "dalmatian, epoxy. Set it to one of them.",
            ],
            id="systems",
        ),
        pytest.param(
            {**CONTROLLER, "other": host("other", 3)},
            {},
            ["controller", "other"],
            [
                "The group packstack_controller has controller, other, but packstack builds clouds with one "
                "controller.",
                "The group packstack_computes has no host, so that no instance could run.",
            ],
            id="groups",
        ),
        pytest.param(
            CONTROLLER,
            {"compute1": host("compute1", 1)},
            ["controller", "compute1"],
            ["Two hosts of the group packstack have the same packstack_address (192.0.2.1, 192.0.2.1)."],
            id="addresses",
        ),
    ],
)
def test_check(
    tmp_path: Path,
    controllers: dict[str, Variables],
    computes: dict[str, Variables],
    refused: list[str],
    sentences: list[str],
) -> None:
    groups = {
        "packstack_controller": controllers,
        "packstack_computes": computes,
        "packstack": {**controllers, **computes},
    }
    shown, passed = check("packstack", groups, tmp_path)
    assert passed == {name: name not in refused for name in groups["packstack"]}
    assert [sentence for sentence in sentences if sentence not in shown] == []
