# SPDX-License-Identifier: GPL-3.0-or-later
"""The objects that were there when the refusals of tests/recordings/contiv were recorded, and modules run on them."""

from __future__ import annotations

import importlib
import json
from pathlib import Path
from typing import Any

import isolation
from netmaster_double import NetmasterDouble
from netmaster_recordings import recording, tutorial

OBJECTS = (
    "create-tenant",
    "create-tenant-with-key-field",
    "create-network-minimal",
    "create-network-full",
    "create-network-infra",
    "create-network-vxlan-tag",
    "create-policy",
    "create-epg",
    "create-epg-ippool",
    "create-rule-deny-in",
    "create-rule-allow-port",
    "create-rule-out",
    "create-appprofile",
    "create-servicelb",
    "create-bgp",
)


def make(double: NetmasterDouble) -> None:
    """The tutorial's objects, and those of the tenant green."""
    tutorial(double)
    for name in OBJECTS:
        request = recording(f"rest/{name}")["request"]
        plural, key = request["path"].split("/")[3:5]
        double.objects.write(plural, key, json.dumps(request["body"]))


def run(module_name: str, double: NetmasterDouble, check: bool = False, **options: Any) -> dict[str, Any]:
    """What a module returns, for a machine without Docker unless a socket is given."""
    module = importlib.import_module(f"ansible_collections.packetwalk.labs.plugins.modules.{module_name}")
    return isolation.run(module, check, url=double.url, **options)


def without_docker(tmp_path: Path) -> dict[str, str]:
    return {"docker_socket": str(tmp_path / "none.sock")}
