# SPDX-License-Identifier: GPL-3.0-or-later
"""The double of netmaster says what the real one said, request by request."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent))
import netmaster_double  # noqa: E402
from netmaster_double import NetmasterDouble  # noqa: E402
from netmaster_recordings import RECORDINGS, REPLAYED, exchange, recording, replay, same_order, tutorial  # noqa: E402

# Through the auth proxy, to a netmaster that has the default tenant alone.
THROUGH_PROXY = [
    "auth_proxy/version",
    "auth_proxy/health",
    "auth_proxy/no-token",
    "auth_proxy/bad-token",
    "auth_proxy/login-bad",
    "auth_proxy/login-admin",
    "auth_proxy/network-error-through-proxy",
]

NOT_REPLAYED = {
    "rest/debug-ofnet": "shows the nodes, which the double does not have",
    "rest/info": "shows the nodes, which the double does not have",
    "rest/netplugin-9090-inspect-bgp": "is of netplugin",
    "rest/netplugin-9090-inspect-driver": "is of netplugin",
    "rest/netplugin-9090-inspect-nameserver": "is of netplugin",
    "rest/netplugin-9090-svcstats": "is of netplugin",
    "auth_proxy/authorizations": "nothing of ours asks for it",
    "auth_proxy/local-users": "nothing of ours asks for it",
    "auth_proxy/networks-with-token": "was recorded with objects of another day",
    "auth_proxy/tenants-with-token": "was recorded with objects of another day",
}


@pytest.fixture(scope="module")
def answers() -> Iterator[dict[str, tuple[int | None, Any]]]:
    with NetmasterDouble() as double:
        tutorial(double)
        yield replay(double.url)


@pytest.mark.parametrize("name", REPLAYED)
def test_a_recorded_exchange_is_replayed(name: str, answers: dict[str, tuple[int | None, Any]]) -> None:
    recorded = recording(name)["response"]
    status, body = answers[name]
    assert status == recorded["status"]
    if status is not None:
        assert body == same_order(recorded["body"])


@pytest.mark.parametrize("name", THROUGH_PROXY)
def test_a_recorded_exchange_with_the_auth_proxy_is_replayed(name: str) -> None:
    recorded = recording(name)
    request, token = recorded["request"], {"auth_proxy/bad-token": "x.y.z", "auth_proxy/no-token": None}
    with NetmasterDouble(password="admin") as double:
        found = exchange(
            double.url, request["method"], request["path"], request["body"], token.get(name, netmaster_double.TOKEN)
        )
    status, body = found
    expected = recorded["response"]["body"]
    if name == "auth_proxy/login-admin":
        # The recorded token was made unreadable.
        assert list(body) == list(expected)
    else:
        assert body == expected
    assert status == recorded["response"]["status"]


def test_every_recording_is_replayed_or_there_is_a_reason() -> None:
    recorded = {f"{path.parent.name}/{path.stem}" for path in RECORDINGS.glob("*/*.json")}
    assert len(REPLAYED) == len(set(REPLAYED))
    assert {*REPLAYED, *THROUGH_PROXY, *NOT_REPLAYED} == recorded


def test_what_was_not_recorded_is_said_to_be_so() -> None:
    with NetmasterDouble() as double:
        assert exchange(double.url, "POST", "/api/v1/volumes/green:data/", "{}") == (
            501,
            "nobody has recorded POST /api/v1/volumes/green:data/\n",
        )
