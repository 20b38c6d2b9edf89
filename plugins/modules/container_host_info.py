#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: container_host_info
short_description: Look at a machine that shall carry nodes as containers
version_added: 0.1.0
description:
  - Returns what the machine offers (engine, memory, disk, capabilities) and what it carries already, of all labs.
  - What cannot be read is V(null) with a reason; the task does not fail for it.
author:
  - The packetwalk.labs maintainers (@packetwalk)
extends_documentation_fragment:
  - packetwalk.labs._attributes
  - packetwalk.labs._attributes.info_module
options:
  docker_socket:
    description: Socket of the Docker engine.
    type: path
    default: /var/run/docker.sock
"""

EXAMPLES = r"""
- name: Look at this machine
  packetwalk.labs.container_host_info:
  register: machine
  delegate_to: localhost

- name: Stop when there is no engine
  ansible.builtin.assert:
    that: machine.engine_reachable
    fail_msg: "{{ machine.engine_reason }}"
"""

RETURN = r"""
engine_reachable:
  description: Whether the Docker engine answered.
  returned: always
  type: bool
engine_reason:
  description: Why it did not, V(null) when it did.
  returned: always
  type: str
  sample: "/var/run/docker.sock: there is no such socket: Docker is not installed or not running"
engine_version:
  description: Version of the engine.
  returned: always
  type: str
  sample: 20.10.24+dfsg1
engine_root:
  description: Folder in which the engine keeps its data.
  returned: always
  type: str
  sample: /var/lib/docker
containers:
  description: Containers that carry the label C(packetwalk.lab).
  returned: always
  type: list
  elements: dict
  sample: [{name: swarm-manager1, lab: swarm, node: manager1, state: running}]
volumes:
  description: Volumes that carry the label.
  returned: always
  type: list
  elements: dict
  sample: [{name: swarm-manager1-docker, lab: swarm}]
networks:
  description: Networks that carry the label.
  returned: always
  type: list
  elements: dict
  sample: [{name: packetwalk-swarm, lab: swarm}]
images:
  description: Tags of the images of this collection, newest first.
  returned: always
  type: list
  elements: str
  sample: ["packetwalk/node:0123456789ab"]
control_groups:
  description: Folders of control groups that engines inside of nodes made.
  returned: always
  type: list
  elements: str
  sample: [/sys/fs/cgroup/memory/packetwalk/swarm]
memory_available_megabytes:
  description: Memory that can be had without swapping.
  returned: always
  type: int
  sample: 7800
disk_free_megabytes:
  description: Free space below RV(engine_root), V(null) when it cannot be read.
  returned: always
  type: int
  sample: 41000
missing_capabilities:
  description: Capabilities that the machine itself lacks, so that no container can have them.
  returned: always
  type: list
  elements: str
  sample: [SYS_RESOURCE]
tools:
  description: Path of each command that making an image may need, V(null) when it was not found.
  returned: always
  type: dict
  sample: {docker: /usr/bin/docker, mmdebstrap: /usr/bin/mmdebstrap}
"""

import glob
import os

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.packetwalk.labs.plugins.module_utils._parsing import _capabilities
from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._errors import ParseError
from ansible_collections.packetwalk.labs.plugins.module_utils._probing import _tools
from ansible_collections.packetwalk.labs.plugins.module_utils._probing._docker_api import DockerApi, DockerError

LABEL = "packetwalk.lab"
MEGABYTE = 1024 * 1024


def _labelled(rows: list, name) -> list:
    found = [dict(name=name(row), lab=row["Labels"][LABEL]) for row in rows or [] if LABEL in (row.get("Labels") or {})]
    return sorted(found, key=lambda row: row["name"])


def _engine(path: str) -> dict:
    empty = {"version": None, "root": None, "containers": [], "volumes": [], "networks": [], "images": []}
    try:
        with DockerApi(path) as api:
            info = api.get("info")
            containers = [
                {
                    "name": row["Names"][0].lstrip("/"),
                    "lab": row["Labels"][LABEL],
                    "node": row["Labels"].get("packetwalk.node"),
                    "state": row["State"],
                }
                for row in api.get("containers", "json", all="true")
                if LABEL in row["Labels"]
            ]
            tags = [tag for row in api.get("images", "json") for tag in row.get("RepoTags") or []]
            return {
                "reachable": True,
                "reason": None,
                "version": info["ServerVersion"],
                "root": info["DockerRootDir"],
                "containers": sorted(containers, key=lambda row: row["name"]),
                "volumes": _labelled(api.get("volumes")["Volumes"], lambda row: row["Name"]),
                "networks": _labelled(api.get("networks"), lambda row: row["Name"]),
                "images": [tag for tag in tags if tag.startswith("packetwalk/")],
            }
    except DockerError as error:
        return dict(empty, reachable=False, reason=str(error))


def _memory_available_megabytes() -> int:
    with open("/proc/meminfo", encoding="ascii") as file:
        for line in file:
            name, dummy, value = line.partition(":")
            if name == "MemAvailable":
                return int(value.split()[0]) // 1024
    raise ParseError("/proc/meminfo", 0, "", "expected a line that starts with MemAvailable")


def _disk_free_megabytes(folder):
    """Free space for an unprivileged writer; the engine's folder may be closed to us, its file system is not."""
    while folder:
        try:
            return os.statvfs(folder).f_bavail * os.statvfs(folder).f_frsize // MEGABYTE
        except PermissionError:
            folder = os.path.dirname(folder)
        except OSError:
            return None
    return None


def _capabilities_missing() -> list:
    with open("/proc/self/status", encoding="utf-8") as file:
        return _capabilities.missing(file.read())


def main() -> None:
    module = AnsibleModule(
        argument_spec={"docker_socket": {"type": "path", "default": "/var/run/docker.sock"}}, supports_check_mode=True
    )
    engine = _engine(module.params["docker_socket"])
    try:
        machine = {
            "memory_available_megabytes": _memory_available_megabytes(),
            "missing_capabilities": _capabilities_missing(),
        }
    except ParseError as error:
        module.fail_json(msg=str(error))
    module.exit_json(
        changed=False,
        engine_reachable=engine["reachable"],
        engine_reason=engine["reason"],
        engine_version=engine["version"],
        engine_root=engine["root"],
        containers=engine["containers"],
        volumes=engine["volumes"],
        networks=engine["networks"],
        images=engine["images"],
        control_groups=sorted(glob.glob("/sys/fs/cgroup/packetwalk/*") + glob.glob("/sys/fs/cgroup/*/packetwalk/*")),
        disk_free_megabytes=_disk_free_megabytes(engine["root"]),
        tools={command: _tools.find(command) for command in ("docker", "mmdebstrap")},
        **machine,
    )


if __name__ == "__main__":
    main()
