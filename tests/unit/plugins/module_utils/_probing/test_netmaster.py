# SPDX-License-Identifier: GPL-3.0-or-later
"""The client over real connections. What answers it is a test double that says one thing after the other."""

from __future__ import annotations

import json
import socket
import threading
from typing import Any

import pytest
from ansible_collections.packetwalk.labs.plugins.module_utils._probing._netmaster import (
    BadLogin,
    Netmaster,
    Refused,
    Unanswered,
)

TENANT = {"key": "blue", "tenantName": "blue", "link-sets": {}}
PLACE = "[github.com/contiv/netplugin/netmaster/objApi.(*APIController).TenantDelete apiController.go 1846]"


class Server:
    """Answers one connection after the other, each with a status and a body; ``None`` closes it without an answer."""

    def __init__(self, *answers: tuple[int, Any] | None) -> None:
        self._answers = answers
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        self.requests: list[tuple[str, dict[str, str], str]] = []
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        for answer in self._answers:
            connection = self._socket.accept()[0]
            with connection, connection.makefile("rwb") as stream:
                line = stream.readline().decode().rsplit(" ", 1)[0]
                headers = {}
                while True:
                    name, _colon, value = stream.readline().decode().strip().partition(": ")
                    if not name:
                        break
                    headers[name.lower()] = value
                self.requests.append((line, headers, stream.read(int(headers.get("content-length", 0))).decode()))
                if answer is not None:
                    status, body = answer
                    data = (body if isinstance(body, str) else json.dumps(body)).encode()
                    stream.write(
                        b"HTTP/1.1 %d x\r\nContent-Length: %d\r\nConnection: close\r\n\r\n" % (status, len(data))
                    )
                    stream.write(data)
        self._socket.close()

    def lines(self) -> list[str]:
        self._thread.join(5)
        return [line for line, _headers, _body in self.requests]


def test_requests_are_as_netmaster_wants_them() -> None:
    server = Server(
        (200, [TENANT]), (200, TENANT), (200, {"Config": TENANT, "Oper": {}}), (200, TENANT), (200, '"t:p:a b"')
    )
    netmaster = Netmaster(server.url + "/")
    assert netmaster.list("tenants") == [TENANT]
    assert netmaster.get("tenants", "blue") == TENANT
    assert netmaster.inspect("tenants", "blue") == {"Config": TENANT, "Oper": {}}
    assert netmaster.write("tenants", "blue", {"tenantName": "blue"}) == TENANT
    netmaster.delete("rules", "t:p:a b")
    assert server.lines() == [
        "GET /api/v1/tenants/",
        "GET /api/v1/tenants/blue/",
        "GET /api/v1/inspect/tenants/blue/",
        "POST /api/v1/tenants/blue/",
        "DELETE /api/v1/rules/t:p:a%20b/",
    ]
    assert server.requests[3][2] == '{"tenantName": "blue"}'


@pytest.mark.parametrize("words", ["tenant not found\n", "Bgp not found\n", "endpointGroup not found\n"])
def test_what_is_not_there(words: str) -> None:
    server = Server((500, words), (500, words))
    netmaster = Netmaster(server.url)
    assert netmaster.get("tenants", "blue") is None
    assert netmaster.inspect("tenants", "blue") is None


@pytest.mark.parametrize(
    ("status", "body", "words"),
    [
        (500, f"cannot delete blue has 1 networks {PLACE}\n", "cannot delete blue has 1 networks"),
        # Of an object that is there.
        (500, f"Key not found {PLACE}\n", "Key not found"),
        (500, "Error fetching bgp  \n", "Error fetching bgp"),
        (500, "Please delete 112 vlans\n", "Please delete 112 vlans"),
        (500, f"Network nosuch not found {PLACE}\n", "Network nosuch not found"),
        (403, {"error": "Insufficient privileges"}, "Insufficient privileges"),
        (500, "", "GET /api/v1/tenants/blue/ was answered with 500 and no words"),
    ],
)
def test_refusals_are_in_the_words_of_netmaster(status: int, body: Any, words: str) -> None:
    with pytest.raises(Refused) as raised:
        Netmaster(Server((status, body)).url).get("tenants", "blue")
    assert str(raised.value) == words


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        ((404, "404 page not found\n"), "does not answer /api/v1/tenants/blue/ like netmaster: is the URL"),
        ((200, "<html>"), "does not answer /api/v1/tenants/blue/ like netmaster: is the URL"),
        ((200, ["blue"]), "does not answer /api/v1/tenants/blue/ like netmaster: is the URL"),
        (None, "closed the connection without an answer: see the end of netmaster's log, and run this again."),
        (
            (500, {"error": 'Failed to perform duplicate request: Get "http://a/": net/http: request canceled'}),
            "had no answer from netmaster (request canceled): see the end of netmaster's log, and run this again.",
        ),
        ((400, "Client sent an HTTP request to an HTTPS server.\n"), "speaks HTTPS: let the URL begin with https."),
    ],
)
def test_answers_that_netmaster_does_not_give(answer: tuple[int, Any] | None, sentence: str) -> None:
    server = Server(answer)
    with pytest.raises(Unanswered) as raised:
        Netmaster(server.url).get("tenants", "blue")
    assert str(raised.value).startswith(f"{server.url} {sentence}")


def test_a_list_is_a_list_of_objects() -> None:
    for answer in ({}, ["blue"]):
        with pytest.raises(Unanswered, match="does not answer /api/v1/tenants/ like netmaster"):
            Netmaster(Server((200, answer)).url).list("tenants")


def test_nobody_listens() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
    with pytest.raises(Unanswered) as raised:
        Netmaster(url).list("tenants")
    assert str(raised.value) == f"{url} refuses connections: start netmaster there, or correct url."


def test_nobody_answers() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        with pytest.raises(Unanswered) as raised:
            Netmaster(url, timeout_seconds=1).list("tenants")
    assert str(raised.value) == (
        f"{url} has not answered within 1 seconds: see netmaster's log, or raise timeout_seconds."
    )


@pytest.mark.parametrize("url", ["netmaster:9999", "http://nosuch.invalid:9999", "ftp://"])
def test_urls_that_are_none(url: str) -> None:
    with pytest.raises(Unanswered, match=r"Correct url\.$"):
        Netmaster(url).list("tenants")


DELETE = "DELETE /api/v1/networks/default:n/"
GET = "GET /api/v1/networks/default:n/"
GONE = (500, "network not found\n")
CLOSED = 'Failed to perform duplicate request: Delete "http://localhost:9999/api/v1/networks/default:n/": EOF'


@pytest.mark.parametrize(
    ("answers", "lines"),
    [
        ([(200, '"default:n"')], [DELETE]),
        # What follows "docker network rm" of a network that netmaster made.
        ([None, (200, '"default:n"')], [DELETE, DELETE]),
        ([None, GONE, GONE], [DELETE, DELETE, GET]),
        # The same through the auth proxy.
        ([(500, {"error": CLOSED}), (200, '"default:n"')], [DELETE, DELETE]),
    ],
)
def test_a_deletion_without_an_answer_is_tried_once_more(
    answers: list[tuple[int, Any] | None], lines: list[str]
) -> None:
    server = Server(*answers)
    Netmaster(server.url).delete("networks", "default:n")
    assert server.lines() == lines


def test_a_deletion_is_not_tried_for_ever() -> None:
    server = Server(None, None)
    with pytest.raises(Unanswered, match="without an answer"):
        Netmaster(server.url).delete("networks", "default:n")
    assert server.lines() == [DELETE, DELETE]


def test_a_refused_deletion_is_not_tried_again() -> None:
    server = Server((500, f"Error: Network has active endpoints {PLACE}\n"))
    with pytest.raises(Refused, match=r"^Error: Network has active endpoints$"):
        Netmaster(server.url).delete("networks", "default:n")
    assert server.lines() == [DELETE]


def test_what_was_refused_after_no_answer_and_is_still_there() -> None:
    server = Server(None, (500, f"Key not found {PLACE}\n"), (200, TENANT))
    with pytest.raises(Refused, match="^Key not found$"):
        Netmaster(server.url).delete("networks", "default:n")
    assert server.lines() == [DELETE, DELETE, GET]


def test_the_auth_proxy_is_logged_in_to_once() -> None:
    server = Server((200, {"token": "abc"}), (200, []), (200, {"netmaster": {"version": "1.0.3"}}))
    netmaster = Netmaster(server.url, "admin", "secret")
    assert netmaster.list("tenants") == []
    assert netmaster.version() == {"Version": "1.0.3"}
    assert server.lines() == [
        "POST /api/v1/auth_proxy/login/",
        "GET /api/v1/tenants/",
        "GET /api/v1/auth_proxy/health/",
    ]
    assert server.requests[0][2] == '{"username": "admin", "password": "secret"}'
    assert [headers.get("x-auth-token") for _line, headers, _body in server.requests] == [None, "abc", "abc"]


@pytest.mark.parametrize(
    ("login", "answer", "sentence"),
    [
        (
            ("admin", "wrong"),
            (401, {"error": "Invalid username/password"}),
            "does not let admin in: Invalid username/password. Correct username and password.",
        ),
        (
            ("admin", "admin"),
            (404, "404 page not found\n"),
            "has no login: leave out username and password, or give the URL of the auth proxy.",
        ),
        (("admin", "admin"), (200, {}), "answered the login without a token: is it an auth proxy of Contiv?"),
        ((), (400, {"error": "Empty auth token"}), "is an auth proxy: give username and password (Empty auth token)."),
    ],
)
def test_logins_that_fail(login: tuple[str, ...], answer: tuple[int, Any], sentence: str) -> None:
    server = Server(answer)
    with pytest.raises(BadLogin) as raised:
        Netmaster(server.url, *login).list("tenants")
    assert str(raised.value) == f"{server.url} {sentence}"


def test_the_version_of_netmaster() -> None:
    version = {"GitCommit": "c61eb64", "Version": "1.0.3", "BuildTime": "06-08-2017.01-26-14.UTC"}
    assert Netmaster(Server((200, version)).url).version() == version
