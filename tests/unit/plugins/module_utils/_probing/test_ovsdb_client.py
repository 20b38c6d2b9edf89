# SPDX-License-Identifier: GPL-3.0-or-later
"""The client against real servers, one of them a cluster that loses its leader.

What a real server cannot be made to do is done by a double that answers from a script.
"""

from __future__ import annotations

import contextlib
import json
import re
import shutil
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any, Callable, Iterator

import pytest
from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._errors import ParseError
from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._json_stream import JsonStream
from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._ovsdb import OvsdbError
from ansible_collections.packetwalk.labs.plugins.module_utils._probing._ovsdb_client import OvsdbClient, Tls, servers

sys.path.insert(0, str(Path(__file__).parent))
import ovn_daemons  # noqa: E402

needs_daemons = pytest.mark.skipif(bool(ovn_daemons.missing()), reason=ovn_daemons.missing() or "all is there")

DATABASE = "OVN_Northbound"
# Different ones, so that the log tells the ports apart.
ADDRESSES = {"tcp": "127.0.0.1", "ssl": "127.0.0.2"}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ovn_daemons.Daemons]:
    """An empty northbound database on a unix socket, and on TCP and TLS on ports that the system chose."""
    with ovn_daemons.daemons(tmp_path_factory.mktemp("ovsdb")) as started:
        directory = started.directory
        options = [f"--remote=ptcp:0:{ADDRESSES['tcp']}"]
        if shutil.which("openssl"):
            certify(directory)
            files = ("--private-key=server.key", "--certificate=server.pem", "--ca-cert=authority.pem")
            options += [f"--remote=pssl:0:{ADDRESSES['ssl']}", *files]
        started.serve(DATABASE, *options)
        yield started


def certify(directory: Path) -> None:
    """An authority, and a key and a certificate of it for a server and for a client."""

    def openssl(*arguments: str) -> None:
        subprocess.run(["openssl", *arguments], cwd=directory, check=True, capture_output=True)

    new = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")
    openssl("req", "-x509", *new, "-keyout", "authority.key", "-out", "authority.pem", "-subj", "/CN=authority")
    for name in ("server", "client"):
        openssl("req", *new, "-keyout", f"{name}.key", "-out", f"{name}.csr", "-subj", f"/CN={name}")
        signed = ("-CA", "authority.pem", "-CAkey", "authority.key", "-CAcreateserial")
        openssl("x509", "-req", "-in", f"{name}.csr", *signed, "-out", f"{name}.pem", "-days", "2")
    openssl("req", "-x509", *new, "-keyout", "other.key", "-out", "other.pem", "-subj", "/CN=other")


def unix(daemons: ovn_daemons.Daemons) -> str:
    return f"unix:{daemons.directory}/ovnnb_db.sock"


def internet(daemons: ovn_daemons.Daemons, kind: str) -> str:
    """The remote on the port that the system chose, which the server says only in its log."""
    log = (daemons.directory / f"{DATABASE}.log").read_text()
    found = re.search(rf"0:{ADDRESSES[kind]}: listening on port ([0-9]+)", log)
    assert found, log
    return f"{kind}:{ADDRESSES[kind]}:{found[1]}"


@needs_daemons
def test_over_a_unix_socket_what_was_inserted_is_selected(server: ovn_daemons.Daemons) -> None:
    with OvsdbClient(unix(server), DATABASE) as client:
        rows = [{"name": f"as{number}", "addresses": ["10.0.0.2", "10.0.0.1"]} for number in range(3)]
        client.transact(
            [
                {"op": "insert", "table": "Address_Set", "row": client.schema.encode_row("Address_Set", row)}
                for row in rows
            ]
        )
        where = client.schema.condition("Address_Set", "name", "==", "as1")
        (row,) = client.select("Address_Set", ["name", "addresses", "external_ids", "of_another_version"], [where])
        assert row == {
            "name": "as1",
            "addresses": ["10.0.0.1", "10.0.0.2"],
            "external_ids": {},
            "of_another_version": None,
        }
        # Rows that are alike in the columns that are asked for stay several.
        assert [row["addresses"] for row in client.select("Address_Set", ["addresses"])] == [row["addresses"]] * 3
        assert client.select("Table_of_another_version", ["name"]) == []


@needs_daemons
def test_over_tcp(server: ovn_daemons.Daemons) -> None:
    with OvsdbClient(internet(server, "tcp"), DATABASE) as client:
        assert client.schema.name == DATABASE


@needs_daemons
@pytest.mark.skipif(not shutil.which("openssl"), reason="no openssl")
def test_over_tls(server: ovn_daemons.Daemons) -> None:
    directory = server.directory
    remote = internet(server, "ssl")
    files = [str(directory / name) for name in ("client.key", "client.pem", "authority.pem")]
    with OvsdbClient(remote, DATABASE, tls=Tls(*files)) as client:
        assert client.schema.name == DATABASE
    with pytest.raises(OvsdbError, match=f"{remote}: its certificate is not trusted: "):
        OvsdbClient(remote, DATABASE, tls=Tls(files[0], files[1], str(directory / "other.pem")), timeout_seconds=5)
    with pytest.raises(OvsdbError, match="can only be trusted with the certificate of its authority"):
        OvsdbClient(remote, DATABASE, timeout_seconds=5)
    with pytest.raises(OvsdbError, match="the certificates cannot be used: "):
        OvsdbClient(remote, DATABASE, tls=Tls(ca_certificate=files[0]), timeout_seconds=5)
    with pytest.raises(OvsdbError, match="closed before TLS was agreed on|TLS failed"):
        OvsdbClient(internet(server, "tcp").replace("tcp:", "ssl:"), DATABASE, tls=Tls(*files), timeout_seconds=5)
    # The server turns a client away that has no certificate of its own.
    with pytest.raises(OvsdbError, match=f"{remote}: (TLS failed|the connection was closed)"):
        OvsdbClient(remote, DATABASE, tls=Tls(ca_certificate=files[2]), timeout_seconds=5)


@needs_daemons
def test_what_the_server_refuses_is_one_clause(server: ovn_daemons.Daemons) -> None:
    with OvsdbClient(unix(server), DATABASE) as client:
        row = client.schema.encode_row("Logical_Router_Port", {"name": "p", "networks": []})
        with pytest.raises(OvsdbError, match="^operation 1, insert of Logical_Router_Port, was refused: ") as caught:
            client.transact([{"op": "insert", "table": "Logical_Router_Port", "row": row}])
        assert caught.value.code == "syntax error" and caught.value.details.startswith("set must have 1")
        # The connection is as good as before.
        assert client.select("Logical_Router_Port", ["name"]) == []


@needs_daemons
def test_a_database_that_is_not_served_is_named(server: ovn_daemons.Daemons) -> None:
    with pytest.raises(OvsdbError, match="it does not serve OVN_Southbound$"):
        OvsdbClient(unix(server), "OVN_Southbound")


@needs_daemons
def test_an_answer_of_many_megabytes_comes_whole(server: ovn_daemons.Daemons) -> None:
    with OvsdbClient(unix(server), DATABASE) as client:
        text = '{"[' * 100_000
        rows = [{"records": {"name": text, "number": str(number)}} for number in range(20)]
        operations = [{"op": "insert", "table": "DNS", "row": client.schema.encode_row("DNS", row)} for row in rows]
        client.transact(operations)
        found = client.select("DNS", ["records"])
        assert sorted(int(row["records"]["number"]) for row in found) == list(range(20))
        assert all(row["records"]["name"] == text for row in found)
        client.transact([{"op": "delete", "table": "DNS", "where": []}])


@needs_daemons
def test_what_a_standalone_server_says_of_itself(server: ovn_daemons.Daemons) -> None:
    there, gone = servers(f"{unix(server)},unix:/nowhere.sock", DATABASE)
    nothing = {"cluster": None, "server": None, "index": None}
    assert there == {"remote": unix(server), "model": "standalone", "connected": True, "leader": True, **nothing}
    assert gone["reason"] == "unix:/nowhere.sock: there is no such socket" and gone["leader"] is None


@needs_daemons
def test_of_several_servers_one_that_answers_is_enough(server: ovn_daemons.Daemons) -> None:
    with OvsdbClient(f"unix:/nowhere.sock,{unix(server)}", DATABASE) as client:
        assert client.schema.name == DATABASE


@pytest.mark.parametrize(
    ("remote", "said"),
    [
        ("unix:/nowhere.sock", "^unix:/nowhere.sock: there is no such socket$"),
        ("tcp:127.0.0.1:1", "^tcp:127.0.0.1:1: nothing listens there$"),
        ("http://127.0.0.1", "is not unix:PATH, tcp:HOST:PORT or ssl:HOST:PORT$"),
    ],
)
def test_one_server_that_is_not_there_fails_at_once(remote: str, said: str) -> None:
    begun = time.monotonic()
    with pytest.raises(OvsdbError, match=said):
        OvsdbClient(remote, DATABASE, timeout_seconds=20)
    assert time.monotonic() - begun < 5


def test_of_several_servers_that_are_not_there_all_are_named_when_the_time_is_up() -> None:
    begun = time.monotonic()
    with pytest.raises(OvsdbError, match="^unix:/one: there is no such socket; unix:/two: there is no such socket$"):
        OvsdbClient("unix:/one,unix:/two", DATABASE, timeout_seconds=1)
    assert 0.5 < time.monotonic() - begun < 5


@needs_daemons
def test_a_cluster_that_loses_its_leader(tmp_path: Path) -> None:
    with ovn_daemons.raft(tmp_path, DATABASE) as cluster:
        remotes = ",".join(f"unix:{tmp_path}/{number}.sock" for number in (1, 2, 3))
        rows = servers(remotes, DATABASE)
        assert [row["model"] for row in rows] == ["clustered"] * 3
        assert len({row["cluster"] for row in rows}) == 1 and len({row["server"] for row in rows}) == 3
        (leader,) = [number for number, row in enumerate(rows, start=1) if row["leader"]]
        follower = next(number for number in (1, 2, 3) if number != leader)

        with pytest.raises(OvsdbError, match=f"{follower}.sock: it is not the leader of its cluster$"):
            OvsdbClient(f"unix:{tmp_path}/{follower}.sock", DATABASE, timeout_seconds=1)
        with OvsdbClient(f"unix:{tmp_path}/{follower}.sock", DATABASE, leader_only=False) as client:
            assert client.select("NB_Global", ["name"]) == []

        with OvsdbClient(remotes, DATABASE) as client:
            # It is connected to the leader that is gone now; the first thing after that is a write.
            cluster.kill(f"member{leader}")
            insert = {
                "op": "insert",
                "table": "Address_Set",
                "row": client.schema.encode_row("Address_Set", {"name": "a"}),
            }
            client.transact([insert])
            assert [row["name"] for row in client.select("Address_Set", ["name"])] == ["a"]
        after = servers(remotes, DATABASE)
        assert "nothing listens there" in after[leader - 1]["reason"]
        assert [row["leader"] for row in after].count(True) == 1

        # Of three one alone is no cluster, which it notices after a while.
        cluster.kill(f"member{follower}")
        cluster.wait(lambda: not any(row["leader"] for row in servers(remotes, DATABASE)), "nobody leads")
        with pytest.raises(OvsdbError, match="it has no connection to its cluster|it is not the leader"):
            OvsdbClient(remotes, DATABASE, timeout_seconds=3)


# ----- what a real server does not do on demand

SCHEMA = {"name": "D", "version": "1", "tables": {"T": {"columns": {"a": {"type": "string"}}}}}
SERVER_SCHEMA = {
    "name": "_Server",
    "tables": {
        "Database": {
            "columns": {
                "name": {"type": "string"},
                "model": {"type": "string"},
                "connected": {"type": "boolean"},
                "leader": {"type": "boolean"},
            }
        }
    },
}
UUID = ["uuid", "15055d50-7ea5-4100-bae7-a39360e3f526"]
ROWS = [{"rows": [{"_uuid": UUID, "a": "b"}]}]

# Gets the connection and the request, and may send what it likes; what it returns is the result, nothing closes it.
Answer = Callable[[socket.socket, dict[str, Any]], Any]


class Double:
    """Serves the database D. Transactions on it are answered by ``answers``, one after the other, the last for ever."""

    def __init__(self, path: Path, answers: list[Answer], is_leader: Callable[[], bool]) -> None:
        self.remote = f"unix:{path}"
        self.transactions = 0
        self.echoed: list[Any] = []
        self._answers = answers
        self._is_leader = is_leader
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.bind(str(path))
        self._socket.listen()
        self._threads: list[threading.Thread] = []
        self._connections: list[socket.socket] = []
        self._start(self._accept)

    def close(self) -> None:
        for each in [self._socket, *self._connections]:
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()
        for thread in self._threads:
            thread.join()

    def _start(self, work: Callable[..., None], *arguments: Any) -> None:
        self._threads.append(threading.Thread(target=work, args=arguments))
        self._threads[-1].start()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _address = self._socket.accept()
                self._connections.append(connection)
                self._start(self._talk, connection)

    def _talk(self, connection: socket.socket) -> None:
        stream = JsonStream()
        with contextlib.suppress(OSError):
            while True:
                data = connection.recv(65536)
                if not data:
                    return
                for message in stream.feed(data):
                    if "method" not in message:
                        self.echoed.append(message)
                        continue
                    result = self._result(connection, message)
                    if result is None:
                        connection.shutdown(socket.SHUT_RDWR)
                        return
                    send(connection, {"id": message["id"], "error": None, "result": result})

    def _result(self, connection: socket.socket, message: dict[str, Any]) -> Any:
        method, parameters = message["method"], message["params"]
        if method == "list_dbs":
            return ["D", "_Server"]
        if method == "get_schema":
            return SCHEMA if parameters == ["D"] else SERVER_SCHEMA
        if method == "echo":
            return parameters
        if parameters[0] == "_Server":
            return [{"rows": [{"_uuid": UUID, "model": "clustered", "connected": True, "leader": self._is_leader()}]}]
        answer = self._answers[min(self.transactions, len(self._answers) - 1)]
        self.transactions += 1
        return answer(connection, message)


def send(connection: socket.socket, message: dict[str, Any]) -> None:
    connection.sendall(json.dumps(message).encode())


@pytest.fixture
def double(tmp_path: Path) -> Iterator[Callable[..., Double]]:
    with contextlib.ExitStack() as stack:

        def start(*answers: Answer, is_leader: Callable[[], bool] = lambda: True, name: str = "double") -> Double:
            started = Double(tmp_path / f"{name}.sock", list(answers), is_leader)
            stack.callback(started.close)
            return started

        yield start


def rows(connection: socket.socket, message: dict[str, Any]) -> Any:
    return ROWS


def hang_up(connection: socket.socket, message: dict[str, Any]) -> Any:
    return None


def half(connection: socket.socket, message: dict[str, Any]) -> Any:
    connection.sendall(json.dumps({"id": message["id"], "error": None, "result": ROWS}).encode()[:-9])


def not_json(connection: socket.socket, message: dict[str, Any]) -> Any:
    connection.sendall(b'{"id": 1, "result" [}]}')


def no_message(connection: socket.socket, message: dict[str, Any]) -> Any:
    connection.sendall(b"[1, 2]")


def silence(connection: socket.socket, message: dict[str, Any]) -> Any:
    time.sleep(1.5)


def without_leader(connection: socket.socket, message: dict[str, Any]) -> Any:
    return [{"error": "cluster error", "details": "not leader"}]


def asking_back(connection: socket.socket, message: dict[str, Any]) -> Any:
    send(connection, {"id": "echo", "method": "echo", "params": ["still there?"]})
    send(connection, {"id": None, "method": "update", "params": [None, {}]})
    send(connection, {"id": 12345, "error": None, "result": ["of another request"]})
    return ROWS


def refused(connection: socket.socket, message: dict[str, Any]) -> Any:
    error = {"error": "permission error", "details": "read only"}
    send(connection, {"id": message["id"], "error": error, "result": None})
    return ROWS


INSERT = {"op": "insert", "table": "T", "row": {"a": "b"}}


def test_who_is_asked_whether_he_is_there_says_so(double: Callable[..., Double]) -> None:
    server = double(asking_back)
    with OvsdbClient(server.remote, "D") as client:
        assert client.select("T", ["a"]) == [{"a": "b"}]
        # The answer went out before this request.
        client.select("T", ["a"])
    assert server.echoed[0] == {"id": "echo", "error": None, "result": ["still there?"]}


@pytest.mark.parametrize(
    ("answer", "kind", "said"),
    [
        (not_json, ParseError, "it is not JSON"),
        (no_message, ParseError, "transact: cannot read its output: expected a JSON-RPC message"),
        (lambda _connection, _message: [{"rows": 5}], ParseError, "expected rows"),
        (lambda _connection, _message: [{"rows": [{"a": 5}]}], ParseError, "column a: 5 is no string"),
        (lambda _connection, _message: [], ParseError, "expected 1 results"),
        (refused, OvsdbError, r"transact was refused: permission error \(read only\)"),
    ],
)
def test_an_answer_that_is_none_is_refused(
    double: Callable[..., Double], answer: Answer, kind: type[Exception], said: str
) -> None:
    with OvsdbClient(double(answer).remote, "D", timeout_seconds=5) as client, pytest.raises(kind, match=said):
        client.select("T", ["a"])


def test_a_server_that_stays_silent_is_given_up(double: Callable[..., Double]) -> None:
    with OvsdbClient(double(silence).remote, "D", timeout_seconds=0.5) as client:
        begun = time.monotonic()
        with pytest.raises(OvsdbError, match="it did not answer in time"):
            client.select("T", ["a"])
        assert time.monotonic() - begun < 1.4


@pytest.mark.parametrize("answer", [hang_up, half])
def test_what_was_only_read_is_read_again_when_the_connection_breaks(
    double: Callable[..., Double], answer: Answer
) -> None:
    server = double(answer, rows)
    with OvsdbClient(server.remote, "D") as client:
        assert client.select("T", ["a"]) == [{"a": "b"}]
    assert server.transactions == 2


@pytest.mark.parametrize("answer", [hang_up, half])
def test_what_may_have_been_written_is_not_written_again(double: Callable[..., Double], answer: Answer) -> None:
    server = double(answer, rows)
    said = "whether the transaction took place is not known$"
    with OvsdbClient(server.remote, "D") as client, pytest.raises(OvsdbError, match=said):
        client.transact([INSERT])
    assert server.transactions == 1


def test_what_no_leader_took_is_written_when_there_is_one(double: Callable[..., Double]) -> None:
    server = double(without_leader, without_leader, lambda _connection, _message: [{"uuid": UUID}])
    with OvsdbClient(server.remote, "D") as client:
        assert client.transact([INSERT]) == [{"uuid": UUID}]
    assert server.transactions == 3


def test_a_leader_that_never_comes_is_waited_for_no_longer_than_allowed(double: Callable[..., Double]) -> None:
    remote = double(without_leader).remote
    said = "its cluster has no leader$"
    with OvsdbClient(remote, "D", timeout_seconds=1) as client, pytest.raises(OvsdbError, match=said):
        client.transact([INSERT])


def test_the_leader_is_found_where_it_is_after_an_election(double: Callable[..., Double]) -> None:
    elected = time.monotonic() + 0.7
    first = double(rows, is_leader=lambda: False, name="first")
    second = double(rows, is_leader=lambda: time.monotonic() > elected, name="second")
    with OvsdbClient(f"{first.remote},{second.remote}", "D", timeout_seconds=10) as client:
        assert client.select("T", ["a"]) == [{"a": "b"}]
    assert (first.transactions, second.transactions) == (0, 1)
