# SPDX-License-Identifier: GPL-3.0-or-later
"""The real packstack on a host that is no Enterprise Linux: it generates and it validates, but it installs nothing.

``outcome()`` installs packstack from PyPI into an environment of its own, once for each checkout, and starts this file
under ``unshare``. There the host has what packstack asks for, a default route, a public key and something that listens
on port 22, and the addresses of all hosts of the inventory in the role's README. Then tasks of the role run. All of it
ends with its last process.
"""

from __future__ import annotations

import functools
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import venv
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[3]
VERSION = "26.0.0"
ENVIRONMENT = ROOT / ".ansible" / f"packstack-{VERSION}-python{sys.version_info[0]}.{sys.version_info[1]}"
PROGRAM = ENVIRONMENT / "bin" / "packstack"

NETWORK = """
ip link set lo up
ip link add eth0 type veth peer name switch0
ip link add eth1 type veth peer name switch1
ip address add 192.168.122.39/24 dev eth0
ip address add 192.168.122.15/24 dev eth0
ip address add 192.168.122.207/24 dev eth0
for link in eth0 eth1 switch0 switch1; do ip link set $link up; done
ip route add default via 192.168.122.1
mount -t sysfs sysfs /sys
mount -t tmpfs tmpfs /var/tmp
"""

# In place of a packstack that succeeds, which is one on Enterprise Linux. It leaves the answer file as that does: keys
# of what is not installed have their defaults, or other values than before.
SUCCEEDING = """#!/bin/sh
file=${1#--answer-file=}
sed -i 's/^CONFIG_HEAT_AUTH_ENC_KEY=.*/CONFIG_HEAT_AUTH_ENC_KEY=0123456789abcdef/' "$file"
sed -i 's/^CONFIG_HEAT_DB_PW=.*/CONFIG_HEAT_DB_PW=PW_PLACEHOLDER/' "$file"
echo run >>RUNS
echo 'Preparing servers                                    [ DONE ]'
echo 'Applying 192.168.122.39_controller.pp'
echo '192.168.122.39_controller.pp:                        [ DONE ]'
echo ' **** Installation completed successfully ******'
"""

# Prints the keys of all values that packstack masks.
MASKED = """
from packstack.installer import run_setup
run_setup.loadPlugins()
run_setup.initPluginsConfig()
for group in run_setup.controller.getAllGroups():
    for param in group.parameters.itervalues():
        if param.MASK_INPUT:
            print(param.CONF_NAME)
"""

HOSTS = (
    {"name": "controller", "address": "192.168.122.39", "computes": False},
    {"name": "compute1", "address": "192.168.122.15", "computes": True},
    {"name": "compute2", "address": "192.168.122.207", "computes": True},
)
SECRETS = {"CONFIG_KEYSTONE_ADMIN_PW": "not-to-be-seen", "CONFIG_HEAT_DB_PW": "neither-this"}


@functools.lru_cache(maxsize=None)
def outcome() -> dict[str, Any]:
    """What ``_main`` found, or ``refused``: what keeps it from looking."""
    absent = [command for command in ("unshare", "ip", "flock", "sha256sum") if not shutil.which(command)]
    if absent:
        return {"refused": f"no {', '.join(absent)}"}
    installed = _install()
    if installed:
        return {"refused": installed}
    unshare = ["unshare", "--mount", "--net", "--pid", "--fork", "--mount-proc"]
    done = subprocess.run(
        [*unshare, sys.executable, __file__], check=False, capture_output=True, text=True, timeout=300
    )
    return json.loads(done.stdout) if done.returncode == 0 else {"refused": done.stderr.strip()}


def _install() -> str:
    """Return what keeps packstack from being there, or ""."""
    if PROGRAM.exists():
        return ""
    venv.create(ENVIRONMENT)
    pip = [sys.executable, "-m", "pip", "--python", ENVIRONMENT / "bin" / "python", "install", "--quiet"]
    done = subprocess.run([*pip, f"packstack=={VERSION}"], check=False, capture_output=True, text=True, timeout=300)
    return done.stderr.strip() if done.returncode else ""


def _listen() -> None:
    """Let packstack connect to port 22, which is all that it looks at before it begins."""
    server = socket.create_server(("", 22))

    def serve() -> None:
        while True:
            server.accept()[0].close()

    threading.Thread(target=serve, daemon=True).start()


class Host:
    """A home for root, with what the role makes in it."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.answer_file = home / "answer.txt"
        self.succeeding = home / "succeeding"
        (home / ".ssh").mkdir(mode=0o700)
        (home / ".ssh" / "id_rsa.pub").write_text("ssh-rsa AAAA root@controller\n", encoding="utf-8")
        self.succeeding.write_text(SUCCEEDING.replace("RUNS", str(home / "runs")), encoding="utf-8")
        self.succeeding.chmod(0o755)
        self.environment = {
            **os.environ,
            "HOME": str(home),
            "ANSIBLE_CONFIG": str(ROOT / "ansible.cfg"),
            "ANSIBLE_NOCOLOR": "1",
        }

    def packstack(self, *options: str, program: tuple[str, ...] = ("packstack",)) -> str:
        """Return what the real packstack, or something else of its environment, prints."""
        done = subprocess.run(
            [PROGRAM.parent / program[0], *program[1:], *options],
            env=self.environment,
            check=False,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
        )
        return done.stdout

    def play(self, plays: list[dict[str, Any]], *options: str) -> str:
        """Run plays on the inventory of the README; all of its hosts are this one."""
        readme = (ROOT / "roles" / "packstack" / "README.md").read_text(encoding="utf-8")
        inventory, playbook = self.home / "inventory.yml", self.home / "playbook.json"
        inventory.write_text(readme.split("```yaml\n")[1].split("```")[0], encoding="utf-8")
        playbook.write_text(json.dumps(plays), encoding="utf-8")
        variables = {
            "ansible_python_interpreter": sys.executable,
            "packstack_answer_file": str(self.answer_file),
            "packstack_ssh_key": str(self.home / ".ssh" / "id_rsa"),
            # One look is enough for all of them.
            "packstack_hosts": [f"{{{{ hostvars.controller.packstack_seen | combine({host}) }}}}" for host in HOSTS],
            "packstack_secrets": SECRETS,
        }
        command = [Path(sys.executable).parent / "ansible-playbook", "-i", inventory, "-e", json.dumps(variables)]
        done = subprocess.run(
            [*command, *options, playbook],
            cwd=ROOT,
            env=self.environment,
            check=False,
            capture_output=True,
            text=True,
            timeout=240,
        )
        return done.stdout + done.stderr


def _tasks(name: str, *command: str) -> dict[str, Any]:
    return {
        "ansible.builtin.include_role": {"name": "packetwalk.labs.packstack", "tasks_from": f"{name}.yml"},
        "vars": {"packstack_command": command},
    }


def _play(name: str, *tasks: dict[str, Any]) -> dict[str, Any]:
    return {
        "name": name,
        "hosts": "packstack_controller",
        "gather_facts": False,
        "connection": "local",
        "tasks": list(tasks),
    }


def _found(host: Host) -> dict[str, Any]:
    """What packstack and the role did.

    * ``checked``: what Ansible showed of a play in check mode, before there is an answer file.
    * ``played``: what it showed of the plays ``real``, with the real packstack, which fails, ``succeeding``, with
      something in place of one that does not, and ``again``.
    * ``edited``: the answer file that the real one left; ``output``: what it printed.
    * ``answers``: the answer file at the end; ``mode``: its mode; ``runs``: how often packstack succeeded.
    * ``unedited``: an answer file as packstack generates it; ``unedited_output``: what packstack prints with that, and
      ``invalid_output`` with a value in it that packstack does not take.
    * ``masked``: the keys whose values packstack never shows.
    """
    home, real, succeeding = host.home, (str(PROGRAM), "--dry-run"), (str(host.succeeding),)
    keep = f"cp {host.answer_file} {home}/edited; cp {host.answer_file}.output {home}/output"
    unedited, invalid = home / "unedited", home / "invalid"
    host.packstack(f"--gen-answer-file={unedited}")
    text = _text(unedited)
    invalid.write_bytes(text.replace("CONFIG_DEBUG_MODE=n", "CONFIG_DEBUG_MODE=perhaps").encode("latin-1"))
    checked = host.play([_play("real", _tasks("answers", *real), _tasks("run", *real))], "--check")
    played = host.play(
        [
            _play("look", _tasks("look")),
            _play(
                "real",
                {
                    "block": [_tasks("answers", *real), _tasks("run", *real)],
                    "rescue": [{"ansible.builtin.command": {"argv": ["sh", "-c", keep]}}],
                },
            ),
            _play("succeeding", _tasks("answers", *succeeding), _tasks("run", *succeeding)),
            _play("again", _tasks("answers", *succeeding), _tasks("run", *succeeding)),
        ],
        "--diff",
        "-vvv",
    )
    return {
        "checked": checked,
        "played": played,
        "edited": _text(home / "edited"),
        "output": _text(home / "output"),
        "answers": _text(host.answer_file),
        "mode": oct(host.answer_file.stat().st_mode & 0o777),
        "runs": len(_text(home / "runs").split()),
        "unedited": text,
        "unedited_output": host.packstack(f"--answer-file={unedited}", "--dry-run"),
        "masked": host.packstack(MASKED, program=("python", "-c")),
        "invalid_output": host.packstack(f"--answer-file={invalid}", "--dry-run"),
    }


def _text(file: Path) -> str:
    # Of all bytes, as comments of packstack have some that are no text.
    return file.read_bytes().decode("latin-1") if file.exists() else ""


def _main() -> None:
    subprocess.run(["sh", "-e", "-c", NETWORK], check=True, stdout=sys.stderr)
    _listen()
    with tempfile.TemporaryDirectory() as home:
        json.dump(_found(Host(Path(home))), sys.stdout)


if __name__ == "__main__":
    _main()
