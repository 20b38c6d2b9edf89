# SPDX-License-Identifier: GPL-3.0-or-later
"""Write the files of the cloud, for an account of its own, and say which of them changed.

The standard input has a file on each line, a JSON object: "path" and either "content" or "copy_of", a file of this
host; "private" is true where only root may read it, "program" where it is run. Where a content has @@NAME@@ the
password of that name is put, which is made when there is none yet. Passwords never leave this host.
"""

from __future__ import annotations

import json
import os
import pwd
import re
import secrets
import subprocess
import sys
from pathlib import Path

ACCOUNT = "openstack"
PASSWORDS = Path("/etc/openstack/packetwalk/passwords")
LAUNCHERS = Path("/etc/openstack/services")
DIRECTORIES = ("/etc/openstack", "/var/lib/openstack", "/var/log/openstack", "/run/openstack")


def account() -> pwd.struct_passwd:
    """The account that the services run as, made when it is missing."""
    try:
        return pwd.getpwnam(ACCOUNT)
    except KeyError:
        command = [
            "useradd",
            "--system",
            "--user-group",
            "--home-dir",
            "/var/lib/openstack",
            "--shell",
            "/usr/sbin/nologin",
            ACCOUNT,
        ]
        subprocess.run(command, check=True)
        return pwd.getpwnam(ACCOUNT)


def write(path: Path, content: bytes, mode: int, group: int) -> bool:
    """Write a file at once, and return whether it is another than before."""
    if not path.parent.exists():
        path.parent.mkdir(mode=0o750, parents=True)
        os.chown(path.parent, 0, group)
    known = path.stat() if path.exists() else None
    if known and path.read_bytes() == content and known.st_mode & 0o7777 == mode and known.st_gid == group:
        return False
    new = path.with_name(path.name + ".new")
    descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
    os.chown(new, 0, group)
    os.chmod(new, mode)
    os.replace(new, path)
    return True


def main() -> None:
    files = [json.loads(line) for line in sys.stdin if line.strip()]
    owner = account()
    for directory in DIRECTORIES:
        Path(directory).mkdir(mode=0o755, parents=True, exist_ok=True)
        if directory != "/etc/openstack":
            os.chown(directory, owner.pw_uid, owner.pw_gid)

    lines = PASSWORDS.read_text(encoding="ascii").split() if PASSWORDS.exists() else []
    passwords = dict(line.split("=", 1) for line in lines)
    wanted = {name for file in files for name in re.findall(r"@@(\w+)@@", file.get("content", ""))}
    # 32 random bytes in the alphabet of base64 for URLs, without the "=" at its end: a Fernet key is that too.
    passwords |= {name: secrets.token_urlsafe(32) for name in sorted(wanted - passwords.keys())}
    text = "".join(f"{name}={password}\n" for name, password in passwords.items())
    write(PASSWORDS, text.encode("ascii"), 0o600, owner.pw_gid)

    for file in files:
        path = Path(file["path"])
        if "copy_of" in file:
            content = Path(file["copy_of"]).read_bytes()
        else:
            content = re.sub(r"@@(\w+)@@", lambda found: passwords[found.group(1)], file["content"]).encode()
        private, program = file.get("private", False), file.get("program", False)
        mode = 0o600 if private else 0o755 if program else 0o640
        if write(path, content, mode, owner.pw_gid):
            print(f"wrote {path}")

    for launcher in sorted(LAUNCHERS.iterdir()):
        if str(launcher) not in {file["path"] for file in files}:
            launcher.unlink()
            print(f"removed {launcher}")


main()
