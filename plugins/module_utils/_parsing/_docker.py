# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""Objects of the Docker Engine API (1.30 to 1.51) as the ``docker`` section of docs/state.md.

Each row names what it takes, so that join tokens, certificates, environments and secrets are never carried along.
A key that an engine does not have yet, or no longer, is null. KeyError means an object without even an identifier.
"""

from __future__ import annotations

from typing import Any

Object = Any  # of the API: a dictionary, or None where Go had a nil

_MTU_OPTION = "com.docker.network.driver.mtu"
_VNI_OPTION = "com.docker.network.driver.overlay.vxlanid_list"
_SERVICE_LABEL = "com.docker.swarm.service.name"
_TASK_LABEL = "com.docker.swarm.task.id"
_NANOSECONDS = 1e9

# The drivers that are part of the engine; with all others only the driver knows what its options mean.
_OWN_DRIVERS = ("bridge", "host", "ipvlan", "macvlan", "null", "overlay")


def engine(version: Object, info: Object) -> dict[str, Any]:
    """What /version and /info say of the engine itself."""
    return {
        "version": version.get("Version"),
        "api_version": version.get("ApiVersion"),
        "name": info.get("Name"),
        "storage_driver": info.get("Driver"),
        "swarm": _swarm(info.get("Swarm") or {}),
    }


def _swarm(swarm: Object) -> dict[str, Any]:
    return {
        "state": swarm.get("LocalNodeState"),
        "node_id": swarm.get("NodeID") or None,
        "address": swarm.get("NodeAddr") or None,
        "is_manager": swarm.get("ControlAvailable"),
        # Only a manager is told, from API 1.40 on.
        "data_path_port": (swarm.get("Cluster") or {}).get("DataPathPort"),
        "error": swarm.get("Error") or None,
    }


def network(inspected: Object) -> dict[str, Any]:
    """A network of /networks/{id}?verbose=true."""
    options = inspected.get("Options") or {}
    mtu = options.get(_MTU_OPTION)
    vnis = options.get(_VNI_OPTION)
    row = {
        "name": inspected["Name"],
        "id": inspected["Id"],
        "driver": inspected.get("Driver"),
        "scope": inspected.get("Scope"),
        "ingress": inspected.get("Ingress"),
        "attachable": inspected.get("Attachable"),
        "internal": inspected.get("Internal"),
        "encrypted": "encrypted" in options,
        "mtu_bytes": int(mtu) if mtu else None,
        "subnets": subnets(inspected),
        "vnis": [int(vni) for vni in vnis.split(",")] if vnis else [],
        "peers": _sorted(
            ({"name": peer.get("Name"), "address": peer.get("IP")} for peer in inspected.get("Peers") or []), "address"
        ),
        "endpoints": _sorted((_endpoint(*pair) for pair in (inspected.get("Containers") or {}).items()), "name"),
        "services": _sorted((_network_service(*pair) for pair in (inspected.get("Services") or {}).items()), "name"),
    }
    if row["driver"] not in _OWN_DRIVERS:
        row.update(driver_options(inspected))
    return row


def driver_options(inspected: Object) -> dict[str, dict[str, str]]:
    """``options`` of a network and ``ipam_options`` of its address management, as they were given to the drivers."""
    return {
        "options": dict(inspected.get("Options") or {}),
        "ipam_options": dict((inspected.get("IPAM") or {}).get("Options") or {}),
    }


def subnets(inspected: Object) -> list[dict[str, Any]]:
    """Subnet and gateway of each address pool of a network; both as text, null where it was not given."""
    return [
        {"subnet": pool.get("Subnet"), "gateway": pool.get("Gateway")}
        for pool in (inspected.get("IPAM") or {}).get("Config") or []
    ]


def _endpoint(container_id: str, attached: Object) -> dict[str, Any]:
    address, prefix_length = _interface(attached.get("IPv4Address"))
    return {
        "name": attached.get("Name"),
        # The load balancer's endpoint has "lb-<network>" (that of 2017 "ingress-sbox") where a container has its id.
        # One on another engine has "ep-<endpoint>", in a network of a cluster store.
        "container": container_id if len(container_id) == 64 else None,
        "endpoint_id": attached.get("EndpointID"),
        "mac": attached.get("MacAddress") or None,
        "address": address,
        "prefix_length": prefix_length,
    }


def _network_service(name: str, told: Object) -> dict[str, Any]:
    return {
        "name": name,
        "vip": told.get("VIP") if told.get("VIP") not in ("", "<nil>") else None,
        "mark": told.get("LocalLBIndex") or None,
        "ports": told.get("Ports") or [],
        "tasks": _sorted(
            (
                {
                    "name": task.get("Name"),
                    "endpoint_id": task.get("EndpointID"),
                    "address": task.get("EndpointIP") or None,
                    "host": (task.get("Info") or {}).get("Host IP") or None,
                }
                for task in told.get("Tasks") or []
            ),
            "name",
        ),
    }


def container(inspected: Object) -> dict[str, Any]:
    """A container of /containers/{id}/json, or of /containers/json, which knows no process and no sandbox."""
    state = inspected.get("State")
    detail = state if isinstance(state, dict) else {"Status": state}
    labels = inspected.get("Labels") or (inspected.get("Config") or {}).get("Labels") or {}
    names = inspected.get("Names") or [inspected.get("Name") or ""]
    # /containers/json shows an image's name where /containers/{id}/json shows its identifier.
    image = (inspected.get("Config") or inspected).get("Image")
    sandbox = (inspected.get("NetworkSettings") or {}).get("SandboxKey") or None
    return {
        "id": inspected["Id"],
        "name": names[0].lstrip("/"),
        "image": _without_digest(image),
        "state": detail.get("Status"),
        "process_id": detail.get("Pid") or None,
        "sandbox": sandbox and sandbox.rpartition("/")[2],
        "service": labels.get(_SERVICE_LABEL),
        "task_id": labels.get(_TASK_LABEL),
    }


def node(listed: Object) -> dict[str, Any]:
    """A node of /nodes."""
    spec, status, description = listed.get("Spec") or {}, listed.get("Status") or {}, listed.get("Description") or {}
    manager = listed.get("ManagerStatus")
    return {
        "id": listed["ID"],
        "hostname": description.get("Hostname"),
        "role": spec.get("Role"),
        "availability": spec.get("Availability"),
        "state": status.get("State"),
        "address": status.get("Addr") or None,
        "manager": manager
        and {
            "leader": manager.get("Leader", False),  # left out where it is false
            "reachability": manager.get("Reachability"),
            "address": manager.get("Addr"),
        },
        "labels": spec.get("Labels") or {},
        "engine": (description.get("Engine") or {}).get("EngineVersion"),
    }


def service(listed: Object) -> dict[str, Any]:
    """A service of /services. ``mode`` is "replicated", "global", "replicated_job" or "global_job"."""
    spec, endpoint = listed["Spec"], listed.get("Endpoint") or {}
    template = spec.get("TaskTemplate") or {}
    mode, replicas = _mode(spec.get("Mode") or {})
    # The API moved networks from the service into its task template with 1.25 and still reads both.
    networks = template.get("Networks") or spec.get("Networks") or []
    return {
        "id": listed["ID"],
        "name": spec["Name"],
        "mode": mode,
        "replicas": replicas,
        "endpoint_mode": (endpoint.get("Spec") or spec.get("EndpointSpec") or {}).get("Mode"),
        "image": _without_digest((template.get("ContainerSpec") or {}).get("Image")),
        "networks": [attached.get("Target") for attached in networks],
        "virtual_addresses": _sorted(
            (_virtual_address(virtual) for virtual in endpoint.get("VirtualIPs") or []), "network"
        ),
        "ports": _ports(endpoint.get("Ports")),
        "constraints": (template.get("Placement") or {}).get("Constraints") or [],
        "update": _update(listed.get("UpdateStatus") or {}, spec.get("UpdateConfig") or {}),
    }


def _mode(mode: Object) -> tuple[str | None, int | None]:
    if "Replicated" in mode:
        return "replicated", (mode["Replicated"] or {}).get("Replicas")
    if "ReplicatedJob" in mode:
        return "replicated_job", (mode["ReplicatedJob"] or {}).get("TotalCompletions")
    return ("global_job" if "GlobalJob" in mode else "global" if "Global" in mode else None), None


def _virtual_address(virtual: Object) -> dict[str, Any]:
    address, prefix_length = _interface(virtual.get("Addr"))
    return {"network": virtual.get("NetworkID"), "address": address, "prefix_length": prefix_length}


def _update(status: Object, config: Object) -> dict[str, Any]:
    monitor = config.get("Monitor")
    return {
        "state": status.get("State"),
        "message": status.get("Message"),
        "monitor_seconds": monitor / _NANOSECONDS if monitor else None,
    }


def task(listed: Object, service_names: dict[str, str]) -> dict[str, Any]:
    """A task of /tasks. The API gives tasks no name: it is made as the engine makes the container's.

    ``service_names`` are the names of the services by their identifiers; without the service's the name is null.
    """
    status, spec = listed.get("Status") or {}, listed.get("Spec") or {}
    slot, node_id = listed.get("Slot"), listed.get("NodeID") or None
    service_name = service_names.get(listed["ServiceID"])
    attachments = listed.get("NetworksAttachments") or []
    return {
        "id": listed["ID"],
        "name": f"{service_name}.{slot or node_id}.{listed['ID']}" if service_name else None,
        "service": listed["ServiceID"],
        "node": node_id,
        "slot": slot,
        "desired_state": listed.get("DesiredState"),
        "state": status.get("State"),
        "error": status.get("Err") or None,
        "container": (status.get("ContainerStatus") or {}).get("ContainerID") or None,
        "addresses": _sorted((_attachment(*pair) for pair in _attached_addresses(attachments)), "network"),
        "ports": _ports((status.get("PortStatus") or {}).get("Ports")),
        "image": _without_digest((spec.get("ContainerSpec") or {}).get("Image")),
    }


def _attached_addresses(attachments: Object) -> list[tuple[str, str]]:
    return [
        (attachment["Network"]["ID"], address)
        for attachment in attachments
        for address in attachment.get("Addresses") or []
    ]


def _attachment(network_id: str, printed: str) -> dict[str, Any]:
    address, prefix_length = _interface(printed)
    return {"network": network_id, "address": address, "prefix_length": prefix_length}


def _ports(ports: Object) -> list[dict[str, Any]]:
    rows = [
        {
            "protocol": port.get("Protocol"),
            "target": port.get("TargetPort"),
            "published": port.get("PublishedPort"),
            "mode": port.get("PublishMode"),
        }
        for port in ports or []
    ]
    return sorted(rows, key=lambda row: (row["published"] or 0, row["target"] or 0, row["protocol"] or ""))


def _interface(printed: str | None) -> tuple[str | None, int | None]:
    """``10.0.1.4/24`` as address and prefix length; both null when there is none."""
    if not printed:
        return None, None
    address, _slash, length = printed.partition("/")
    return address, int(length) if length else None


def _without_digest(image: str | None) -> str | None:
    return image.partition("@")[0] if image else None


def _sorted(rows: Any, key: str) -> list[dict[str, Any]]:
    return sorted(rows, key=lambda row: (row[key] or "", *(str(value) for value in row.values())))
