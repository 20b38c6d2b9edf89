# SPDX-License-Identifier: GPL-3.0-or-later
"""Tables of nftables beside those of iptables, in network namespaces that end with the test."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

import pytest

sys.path.insert(0, os.path.dirname(__file__))
import isolated_lab  # noqa: E402

READ = f"""
import json, sys
sys.path.insert(0, {isolated_lab.COLLECTIONS!r})
from ansible_collections.packetwalk.labs.plugins.module_utils._probing import _node
namespaces, warnings = _node.gather_namespaces(["host"])
host = namespaces["host"]
warnings = [warning for warning in warnings if warning.startswith("Namespace host")]
print(json.dumps({{**{{key: host[key] for key in host if key.startswith("netfilter")}}, "warnings": warnings}}))
"""

SHOP = """
table inet shop {
  set blocked { type ipv4_addr; elements = { 10.2.3.4 }; }
  chain input {
    type filter hook input priority 0; policy drop;
    ip saddr @blocked drop
  }
}
"""
NATIVE_NAT = """
table ip nat {
  map backends { type inet_service : ipv4_addr; elements = { 8080 : 10.0.0.1 }; }
  chain prerouting {
    type nat hook prerouting priority dstnat;
    dnat to tcp dport map @backends
  }
}
"""
NATIVE_IN_FILTER = """
table ip filter {
  chain INPUT {
    type filter hook input priority 0;
    ip saddr { 10.2.3.4, 10.2.3.5 } drop
  }
}
"""
EXTRA_CHAIN = """
table ip filter {
  chain late {
    type filter hook input priority 7;
    tcp dport 23 drop
  }
}
"""
DORMANT = """
table ip raw {
  flags dormant
  chain PREROUTING {
    type filter hook prerouting priority -300;
    tcp dport 22 drop
  }
}
table inet asleep {
  flags dormant
}
"""
PUBLISHED = "iptables-nft -t nat -A PREROUTING -p tcp --dport 8080 -j DNAT --to-destination 10.0.0.1:80"
SSH = "iptables-nft -A INPUT -p tcp --dport 22 -j ACCEPT"
WITHOUT_NFT = 'mount --bind /dev/null "$(readlink -f "$(command -v nft)")"'


def read(ruleset: str = "", *commands: str) -> dict[str, Any]:
    """What the collector reads after nft has loaded the ruleset and then the commands were run."""
    script = "\n".join(["nft -f -", *commands, 'exec "$0" -c "$1"'])
    unshare = ["unshare", "--map-root-user", "--net", "--mount", "sh", "-e", "-c", script, sys.executable, READ]
    done = subprocess.run(unshare, input=ruleset, check=False, capture_output=True, text=True, timeout=60)
    if done.returncode:
        pytest.skip(f"the rules cannot be made here: {done.stderr.strip().splitlines()[-1]}")
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def names(found: dict[str, Any]) -> list[str]:
    return [f"{table['family']} {table['name']}" for table in found["netfilter"]["nft"]]


def test_a_table_of_nft_is_read_beside_those_of_iptables() -> None:
    found = read(SHOP, PUBLISHED)
    (shop,) = found["netfilter"]["nft"]
    assert (shop["family"], shop["name"]) == ("inet", "shop")
    assert [rule["text"] for rule in shop["chains"]["input"]["rules"]] == ["ip saddr @blocked drop"]
    assert shop["sets"]["blocked"]["elements"] == ["10.2.3.4"]
    assert found["netfilter"]["backend"] == "nft"
    assert list(found["netfilter"]["tables"]) == ["nat"]
    assert found["warnings"] == []


def test_a_table_of_nft_may_have_a_name_that_iptables_uses() -> None:
    found = read(NATIVE_NAT, SSH)
    (nat,) = found["netfilter"]["nft"]
    assert [rule["text"] for rule in nat["chains"]["prerouting"]["rules"]] == ["dnat to tcp dport map @backends"]
    assert [rule["text"] for rule in found["netfilter"]["tables"]["filter"]["chains"]["INPUT"]["rules"]] == [
        "-A INPUT -p tcp -m tcp --dport 22 -j ACCEPT"
    ]
    assert "nat" not in found["netfilter"]["tables"]


def test_tables_of_nft_alone_have_no_backend_of_iptables() -> None:
    found = read(SHOP + NATIVE_NAT)
    assert names(found) == ["inet shop", "ip nat"]
    assert (found["netfilter"]["backend"], found["netfilter"]["tables"]) == ("none", {})


@pytest.mark.parametrize("ruleset", [NATIVE_IN_FILTER, EXTRA_CHAIN], ids=["set", "chain"])
def test_rules_that_iptables_would_show_wrongly_are_not_in_the_state(ruleset: str) -> None:
    found = read(ruleset, SSH)
    reason = "table filter has rules of iptables and others that iptables-save does not show"
    assert (found["netfilter"], found["netfilter_reason"]) == (None, reason)
    assert found["warnings"] == [f"Namespace host is not wholly in the state: {reason}."]


def test_a_dormant_table_is_left_out() -> None:
    found = read(DORMANT + SHOP, SSH)
    assert names(found) == ["inet shop"]
    assert list(found["netfilter"]["tables"]) == ["filter"]


def test_without_nft_the_state_says_what_is_missing() -> None:
    found = read(SHOP, SSH, WITHOUT_NFT)
    reason = "the kernel has tables of nftables (inet shop), and there is no nft"
    assert (found["netfilter"]["nft"], found["netfilter"]["nft_reason"]) == (None, reason)
    assert list(found["netfilter"]["tables"]) == ["filter"]
    assert found["warnings"] == [f"Namespace host is not wholly in the state: {reason}."]
