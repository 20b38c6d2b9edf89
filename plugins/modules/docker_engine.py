#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: docker_engine
short_description: Configure, start or stop a Docker engine, with or without systemd
version_added: 0.1.0
description:
  - Writes the engine's configuration, starts the engine, and waits until it answers. A changed configuration restarts
    it.
  - Where systemd runs, the unit C(docker) is used. Elsewhere (containers) the daemon is started directly, as the init
    script of the distribution wants to raise limits that a container may not raise.
author:
  - The packetwalk.labs maintainers (@packetwalk)
extends_documentation_fragment:
  - packetwalk.labs._attributes
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
  idempotent:
    support: full
options:
  state:
    description:
      - Whether the engine shall run.
      - V(stopped) stops an engine only when this module started it, or when systemd manages it. Without systemd it also
        removes the bridges and the netfilter rules that an engine leaves behind in the kernel.
    type: str
    choices: [started, stopped]
    default: started
  options:
    description:
      - Options of the daemon, as in its configuration file. Options of that file that are not named here are kept.
      - Where these name C(hosts), those in systemd's unit are taken out, as the daemon does not start with both.
      - An option that the installed engine no longer has is refused.
    type: dict
    default: {}
  environment:
    description: Environment variables of the daemon.
    type: dict
    default: {}
  configuration_file:
    description: The daemon's configuration file.
    type: path
    default: /etc/docker/daemon.json
  docker_socket:
    description: Socket on which the engine answers.
    type: path
    default: /var/run/docker.sock
  wait_seconds:
    description: How long to wait for the engine's answer.
    type: int
    default: 60
"""

EXAMPLES = r"""
- name: Run an engine whose containers have control groups of their own
  packetwalk.labs.docker_engine:
    options:
      cgroup-parent: /packetwalk/swarm/manager1
"""

RETURN = r"""
version:
  description: Version of the engine, V(null) when it does not run.
  returned: success
  type: str
  sample: 20.10.24+dfsg1
actions:
  description: What was done, or would be done in check mode.
  returned: success
  type: list
  elements: str
  sample: [write /etc/docker/daemon.json, start the engine]
"""

import json
import os
import re
import socket
import time

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._docker_rules import (
    forward_policy,
    without_docker,
)
from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._docker_unit import start_without_hosts
from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._errors import ParseError
from ansible_collections.packetwalk.labs.plugins.module_utils._probing._docker_api import DockerApi, DockerError
from ansible_collections.packetwalk.labs.plugins.module_utils._probing._tools import find

DROP_IN = "/etc/systemd/system/docker.service.d/packetwalk.conf"
LOG = "/var/log/docker.log"
# start-stop-daemon knows the engine that it started by this file.
PROCESS = "/run/packetwalk-docker.pid"
# What the engine changes in the kernel and does not put back; beside the process identifier, gone with a reboot.
BEFORE = "/run/packetwalk-docker.json"
FORWARDING = "/proc/sys/net/ipv4/ip_forward"
# Options that newer engines do not start with, and the version that they left the engine in.
REMOVED = {"cluster-advertise": (23, 0), "cluster-store": (23, 0), "cluster-store-opts": (23, 0)}


def _read(path: str) -> str:
    try:
        with open(path, encoding="utf-8") as file:
            return file.read()
    except FileNotFoundError:
        return ""


def _write(module: AnsibleModule, path: str, text: str) -> None:
    os.makedirs(os.path.dirname(path), exist_ok=True)
    temporary = f"{path}.packetwalk"
    with open(temporary, "w", encoding="utf-8") as file:
        file.write(text)
    module.atomic_move(temporary, path)


def _version(path: str):
    try:
        with DockerApi(path) as api:
            return api.get("version")["Version"]
    except DockerError:
        return None


class Engine:
    """One engine on this host; every method that changes something is noted in ``actions`` first."""

    def __init__(self, module: AnsibleModule) -> None:
        self.module = module
        self.systemd = os.path.isdir("/run/systemd/system")
        self.actions = []
        self.before = {}
        self.after = {}

    def do(self, action: str) -> bool:
        """Note an action; tell whether it is to be carried out."""
        self.actions.append(action)
        return not self.module.check_mode

    def command(self, *words: str, **options) -> str:
        environment = dict(LC_ALL="C", **options.pop("environment", {}))
        code, out, error = self.module.run_command(list(words), environ_update=environment, **options)
        if code != 0:
            self.module.fail_json(msg=f"{' '.join(words)} ended with {code}: {(error or out).strip()}")
        return out

    def write(self, path: str, text: str) -> bool:
        """Write a file when it differs; tell whether it differed."""
        current = _read(path)
        if current == text:
            return False
        self.before[path], self.after[path] = current, text
        if self.do(f"write {path}"):
            _write(self.module, path, text)
        return True

    def refuse_removed_options(self) -> None:
        """Fail when the installed engine would not start with what was asked for."""
        removed = sorted(set(self.module.params["options"]) & set(REMOVED))
        daemon = find("dockerd")
        if not removed or daemon is None:
            return
        said = self.command(daemon, "--version")
        version = re.search(r"version ((\d+)\.(\d+)\S*?),", said)
        if version is None:
            self.module.fail_json(msg=f"dockerd --version said {said.strip()!r}, which names no version.")
        for option in removed:
            if (int(version.group(2)), int(version.group(3))) >= REMOVED[option]:
                self.module.fail_json(
                    msg=f"The Docker engine of {socket.gethostname()} is version {version.group(1)}, "
                    f"but the option {option} left the engine in {'.'.join(map(str, REMOVED[option]))}. "
                    "Install an earlier one, on Debian 12 the package docker.io (20.10)."
                )

    def configure(self) -> bool:
        """Write the configuration; tell whether it changed."""
        options, environment = self.module.params["options"], self.module.params["environment"]
        if not options and not (self.systemd and environment):
            return False
        path = self.module.params["configuration_file"]
        try:
            current = json.loads(_read(path) or "{}")
        except ValueError as error:
            self.module.fail_json(msg=f"{path} is not JSON ({error}). Correct or remove it.")
        if not isinstance(current, dict):
            self.module.fail_json(msg=f"{path} holds no JSON object. Correct or remove it.")
        wanted = dict(current, **options)
        changed = wanted != current and self.write(path, json.dumps(wanted, indent=2, sort_keys=True) + "\n")
        return self.drop_in(wanted, environment) or changed

    def drop_in(self, options, environment) -> bool:
        """Write what the configuration file cannot say to systemd; tell whether it changed."""
        lines = ["Environment=" + json.dumps(f"{name}={value}") for name, value in sorted(environment.items())]
        if self.systemd and "hosts" in options:
            try:
                lines += ["ExecStart=", "ExecStart=" + start_without_hosts(self.command("systemctl", "cat", "docker"))]
            except ParseError as error:
                self.module.fail_json(
                    msg=f"{error}. Install the engine's systemd unit, on Debian with the package docker.io."
                )
        if not self.systemd or not lines or not self.write(DROP_IN, "\n".join(["[Service]"] + lines) + "\n"):
            return False
        if not self.module.check_mode:
            self.command("systemctl", "daemon-reload")
        return True

    def start(self) -> None:
        if not self.do("start the engine"):
            return
        if self.systemd:
            self.command("systemctl", "start", "docker")
            return
        daemon = find("dockerd")
        if daemon is None:
            self.module.fail_json(
                msg="dockerd was not found. Install the engine first, on Debian the package docker.io."
            )
        before = {
            "forward_policies": {
                save: forward_policy(self.command(save)) for save in ("iptables-save", "ip6tables-save")
            },
            "ip_forward": _read(FORWARDING).strip(),
        }
        if not os.path.exists(BEFORE):
            _write(self.module, BEFORE, json.dumps(before))
        self.command(
            find("start-stop-daemon"),
            "--start",
            "--oknodo",
            "--background",
            "--make-pidfile",
            "--pidfile",
            PROCESS,
            "--output",
            LOG,
            "--exec",
            daemon,
            environment={name: str(value) for name, value in self.module.params["environment"].items()},
        )

    def stop(self) -> None:
        if not self.do("stop the engine"):
            return
        if self.systemd:
            self.command("systemctl", "stop", "docker.socket", "docker")
            return
        self.command(
            find("start-stop-daemon"), "--stop", "--oknodo", "--retry", "30", "--remove-pidfile", "--pidfile", PROCESS
        )

    def remove_traces(self) -> None:
        """Put back what an engine that this module started without systemd changed in the kernel."""
        if not os.path.exists(BEFORE) or not self.do("remove what the engine left in the kernel"):
            return
        before = json.loads(_read(BEFORE))
        # Not by /sys, which may be that of another network namespace.
        present = [name for dummy, name in socket.if_nameindex()]
        for link in ("docker0", "docker_gwbridge"):
            if link in present:
                self.command("ip", "link", "delete", link)
        for save, policy in before["forward_policies"].items():
            rules = without_docker(self.command(save), policy)
            self.command(save.replace("save", "restore"), data=rules)
        with open(FORWARDING, "w", encoding="ascii") as file:
            file.write(before["ip_forward"])
        os.unlink(BEFORE)

    def wait(self):
        """Return the version when the engine answers; fail with the end of its log when it does not."""
        path = self.module.params["docker_socket"]
        end = time.monotonic() + self.module.params["wait_seconds"]
        while time.monotonic() < end:
            version = _version(path)
            if version is not None:
                return version
            time.sleep(0.2)
        tail = _read(LOG).splitlines()[-5:] if not self.systemd else ["see journalctl --unit docker"]
        self.module.fail_json(
            msg=f"The Docker engine does not answer on {path} after {self.module.params['wait_seconds']} seconds. "
            f"The end of its log: {' | '.join(tail) or 'empty'}"
        )


def main() -> None:
    module = AnsibleModule(
        argument_spec={
            "state": {"type": "str", "choices": ["started", "stopped"], "default": "started"},
            "options": {"type": "dict", "default": {}},
            "environment": {"type": "dict", "default": {}},
            "configuration_file": {"type": "path", "default": "/etc/docker/daemon.json"},
            "docker_socket": {"type": "path", "default": "/var/run/docker.sock"},
            "wait_seconds": {"type": "int", "default": 60},
        },
        supports_check_mode=True,
    )
    engine = Engine(module)
    version = _version(module.params["docker_socket"])
    if module.params["state"] == "stopped":
        if version is not None and (engine.systemd or os.path.exists(PROCESS)):
            engine.stop()
            version = None
        if not engine.systemd:
            engine.remove_traces()
    else:
        engine.refuse_removed_options()
        changed = engine.configure()
        if changed and version is not None:
            if not engine.systemd and not os.path.exists(PROCESS):
                module.fail_json(
                    msg="The engine runs, but neither systemd nor this module started it. Restart it yourself."
                )
            engine.stop()
            version = None
        if version is None:
            engine.start()
            version = None if module.check_mode else engine.wait()
    module.exit_json(
        changed=bool(engine.actions),
        actions=engine.actions,
        version=version,
        diff=[
            {"before_header": path, "after_header": path, "before": engine.before[path], "after": engine.after[path]}
            for path in engine.before
        ],
    )


if __name__ == "__main__":
    main()
