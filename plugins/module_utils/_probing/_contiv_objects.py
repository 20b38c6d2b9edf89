# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""Bring one object of netmaster to the state that a module is asked for."""

from __future__ import annotations

import contextlib
from typing import Any, Iterable, Mapping

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._contiv import linked_networks
from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._contiv import network as network_row
from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._errors import ParseError
from ansible_collections.packetwalk.labs.plugins.module_utils._planning import _contiv_changes as planning
from ansible_collections.packetwalk.labs.plugins.module_utils._planning import _contiv_refusals as refusals
from ansible_collections.packetwalk.labs.plugins.module_utils._planning._contiv_mends import mend
from ansible_collections.packetwalk.labs.plugins.module_utils._planning._contiv_objects import (
    BGP,
    GLOBAL,
    GROUP,
    NETWORK,
    Kind,
    Row,
)
from ansible_collections.packetwalk.labs.plugins.module_utils._planning._contiv_spelling import subnet
from ansible_collections.packetwalk.labs.plugins.module_utils._probing._docker_api import DockerApi, DockerError
from ansible_collections.packetwalk.labs.plugins.module_utils._probing._netmaster import (
    ARGUMENTS,
    TOGETHER,
    Netmaster,
    NetmasterError,
    Refused,
)

STATE = {"type": "str", "choices": ["present", "absent"], "default": "present"}
TENANT = {"type": "str", "default": "default"}
DOCKER_SOCKET = {"type": "path", "default": "/var/run/docker.sock"}

# How Docker calls netplugin.
_DRIVER = "netplugin"
_NO_PROFILE = "Netprofile not found"


class NotDone(Exception):
    """What is asked for is not done; the text is for people."""


def run(kind: Kind, argument_spec: Mapping[str, Any]) -> None:
    """Be the module of a kind: read its options, do what they ask for, and end with the result."""
    module = AnsibleModule(
        argument_spec=dict(ARGUMENTS, **argument_spec), required_together=TOGETHER, supports_check_mode=True
    )
    options = module.params
    present = options.get("state", "present") == "present"
    try:
        _need_none(refusals.misspelled_names(kind, options))
        netmaster = Netmaster(**{name: options[name] for name in ARGUMENTS})
        task = _Task(kind, options, netmaster, module.check_mode)
        if present:
            _need_none(refusals.impossible(kind, options))
        result = task.present() if present else task.absent()
    except Refused as error:
        module.fail_json(
            msg=f"{planning.title(kind, options)}: netmaster refuses: {str(error).rstrip('.')}. "
            f"{mend(kind, str(error))}"
        )
    except (NetmasterError, NotDone) as error:
        module.fail_json(msg=str(error))
    except (DockerError, ParseError) as error:
        module.fail_json(msg=f"{planning.title(kind, options)}: {error}.")
    for sentence in task.warnings:
        module.warn(sentence)
    module.exit_json(**result)


class _Task:
    """One object, and what is done to it. ``actions`` are the requests that change something."""

    def __init__(self, kind: Kind, options: Mapping[str, Any], netmaster: Netmaster, check: bool) -> None:
        self.kind = kind
        self.options = options
        self.netmaster = netmaster
        self.check = check
        self.key = planning.key(kind, options)
        self.title = planning.title(kind, options)
        self.actions: list[str] = []
        self.warnings: list[str] = []

    def present(self) -> dict[str, Any]:
        """Make the object, change or repair it, unless it is as it shall be."""
        found = self._read()
        before = None if found is None else self._row(found)
        changes = {} if before is None else planning.changes(self.kind, before, self.options)
        _need_none(refusals.unchangeable(self.kind, self.options, changes))
        if self.kind is GLOBAL and before and changes:
            self._need_no_networks(before, changes)
        self._need_net_profile()
        engine = _Engine(self.options["docker_socket"]) if self.kind.docker else None
        body = planning.body(self.kind, {} if found is None else found["Config"], self.options)
        if found is None:
            self._create(body, engine)
        elif changes:
            self._write(body)
        repaired = engine is not None and self._repair(engine, body, found)
        after = before
        if self.actions:
            # In check mode what there would be, as far as it is known.
            expected = (
                {"Config": body, "Oper": {}} if found is None else dict(found, Config={**found["Config"], **body})
            )
            made = expected if self.check else self._read()
            if made is None:
                raise NotDone(f"{self.title}: netmaster took it and does not have it. {mend(self.kind, '')}")
            after = self._row(made)
        self._warn(after or {})
        result = self._result(before, after)
        if engine:
            result.update(repaired=repaired, docker_network_checked=engine.networks is not None)
        return result

    def absent(self) -> dict[str, Any]:
        """Delete the object if it is there and nothing needs it."""
        found = self._read()
        engine = _Engine(self.options["docker_socket"]) if self.kind.docker else None
        if found is not None:
            _need_none(refusals.undeletable(self.kind, self.options, self._users(found["Oper"])))
            self._delete(found["Config"], engine)
        result = self._result(None if found is None else self._row(found), None)
        if engine:
            result.update(repaired=False, docker_network_checked=engine.networks is not None)
        return result

    def _result(self, before: Row | None, after: Row | None) -> dict[str, Any]:
        diff = {"before": planning.shown(self.kind, before), "after": planning.shown(self.kind, after)}
        return {"changed": bool(self.actions), "actions": self.actions, self.kind.module: after, "diff": diff}

    def _read(self) -> dict[str, Any] | None:
        """Return ``{"Config", "Oper"}``, the latter empty for kinds that are not inspected."""
        if not self.kind.inspected:
            config = self.netmaster.get(self.kind.plural, self.key)
            return None if config is None else {"Config": config, "Oper": {}}
        found = self.netmaster.inspect(self.kind.plural, self.key)
        return None if found is None else {"Config": found.get("Config", {}), "Oper": found.get("Oper", {})}

    def _row(self, found: dict[str, Any]) -> Row:
        if self.kind is NETWORK:
            # A network that is to be made will be known to its tenant.
            known = "key" not in found["Config"] or self.key in linked_networks(self.netmaster.list("tenants"))
            return network_row(found, known)
        return self.kind.row(found if self.kind.inspected else found["Config"])

    def _users(self, oper: Mapping[str, Any]) -> list[str]:
        others = {each.plural: self.netmaster.list(each.plural) for each in self.kind.references}
        return list(refusals.still_used(self.kind, self.options, others, oper))

    def _do(self, method: str, request: Any) -> None:
        self.actions.append(f"{method} {self.kind.plural} {self.key}")
        if not self.check:
            request()

    def _write(self, body: dict[str, Any]) -> None:
        self._do("POST", lambda: self.netmaster.write(self.kind.plural, self.key, body))

    def _create(self, body: dict[str, Any], engine: _Engine | None) -> None:
        try:
            self._write(body)
        except Refused:
            # netmaster makes the network of Docker for a group before it looks at all that the group refers to. What it
            # says of that is worth more than what an engine says.
            if engine:
                with contextlib.suppress(DockerError):
                    engine.remove_if_new(self._docker_network(body))
            raise

    def _delete(self, config: Mapping[str, Any], engine: _Engine | None) -> None:
        if self.kind is not GROUP or engine is None or self.check or not self._lost(config, engine):
            self._do("DELETE", lambda: self.netmaster.delete(self.kind.plural, self.key))
            return
        # The handler of netmaster fails when Docker does not have the network of a group, after it has forgotten half
        # of the group, which can never be deleted then. So there is one while it looks.
        name = str(self._docker_network(config))
        network = self.netmaster.get(NETWORK.plural, f"{config['tenantName']}:{config['networkName']}")
        engine.stand_in(name, None if network is None else str(subnet(network["subnet"])))
        try:
            self._do("DELETE", lambda: self.netmaster.delete(self.kind.plural, self.key))
        finally:
            engine.remove_if_new(name)

    def _lost(self, config: Mapping[str, Any], engine: _Engine) -> bool:
        """Tell whether Docker does not have the network that netmaster has made for the object."""
        name = self._docker_network(config)
        if name is None or not engine.lacks(name):
            return False
        settings = self.netmaster.inspect(GLOBAL.plural, "global") or {}
        # Only in this mode netmaster makes networks of the engines' own cluster.
        return bool(settings.get("Oper", {}).get("clusterMode") == "docker")

    def _repair(self, engine: _Engine, body: dict[str, Any], found: dict[str, Any] | None) -> bool:
        """Make an object again whose network of Docker is missing; tell whether that was so.

        netmaster remembers a network that failed in Docker: when it is made the next time, Docker is not asked.
        """
        if (found is None and self.check) or not self._lost(body, engine):
            return False
        name = self._docker_network(body)
        users = self._users({} if found is None else found["Oper"])
        if users:
            raise NotDone(
                f"{self.title} has no network {name} in Docker, and cannot be made again while it is used by "
                f"{', '.join(users)}. Delete or change these first, then run this again."
            )
        self._delete(body, engine)
        self._write(body)
        if not self.check and self._lost(body, engine):
            raise NotDone(
                f"{self.title} has no network {name} in Docker, also after it was made again. See the end of "
                f"netmaster's log, and whether {self.options['docker_socket']} is of an engine in its cluster."
            )
        return True

    def _docker_network(self, config: Mapping[str, Any]) -> str | None:
        name: str | None = self.kind.row({"Config": config, "Oper": {}})["docker_network"]
        return name

    def _need_net_profile(self) -> None:
        """Look before a group is made, because netmaster leaves a network in Docker behind when it refuses."""
        profile = self.options.get("net_profile")
        if profile and self.netmaster.get("netprofiles", f"{self.options['tenant']}:{profile}") is None:
            raise NotDone(
                f"{self.title}: there is no network profile {profile} in its tenant. {mend(self.kind, _NO_PROFILE)}"
            )

    def _need_no_networks(self, before: Row, changes: planning.Changes) -> None:
        inspected = [
            self.netmaster.inspect(NETWORK.plural, str(config["key"])) for config in self.netmaster.list(NETWORK.plural)
        ]
        rows = [network_row(each) for each in inspected if each is not None]
        _need_none(refusals.tags_in_use(before, changes, rows))

    def _warn(self, after: Row) -> None:
        if self.kind is NETWORK and not after["in_tenant"]:
            self.warnings.append(
                f"{self.title}: its tenant does not know it any more, as after a deletion that netmaster refused. "
                "It works, but netmaster takes overlapping subnets now. Delete it and make it again when it has no "
                "endpoints."
            )
        if self.kind is BGP:
            settings = self.netmaster.get(GLOBAL.plural, "global") or {}
            if settings.get("fwdMode") != "routing":
                self.warnings.append(
                    f"{self.title}: nothing comes of it in forwarding mode {settings.get('fwdMode')}. Set "
                    "forwarding_mode to routing with contiv_global."
                )


class _Engine:
    """An engine of the cluster in which netmaster makes networks.

    ``networks`` are the names of those that were there at the beginning, ``None`` where nothing can be said: no engine
    answers, or it has no cluster store and so is none that netmaster uses.
    """

    def __init__(self, socket: str) -> None:
        self._socket = socket
        try:
            with DockerApi(socket) as api:
                self.networks = _names(api) if api.get("info").get("ClusterStore") else None
        except DockerError:
            self.networks = None

    def lacks(self, name: str) -> bool:
        """Tell whether the network is missing now. One that was there at the beginning is not looked for again."""
        if self.networks is None or name in self.networks:
            return False
        with DockerApi(self._socket) as api:
            return name not in _names(api)

    def stand_in(self, name: str, network: str | None) -> None:
        """Make a network that is there in all engines of the cluster, and nothing else."""
        ipam = {"Driver": _DRIVER, "Config": [{"Subnet": network}] if network else []}
        with DockerApi(self._socket) as api:
            api.post("networks", "create", body={"Name": name, "Driver": _DRIVER, "IPAM": ipam})

    def remove_if_new(self, name: str | None) -> None:
        """Remove a network that was not there at the beginning."""
        if self.networks is not None and name and name not in self.networks and not self.lacks(name):
            with DockerApi(self._socket) as api:
                api.delete("networks", name)


def _names(api: DockerApi) -> set[str]:
    return {str(network["Name"]) for network in api.get("networks")}


def _need_none(sentences: Iterable[str]) -> None:
    found = list(sentences)
    if found:
        raise NotDone(" ".join(found))
