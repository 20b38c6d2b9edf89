# SPDX-License-Identifier: GPL-3.0-or-later
"""Which capabilities a bounding set lacks."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._capabilities import NAMES, missing
from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._errors import ParseError

# The lines around it in /proc/<pid>/status of a container on Linux 6.1.
STATUS = (
    "SigCgt:\t0000000000000002\nCapInh:\t0000000000000000\nCapPrm:\t{0}\nCapEff:\t{0}\nCapBnd:\t{0}\nCapAmb:\t{1}\n"
)
NOTHING = "0000000000000000"

# What a container of Docker 20.10 gets when it asks for nothing.
DOCKER_DEFAULT = {
    *("CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "KILL", "SETGID", "SETUID", "SETPCAP", "NET_BIND_SERVICE"),
    *("NET_RAW", "SYS_CHROOT", "MKNOD", "AUDIT_WRITE", "SETFCAP"),
}


@pytest.mark.parametrize(
    ("bounding", "expected"),
    [
        ("000001ffffffffff", []),
        ("000001fffeffffff", ["SYS_RESOURCE"]),
        ("00000000a80425fb", [name for name in NAMES if name not in DOCKER_DEFAULT]),
        # Linux 5.8 and older know nothing of CHECKPOINT_RESTORE.
        ("000000ffffffffff", ["CHECKPOINT_RESTORE"]),
        # A newer kernel has more than we know of.
        ("0000ffffffffffff", []),
        (NOTHING, NAMES),
    ],
)
def test_what_the_bounding_set_lacks(bounding: str, expected: list[str]) -> None:
    assert missing(STATUS.format(bounding, NOTHING)) == expected


def test_it_is_the_bounding_set_that_counts() -> None:
    status = STATUS.format("000001ffffffffff", NOTHING).replace("CapEff:\t000001ffffffffff", f"CapEff:\t{NOTHING}")
    assert missing(status) == []


def test_the_status_of_a_real_process() -> None:
    text = Path("/proc/self/status").read_text(encoding="utf-8")
    bounding = int(re.findall(r"^CapBnd:\s*([0-9a-f]+)$", text, re.MULTILINE)[0], 16)
    lacking = missing(text)
    assert [bounding >> NAMES.index(name) & 1 for name in lacking] == [0] * len(lacking)
    assert len(lacking) == sum(not bounding >> bit & 1 for bit in range(len(NAMES)))


@pytest.mark.parametrize(
    ("status", "line"),
    [
        ("", "expected a line that starts with CapBnd"),
        ("Name:\tcat\nCapEff:\t000001ffffffffff\n", "expected a line that starts with CapBnd"),
        ("Name:\tcat\nCapBnd:\t\n", "expected a hexadecimal capability set"),
        ("Name:\tcat\nCapBnd:\t0000not0hex0\n", "expected a hexadecimal capability set"),
        ("Name:\tcat\nCapBnd", "expected a line that starts with CapBnd"),
    ],
)
def test_a_status_that_is_none_is_an_error(status: str, line: str) -> None:
    with pytest.raises(ParseError, match=line) as error:
        missing(status)
    assert "/proc/self/status" in str(error.value)
