# SPDX-License-Identifier: GPL-3.0-or-later
"""/proc/net/ip_vs and ipvsadm."""

from __future__ import annotations

from pathlib import Path

import pytest
from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._errors import ParseError
from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._ipvs import (
    parse,
    parse_listing,
    parse_proc,
    parse_save,
)

RECORDINGS = Path(__file__).parents[4] / "recordings" / "ipvs"

# In the format of ip_vs_info_seq_show() in the kernel's net/netfilter/ipvs/ip_vs_ctl.c.
PROC = """\
IP Virtual Server version 1.2.1 (size=4096)
Prot LocalAddress:Port Scheduler Flags
  -> RemoteAddress:Port Forward Weight ActiveConn InActConn
FWM  00000100 rr 
  -> 0A000108:0000      Masq    1      0          0         
  -> 0A000109:0000      Masq    1      0          0         
  -> 0A00010A:0000      Masq    1      0          0         
FWM  00000102 rr 
  -> 0A000103:0000      Masq    1      0          4         
  -> 0A000104:0000      Masq    1      0          4         
"""  # noqa: W291
PROC_ADDRESSES = """\
IP Virtual Server version 1.2.1 (size=4096)
Prot LocalAddress:Port Scheduler Flags
  -> RemoteAddress:Port Forward Weight ActiveConn InActConn
TCP  [2001:0db8:0000:0000:0000:0000:0000:0001]:0050 wlc persistent 300 FFFFFFFF
  -> [2001:0db8:0000:0000:0000:0000:0000:0002]:1F90      Route   2      0          0
UDP  C0A80101:0035 rr ops
"""
# Of the Swarm networking deep dive: without -n, and the page lost the blanks.
NAMES = """\
IP Virtual Server version 1.2.1 (size=4096)
Prot LocalAddress:Port Scheduler Flags
-> RemoteAddress:Port Forward Weight ActiveConn InActConn
FWM 256 rr
-> redis.1.m911y2nt3wy0qo5x8i9p Masq 1 0 0
-> e89fbe75fb1a.vote:0 Masq 1 0 0
FWM 257 rr
-> worker.1.lhxvgjgn5k6soaksifz Masq 1 0 0
"""


def test_all_dialects_give_the_same_rows() -> None:
    listed = parse_listing((RECORDINGS / "swarm-load-balancer.Ln.txt").read_text())
    saved = parse_save((RECORDINGS / "swarm-load-balancer.Sn.txt").read_text())

    assert listed == saved == parse_proc(PROC)
    assert [service["mark"] for service in listed] == [256, 258]
    assert listed[1] == {
        "kind": "fwmark",
        "mark": 258,
        "scheduler": "rr",
        "flags": [],
        "backends": [
            {"address": "10.0.1.3", "port": 0, "forward": "masquerade", "weight": 1},
            {"address": "10.0.1.4", "port": 0, "forward": "masquerade", "weight": 1},
        ],
    }


@pytest.mark.parametrize(
    ("text", "marks"),
    [
        (PROC, [256, 258]),
        ((RECORDINGS / "swarm-load-balancer.Ln.txt").read_text(), [256, 258]),
        ((RECORDINGS / "swarm-load-balancer.Sn.txt").read_text(), [256, 258]),
        (NAMES, [256, 257]),
        ((RECORDINGS / "none.Ln.txt").read_text(), []),
        ("", []),
        (NAMES.replace("256", "13681891"), [13681891, 257]),
    ],
    ids=["proc", "Ln", "Sn", "names without blanks", "no service", "no service of Sn", "decimal mark of 8 digits"],
)
def test_dialects_are_told_apart(text: str, marks: list[int]) -> None:
    assert [service["mark"] for service in parse(text)] == marks


def test_addresses_and_flags_of_the_kernel() -> None:
    assert parse(PROC_ADDRESSES) == [
        {
            "kind": "address",
            "protocol": "tcp",
            "address": "2001:db8::1",
            "port": 80,
            "scheduler": "wlc",
            "flags": ["persistent"],
            "backends": [{"address": "2001:db8::2", "port": 8080, "forward": "route", "weight": 2}],
        },
        {
            "kind": "address",
            "protocol": "udp",
            "address": "192.168.1.1",
            "port": 53,
            "scheduler": "rr",
            "flags": ["one_packet"],
            "backends": [],
        },
    ]


def test_addresses_and_flags_of_ipvsadm() -> None:
    header = "".join(PROC.splitlines(keepends=True)[:3])
    listed = header + "TCP  10.0.0.1:80 mh persistent 300 mask 255.255.255.0 (mh-fallback,mh-port)\n"
    listed += "  -> 10.0.0.2:8080                Tunnel  0      0          0\n"
    saved = "-A -t 10.0.0.1:80 -s mh -p 300 -M 255.255.255.0 -b mh-fallback,mh-port\n"
    saved += "-a -t 10.0.0.1:80 -r 10.0.0.2:8080 -i -w 0 --tun-type ipip\n"

    assert parse_listing(listed) == parse_save(saved)
    assert parse_save(saved)[0]["flags"] == ["persistent", "mh-fallback", "mh-port"]
    assert parse_save(saved)[0]["backends"] == [{"address": "10.0.0.2", "port": 8080, "forward": "tunnel", "weight": 0}]


def test_names_that_were_cut_have_no_port() -> None:
    backends = parse_listing(NAMES)[0]["backends"]

    assert [(backend["address"], backend["port"]) for backend in backends] == [
        ("redis.1.m911y2nt3wy0qo5x8i9p", None),
        ("e89fbe75fb1a.vote", 0),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "Can't initialize ipvs: Protocol not available\n",
        PROC.splitlines()[0],
        NAMES + "-> redis.2 Masq 1\n",
        NAMES + "-> redis.2 Nat 1 0 0\n",
        NAMES + "FWM 258\n",
        NAMES + "ICMP 10.0.0.1:0 rr\n",
        "\n".join(NAMES.splitlines()[:3] + NAMES.splitlines()[4:5]),
        PROC + "TCP  0A0000:0050 rr\n",
        PROC + "TCP  0A000001:50 rr\n",
        "-A -f 257\n",
        "-A -f 257 -s rr\n-a -f 258 -r 10.0.0.6:0 -m -w 1\n",
        "-A -f 257 -s rr\n-a -f 257 -r 10.0.0.6:0 -m\n",
        "-A -f 257 -s rr\n-a -f 257 -r\n",
        "-A -f 257 -s rr -z\n",
    ],
)
def test_broken_output(text: str) -> None:
    with pytest.raises(ParseError, match="cannot read"):
        parse(text)


@pytest.mark.parametrize("dialect", ["Ln", "Sn"])
def test_a_cut_after_any_line_gives_a_beginning_or_an_error(dialect: str) -> None:
    text = (RECORDINGS / f"swarm-load-balancer.{dialect}.txt").read_text()
    whole = parse(text)
    lines = text.splitlines(keepends=True)
    for count in range(1, len(lines)):
        try:
            services = parse("".join(lines[:count]))
        except ParseError:
            continue
        for cut, complete in zip(services, whole):
            assert cut["backends"] == complete["backends"][: len(cut["backends"])]
            assert {**cut, "backends": []} == {**complete, "backends": []}
