# SPDX-License-Identifier: GPL-3.0-or-later
"""``show version`` of FRR and of OpenSwitch."""

from __future__ import annotations

import pytest
from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._errors import ParseError
from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._vtysh_version import parse_version


@pytest.mark.parametrize(
    ("text", "flavour", "version"),
    [
        ("FRRouting 8.4.4 (vm) on Linux(6.18.44).\nCopyright 1996-2005 Kunihiro Ishiguro, et al.\n", "frr", "8.4.4"),
        ("OpenSwitch 0.4.0 (Build: genericx86-64-ops-0.4.0)\n", "openswitch", "0.4.0"),
    ],
)
def test_versions(text: str, flavour: str, version: str) -> None:
    assert parse_version(text) == {"flavour": flavour, "version": version}


@pytest.mark.parametrize("text", ["", "Quagga 0.99.24\n", "sh: 1: vtysh: not found\n"])
def test_malformed(text: str) -> None:
    with pytest.raises(ParseError, match="show version: cannot read"):
        parse_version(text)
