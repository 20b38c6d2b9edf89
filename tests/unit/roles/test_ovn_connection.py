# SPDX-License-Identifier: GPL-3.0-or-later
"""The certificates of a lab, made on this machine as if it were the hosts."""

from __future__ import annotations

import stat
import subprocess
from pathlib import Path

FILES = Path(__file__).parents[3] / "roles" / "ovn_connection" / "files"


def run(name: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["sh", FILES / name, *arguments], check=True, capture_output=True, text=True)


def script(name: str, *arguments: str) -> str:
    """What a script prints, as Ansible has it."""
    return run(name, *arguments).stdout.strip()


def request(host: Path, authority: str, days: int = 30) -> str:
    return script("request.sh", str(host), str(days), host.name, "192.0.2.1", authority)


def certify(host: Path, central: Path, authority: str) -> None:
    signed = script("sign.sh", str(central), "365", request(host, authority))
    (host / "certificate.pem").write_text(signed, encoding="ascii")


def test_a_certificate_is_asked_for_once(tmp_path: Path) -> None:
    central, host = tmp_path / "central", tmp_path / "chassis1"
    made, again = (run("authority.sh", str(central), "30") for _time in range(2))
    assert "made" in made.stderr and "made" not in again.stderr
    assert made.stdout == again.stdout == (central / "authority.pem").read_text(encoding="ascii")
    certify(host, central, made.stdout.strip())
    assert request(host, made.stdout.strip()) == ""
    told = subprocess.check_output(
        ["openssl", "x509", "-in", host / "certificate.pem", "-noout", "-subject", "-ext", "subjectAltName"], text=True
    )
    assert "CN = chassis1" in told and "IP Address:192.0.2.1" in told


def test_keys_can_be_read_by_their_owner_only(tmp_path: Path) -> None:
    authority = script("authority.sh", str(tmp_path / "central"), "30")
    certify(tmp_path / "chassis1", tmp_path / "central", authority)
    keys = sorted(tmp_path.rglob("*key.pem"))
    assert [key.name for key in keys] == ["authority-key.pem", "key.pem"]
    assert all(stat.S_IMODE(key.stat().st_mode) == 0o600 for key in keys)


def test_a_certificate_is_made_anew_when_it_is_of_no_use(tmp_path: Path) -> None:
    central, host = tmp_path / "central", tmp_path / "chassis1"
    authority = script("authority.sh", str(central), "30")
    certify(host, central, authority)
    assert request(host, authority, days=366).startswith("-----BEGIN CERTIFICATE REQUEST-----")
    other = script("authority.sh", str(tmp_path / "other"), "30")
    assert request(host, other)
    assert (host / "authority.pem").read_text(encoding="ascii").strip() == other
    certify(host, tmp_path / "other", other)
    (host / "key.pem").unlink()
    assert request(host, other)


def test_an_authority_near_its_end_is_made_anew(tmp_path: Path) -> None:
    first = script("authority.sh", str(tmp_path), "30")
    assert script("authority.sh", str(tmp_path), "3651") != first
