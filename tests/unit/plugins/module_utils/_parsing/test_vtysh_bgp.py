# SPDX-License-Identifier: GPL-3.0-or-later
"""The table of BGP of FRR 8.4 and of OpenSwitch."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._errors import ParseError
from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._vtysh_bgp import parse_table, parse_table_json

RECORDINGS = Path(__file__).parents[4] / "recordings" / "openswitch-on-frr"
SWITCHES = ("ops1", "ops2", "ops3", "many-kinds")
FRR = (RECORDINGS / "many-kinds.show-ip-bgp.txt").read_text()
# As the OpenSwitch article shows it, and as the columns of its vtysh are.
HEADER = """Status codes: s suppressed, d damped, h history, * valid, > best, = multipath,
              i internal, S Stale, R Removed
Origin codes: i - IGP, e - EGP, ? - incomplete

Local router-id 192.168.101.1
   Network          Next Hop            Metric LocPrf Weight Path
"""
ARTICLE = (
    HEADER
    + """*> 192.168.101.0/24 0.0.0.0                  0      0  32768 i
*> 192.168.102.0/24 192.168.101.2            0      0  32768 65002 65003 i
Total number of entries 2
"""
)
MULTIPATH = (
    HEADER
    + """   10.1.0.0/16      192.168.101.9            0      0      0 65009 ?
*> 10.2.0.0/16      192.168.101.2     \n                  192.168.101.3            0    100      0 65002 e
Total number of entries 2
"""
)
FLAGS = {
    *("valid", "best", "multipath", "internal", "suppressed", "damped", "history", "rib_failure", "stale", "removed"),
}


def recorded(name: str) -> str:
    return (RECORDINGS / name).read_text()


def short(table: dict[str, Any]) -> list[tuple[Any, ...]]:
    keys = ("network", "next_hop", "metric", "local_preference", "weight", "path", "origin")
    return [
        (*(path[key] for key in keys), {key for key, value in path.items() if value is True}) for path in table["paths"]
    ]


@pytest.mark.parametrize("switch", SWITCHES)
def test_text_and_json_of_frr_say_the_same(switch: str) -> None:
    table = parse_table(recorded(f"{switch}.show-ip-bgp.txt"))

    assert table["paths"]
    assert table == parse_table_json(recorded(f"{switch}.show-ip-bgp.json"))


def test_frr() -> None:
    table = parse_table(FRR)

    assert (table["router_id"], table["as_number"]) == ("192.168.101.1", 65001)
    assert short(table) == [
        ("10.3.3.0/24", "0.0.0.0", 4294967295, 4000000, 65535, "", "igp", {"valid", "best"}),
        ("192.168.101.0/24", "192.168.101.2", 0, None, 0, "65002", "igp", {"valid"}),
        ("192.168.101.0/24", "0.0.0.0", 0, None, 32768, "", "igp", {"valid", "best"}),
        ("192.168.102.128/25", "192.168.101.2", 0, None, 0, "65002", "igp", {"valid", "best"}),
    ]


def test_frr_prints_nothing_before_a_path_that_is_not_valid() -> None:
    text = FRR.replace("*  192.168.101.0/24", "   192.168.101.0/24").replace(
        "*>                  0.0.0.0", " " * 20 + "0.0.0.0"
    )

    assert [row[-1] for row in short(parse_table(text))] == [{"valid", "best"}, set(), set(), {"valid", "best"}]


@pytest.mark.parametrize("spaces", ["as printed", "as on a web page"])
def test_openswitch_as_in_the_article(spaces: str) -> None:
    text = ARTICLE
    if spaces == "as on a web page":
        text = "\n".join(" ".join(line.split()) for line in ARTICLE.splitlines() if line.strip())
    table = parse_table(text)

    assert (table["router_id"], table["as_number"]) == ("192.168.101.1", None)
    assert short(table) == [
        ("192.168.101.0/24", "0.0.0.0", 0, 0, 32768, "", "igp", {"valid", "best"}),
        ("192.168.102.0/24", "192.168.101.2", 0, 0, 32768, "65002 65003", "igp", {"valid", "best"}),
    ]
    assert set(table["paths"][0]) == set(parse_table(FRR)["paths"][0]) >= FLAGS


def test_openswitch_prints_next_hops_below_each_other() -> None:
    assert short(parse_table(MULTIPATH)) == [
        ("10.1.0.0/16", "192.168.101.9", 0, 0, 0, "65009", "incomplete", set()),
        ("10.2.0.0/16", "192.168.101.2", 0, 100, 0, "65002", "egp", {"valid", "best"}),
        ("10.2.0.0/16", "192.168.101.3", 0, 100, 0, "65002", "egp", {"valid", "best"}),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "Default BGP instance not found\n",
        "No BGP prefixes displayed, 0 exist\n",
        HEADER[: HEADER.index("Local")] + "% No bgp router configured\n",
    ],
)
def test_without_bgp(text: str) -> None:
    assert parse_table(text) == {"router_id": None, "as_number": None, "paths": []}


def test_without_bgp_in_json() -> None:
    text = '{\n  "warning":"Default BGP instance not found"\n}\n'

    assert parse_table_json(text) == {"router_id": None, "as_number": None, "paths": []}


@pytest.mark.parametrize("text", [FRR, ARTICLE, MULTIPATH])
def test_cut(text: str) -> None:
    lines = text.rstrip().splitlines()
    for count in range(len(lines)):
        with pytest.raises(ParseError, match="show ip bgp: cannot read"):
            parse_table("\n".join(lines[:count]))
    for missing in range(len(lines)):
        if lines[missing].startswith("*>"):
            with pytest.raises(ParseError, match="show ip bgp: cannot read"):
                parse_table("\n".join(lines[:missing] + lines[missing + 1 :]))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("*> 10.3.3.0/24 ", "*z 10.3.3.0/24 "),
        # One digit more than its column has moves the rest.
        ("4000000  65535 i", "40000000  65535 i"),
        ("             0 65002 i", "             0 65002 x"),
        ("4 total paths", "5 total paths"),
        ("Next Hop            Metric", "Gateway             Metric"),
    ],
)
def test_malformed(before: str, after: str) -> None:
    assert before in FRR
    with pytest.raises(ParseError, match="show ip bgp: cannot read"):
        parse_table(FRR.replace(before, after))


@pytest.mark.parametrize(
    "text", ["", "bgpd is not running\n", "[]", '{"routerId": "1.1.1.1"}', '{"routes": {"x": [1]}}']
)
def test_malformed_json(text: str) -> None:
    with pytest.raises(ParseError, match="show ip bgp json: cannot read"):
        parse_table_json(text)
