# SPDX-License-Identifier: GPL-3.0-or-later
"""Native nftables rules, as nft itself reads them, and what becomes of a packet."""

from __future__ import annotations

import subprocess
from types import SimpleNamespace
from typing import Any

import pytest
from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._nft import parse_ruleset
from ansible_collections.packetwalk.labs.plugins.plugin_utils._walking._hop import Place
from ansible_collections.packetwalk.labs.plugins.plugin_utils._walking._netfilter import pass_hook
from ansible_collections.packetwalk.labs.plugins.plugin_utils._walking._nft import not_simulated
from ansible_collections.packetwalk.labs.plugins.plugin_utils._walking._packet import Packet

WEB = Packet(
    "tcp", "10.0.1.2", source="10.0.1.4", source_port=40000, destination_port=80, mark=0x12, size_bytes=60, ttl=64
)
ECHO = Packet("icmp", "10.0.1.2", source="10.0.1.4")
SIX = Packet("udp", "2001:db8::2", source="2001:db8::4", source_port=40000, destination_port=53)


def namespace_with(ruleset: str) -> Any:
    """A namespace with what nft of this machine makes of a ruleset, in a network namespace of its own."""
    text = subprocess.run(
        ["unshare", "--net", "sh", "-c", "nft -f - && nft -j list ruleset"],
        input=ruleset,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    netfilter = {"backend": "none", "tables": None, "tables_ipv6": None, "nft": parse_ruleset(text)}
    return SimpleNamespace(
        content={"netfilter": netfilter},
        base_chains={},
        where="here",
        addresses_of=lambda device, family: [{"address": "10.0.1.99"}],
        address_type=lambda address: "local" if address == "10.0.1.2" else "unicast",
    )


def ask(rules: str, packet: Packet, hook: str = "INPUT", kind: str = "filter", more: str = "") -> tuple[Any, Packet]:
    """What the last note of a chain with these rules says, null without one, and the packet then."""
    lines = rules.replace("; ", "\n")
    chain = f"chain base {{\ntype {kind} hook {hook.lower()} priority 0; policy accept;\n{lines}\n}}"
    namespace = namespace_with(f"table inet t {{\n{more}\n{chain}\n}}")
    place = Place("any", namespace, in_device="eth0", out_device="eth1")
    notes, after, _place = pass_hook(hook, packet, place)
    return (notes[-1][0] if notes else None), after


@pytest.mark.parametrize(
    ("rules", "packet"),
    [
        ("drop", WEB),
        ("tcp dport 80 drop", WEB),
        ("tcp dport { 22, 80-90 } drop", WEB),
        ("tcp dport != 22 drop", WEB),
        ("tcp dport > 79 drop", WEB),
        ("tcp sport 40000 tcp flags syn / syn,ack drop", WEB),
        ("ip saddr 10.0.1.0/24 drop", WEB),
        ("ip daddr 10.0.1.1-10.0.1.9 drop", WEB),
        ("ip protocol tcp drop", WEB),
        ("meta l4proto { tcp, udp } th dport 80 drop", WEB),
        ('iifname "eth0" drop', WEB),
        ('iifname "eth*" drop', WEB),
        ("meta mark 0x12 drop", WEB),
        ("meta mark & 0xf0 == 0x10 drop", WEB),
        ("ct state new drop", WEB),
        ("ct state != established drop", WEB),
        ("fib daddr type local drop", WEB),
        ("ip saddr @blocked drop", WEB),
        ("ip saddr . tcp dport @pairs drop", WEB),
        ("ip saddr vmap { 10.0.1.4 : drop, 10.0.1.5 : accept }", WEB),
        ("ip saddr vmap { 10.0.1.5 : accept, * : drop }", WEB),
        ("jump helper", WEB),
        ("tcp dport 81 accept; counter log drop", WEB),
        ("icmp type echo-request drop", ECHO),
        ("ip6 saddr 2001:db8::/32 udp dport 53 drop", SIX),
        ("meta nfproto ipv6 drop", SIX),
        ("reject", WEB),
    ],
)
def test_rules_that_stop_a_packet(rules: str, packet: Packet) -> None:
    more = """
      set blocked { type ipv4_addr; flags interval; elements = { 10.0.1.0/25 }; }
      set pairs { type ipv4_addr . inet_service; elements = { 10.0.1.4 . 80 }; }
      chain helper { tcp dport 80 drop; }
    """
    note, _after = ask(rules, packet, more=more)
    assert note is not None
    assert note.verdict == "dropped"
    assert note.source == "nft inet t base"


@pytest.mark.parametrize(
    ("rules", "packet"),
    [
        ("tcp dport 81 drop", WEB),
        ("udp dport 80 drop", WEB),
        ("tcp dport 80 accept; drop", WEB),
        ("ip6 saddr ::/0 drop", WEB),
        ("ip saddr 10.0.0.0/24 drop", WEB),
        ('oifname "lo" drop', WEB),
        ("ct state established,related drop", WEB),
        ("ip saddr vmap { 10.0.1.5 : drop }", WEB),
        ("goto helper; drop", WEB),
        ("tcp dport 80 return; drop", WEB),
        ("icmp type echo-request drop", WEB),
        ("meta mark set 0x1 meta mark 0x12 drop", WEB),
    ],
)
def test_rules_that_let_a_packet_pass(rules: str, packet: Packet) -> None:
    note, _after = ask(rules, packet, more="chain helper { return; }")
    assert note is None or note.verdict is None


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        ("meta mark set 0x102", 0x102),
        ("meta mark set meta mark & 0xf0", 0x10),
        ("meta mark set meta mark | 0x100", 0x112),
        ("ct mark set meta mark; meta mark set 0; meta mark set ct mark", 0x12),
    ],
)
def test_marks(rules: str, expected: int) -> None:
    assert ask(rules, WEB)[1].mark == expected


@pytest.mark.parametrize(
    ("hook", "rules", "expected"),
    [
        ("PREROUTING", "meta l4proto tcp dnat ip to 172.18.0.2:8080", ("10.0.1.4", 40000, "172.18.0.2", 8080)),
        ("PREROUTING", "tcp dport 80 dnat ip to 172.18.0.2", ("10.0.1.4", 40000, "172.18.0.2", 80)),
        ("PREROUTING", "tcp dport 80 redirect to :8080", ("10.0.1.4", 40000, "10.0.1.99", 8080)),
        (
            "PREROUTING",
            "dnat ip to tcp dport map { 80 : 172.18.0.3, 81 : 172.18.0.4 }",
            ("10.0.1.4", 40000, "172.18.0.3", 80),
        ),
        ("POSTROUTING", "snat ip to 192.0.2.1", ("192.0.2.1", 40000, "10.0.1.2", 80)),
    ],
)
def test_translation(hook: str, rules: str, expected: tuple[Any, ...]) -> None:
    _note, after = ask(rules, WEB, hook, "nat")
    assert (after.source, after.source_port, after.destination, after.destination_port) == expected


@pytest.mark.parametrize(
    "rules",
    [
        "numgen random mod 2 vmap { 0 : accept, 1 : drop }",
        "meta skuid 1000 drop",
        "limit rate 1/second drop",
        "ip dscp cs1 drop",
        "meta hour 10:00-12:00 drop",
    ],
)
def test_what_the_state_does_not_tell(rules: str) -> None:
    note, _after = ask(rules, WEB)
    assert note is not None
    assert note.verdict == "undecided"
    assert note.text.startswith("cannot decide: ")


def test_an_unknown_match_without_effect_is_passed_over() -> None:
    note, _after = ask("meta skuid 1000 counter; tcp dport 80 drop", WEB)
    assert note is not None
    assert note.verdict == "dropped"


def test_chains_are_asked_by_priority_and_accept_ends_only_its_own() -> None:
    namespace = namespace_with(
        """
        table inet late {
          chain c { type filter hook input priority 10; tcp dport 80 drop; }
        }
        table inet early {
          chain c { type filter hook input priority -10; accept; }
        }
        """
    )
    notes, _after, place = pass_hook("INPUT", WEB, Place("any", namespace, in_device="eth0"))
    assert place is None
    assert notes[-1][0].source == "nft inet late c"


def test_a_policy_drops() -> None:
    namespace = namespace_with("table inet t {\nchain c { type filter hook forward priority 0; policy drop; }\n}")
    notes, _after, place = pass_hook("FORWARD", WEB, Place("any", namespace, in_device="eth0", out_device="eth1"))
    assert place is None
    assert "policy of nft inet t c" in notes[-1][0].text


@pytest.mark.parametrize(
    ("family", "chain", "device", "expected"),
    [
        ("bridge", "type filter hook forward priority 0", None, "nft bridge t c"),
        ("arp", "type filter hook input priority 0", None, "nft arp t c"),
        ("netdev", 'type filter hook ingress device "lo" priority 0', "lo", "nft netdev t c"),
        ("netdev", 'type filter hook ingress device "lo" priority 0', "eth0", None),
    ],
)
def test_chains_that_see_frames_are_known_not_to_be_followed(
    family: str, chain: str, device: str | None, expected: str | None
) -> None:
    namespace = namespace_with(f"table {family} t {{\nchain c {{ {chain}; counter; }}\n}}")
    # nft 1.0.6 does not list the devices of a chain of the netdev family as JSON; they are then taken to be all.
    listed = namespace.content["netfilter"]["nft"][0]["chains"]["c"].get("devices")
    assert not_simulated(namespace, family, device) == (expected if listed or family != "netdev" else "nft netdev t c")
    assert not_simulated(namespace, "bridge" if family != "bridge" else "arp") is None
