# SPDX-License-Identifier: GPL-3.0-or-later
"""The objects of the double of netmaster: what becomes of them, what is refused, and with which words.

The words and the quirks are those of tests/recordings/contiv, of netmaster 1.0.3 in the cluster mode ``docker``.
"""

from __future__ import annotations

import copy
import ipaddress
import itertools
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from netmaster_fields import KINDS, Refusal, decoded

Object = dict[str, Any]

NETPLUGIN_GONE = (
    'Error response from daemon: Post "http://%2Frun%2Fdocker%2Fplugins%2Fnetplugin.sock/IpamDriver.RequestPool": '
    "dial unix /run/docker/plugins/netplugin.sock: connect: connection refused"
)

_STATE = "github.com/contiv/netplugin/state.(*EtcdStateDriver)"
NO_KEY = f"Key not found [{_STATE}.Read etcdstatedriver.go 121]"
NO_KEYS = f"Key not found [{_STATE}.ReadAll etcdstatedriver.go 155]"

# In a tenant, in the order that the deletion of one looks at them.
_SETS = {
    "AppProfiles": ("cannot delete {name}, has {count} app profiles", 1824),
    "EndpointGroups": ("cannot delete {name} has {count} endpoint groups", 1830),
    "Policies": ("cannot delete {name} has {count} policies", 1836),
    "NetProfiles": ("Cannot delete {name} has {count} netprofiles", 1841),
    "Networks": ("cannot delete {name} has {count} networks", 1846),
}


class Panic(Exception):
    """The handler of a request dies: the connection is closed without an answer."""


class Unknown(Exception):
    """A path that netmaster does not serve."""


class Unrecorded(Exception):
    """Nobody has recorded what netmaster says to this."""


class NetworkState(NamedTuple):
    """``node`` and ``wire`` are its tags, the latter 0 for VLAN, which has one only."""

    node: int
    wire: int
    subnet: str


class GroupState(NamedTuple):
    number: int
    network: str
    pool: str


class Objects:
    """All that a netmaster holds, and the networks of the Docker beside it.

    * ``docker_networks``: their names; remove one to do what ``docker network rm`` does.
    * ``docker_refusal``: what Docker says instead of making a network, None while it makes them.
    * ``cluster_mode``: in another one than ``docker`` nothing is made in Docker.
    """

    def __init__(self) -> None:
        self.found: dict[str, dict[str, Object]] = {plural: {} for plural in KINDS}
        self.docker_networks: set[str] = set()
        self.docker_refusal: str | None = None
        self.cluster_mode = "docker"
        # netmaster's own note that it made a network in Docker.
        self._docker_noted: set[str] = set()
        # What was made of each network and group, also of those whose creation failed in the end.
        self._networks: dict[str, NetworkState] = {}
        self._groups: dict[str, GroupState] = {}
        # Network and pool of groups, also of those that netmaster has forgotten.
        self._pools: list[tuple[str, str]] = []
        self._group_number = itertools.count(1)
        self._endpoints: list[Object] = []
        self.found["globals"]["global"] = {
            "key": "global",
            "name": "global",
            "networkInfraType": "default",
            "fwdMode": "bridge",
            "arpMode": "proxy",
            "vlans": "1-4094",
            "vxlans": "1-10000",
            "pvtSubnet": "172.19.0.0/16",
        }
        self.found["tenants"]["default"] = {"key": "default", "tenantName": "default", "link-sets": {}}

    # What is asked over HTTP.

    def all(self, plural: str) -> list[Object]:
        """In an order that is nobody's, as netmaster's is another one each time."""
        return copy.deepcopy(list(self._kind(plural).values())[::-1])

    def one(self, plural: str, key: str) -> Object:
        if key not in self._kind(plural):
            raise Refusal(KINDS[plural].missing)
        return copy.deepcopy(self.found[plural][key])

    def inspected(self, plural: str, key: str) -> Object:
        if plural == "endpoints":
            return {"Oper": self._endpoint(key)}
        config = self.one(plural, key)
        oper = getattr(self, f"_oper_of_{plural}", None)
        return {"Config": config, **({"Oper": _filled(oper(config))} if oper else {})}

    def write(self, plural: str, key: str, body: str) -> Object:
        objects, kind = self._kind(plural), KINDS[plural]
        asked = decoded(kind, key, body)
        if kind.link_sets:
            asked["link-sets"] = {}
        if kind.links:
            asked["links"] = {name: {} for name in kind.links}
        there = objects.get(key)
        step = getattr(self, f"_create_{plural}" if there is None else f"_update_{plural}", None)
        if step is None:
            raise Unrecorded
        if there is None:
            step(asked)
            objects[key] = asked
        else:
            # What is answered is not the object, but what was asked for.
            step(there, asked)
        return copy.deepcopy(asked)

    def delete(self, plural: str, key: str) -> str:
        if key not in self._kind(plural):
            raise Refusal(KINDS[plural].missing)
        step = getattr(self, f"_delete_{plural}", None)
        if step is None:
            raise Unrecorded
        step(self.found[plural][key])
        del self.found[plural][key]
        return key

    def plug(self, network: str, host: str, group: str | None = None, identifier: str | None = None) -> Object:
        """Start a container on a network (``tenant:name``), in a group of it, and return its endpoint."""
        tenant = network.partition(":")[0]
        own = self._groups[f"{tenant}:{group}"] if group else None
        if own and own.pool:
            free = set(_addresses(own.pool)) - self._plugged_addresses(network)
        else:
            free = set(_hosts(self._networks[network].subnet)) - self._taken(network)
        address = min(free)
        made = {
            "endpointID": identifier or f"{len(self._endpoints) + 1:064x}",
            "homingHost": host,
            "ipAddress": [str(ipaddress.ip_address(address)), ""],
            "labels": "map[]",
            "macAddress": "02:02:" + ":".join(f"{byte:02x}" for byte in address.to_bytes(4, "big")),
            "network": _dotted(network),
        }
        if own:
            made.update(endpointGroupId=own.number, endpointGroupKey=f"{group}:{tenant}", serviceName=group)
        self._endpoints.append(made)
        return made

    def unplug(self, network: str) -> None:
        """Remove all containers of a network."""
        self._endpoints = [found for found in self._endpoints if found["network"] != _dotted(network)]

    def _kind(self, plural: str) -> dict[str, Object]:
        if plural not in self.found:
            raise Unknown
        return self.found[plural]

    # Tenants

    def _create_tenants(self, asked: Object) -> None:
        pass

    def _update_tenants(self, _there: Object, _asked: Object) -> None:
        raise _placed("Cant change tenant parameters after its created", "TenantUpdate", 1808)

    def _delete_tenants(self, there: Object) -> None:
        for name, (words, line) in _SETS.items():
            count = len(there["link-sets"].get(name, {}))
            if count:
                raise _placed(words.format(name=there["tenantName"], count=count), "TenantDelete", line)

    def _oper_of_tenants(self, config: Object) -> Object:
        links = config["link-sets"]
        networks = [self._oper_of_networks(self.found["networks"][key]) for key in links.get("Networks", {})]
        groups = [
            self._oper_of_endpointGroups(self.found["endpointGroups"][key])
            for key in _set(config, "EndpointGroups")
            if key in self._groups
        ]
        return {
            "networks": [_filled({**oper, "networkTag": ""}) for oper in networks],
            "endpointGroups": [_filled({**oper, "groupTag": "", "availableIPAddresses": ""}) for oper in groups],
            "totalEndpoints": sum(oper["numEndpoints"] for oper in networks),
            "totalNetworks": len(networks),
            "totalEPGs": len(_set(config, "EndpointGroups")),
            "totalPolicies": len(links.get("Policies", {})),
            "totalNetprofiles": len(links.get("NetProfiles", {})),
            "totalAppProfiles": len(links.get("AppProfiles", {})),
            "totalServicelbs": len(links.get("Servicelbs", {})),
        }

    def _tenant(self, asked: Object, function: str, line: int) -> Object:
        tenant = self.found["tenants"].get(asked["tenantName"])
        if tenant is None:
            raise _placed("Tenant not found", function, line)
        return tenant

    # Networks

    def _create_networks(self, asked: Object) -> None:
        tenant = self._tenant(asked, "NetworkCreate", 1016)
        # Networks of other tenants, and those that the tenant has lost, may have the same addresses.
        for key in _set(tenant, "Networks"):
            _need_apart(asked, self.found["networks"][key])
        if asked["key"] in self.found["endpointGroups"]:
            words = f"EndpointGroup {asked['networkName']} conflicts with the network name"
            raise _placed(words, "NetworkCreate", 1048)
        if asked["key"] not in self._networks:
            _look_at_subnet(asked["subnet"])
            _look_at_gateways(asked)
            tags = self._allocated(asked["encap"], asked.get("pktTag", 0))
            self._networks[asked["key"]] = NetworkState(*tags, asked["subnet"])
            if asked["nwType"] != "infra":
                self._make_in_docker(_docker_name(asked, "networkName"))
        _link(asked, "Tenant", tenant, "tenants")
        _add(tenant, "Networks", asked, "networks")

    def _allocated(self, encapsulation: str, tag: int) -> tuple[int, int]:
        """Return the tag on a node and the one on the wire, 0 for VLAN, which has one only."""
        ours = self.found["globals"]["global"]
        if encapsulation == "vlan":
            used = set(self._in_use("vlan"))
            chosen = tag or _first_free(_numbers(ours["vlans"]), used)
            if chosen in used or chosen not in _numbers(ours["vlans"]):
                raise Refusal(f"requested vlan not available - vlan:{chosen % 2**64}")
            return chosen, 0
        used = set(self._in_use("vxlan"))
        chosen = tag or _first_free(_numbers(ours["vxlans"]), used)
        if chosen in used or chosen not in _numbers(ours["vxlans"]):
            raise Refusal("requested vxlan not available")
        return _first_free(range(1, 4095), {state.node for state in self._networks.values() if state.wire}), chosen

    def _in_use(self, encapsulation: str) -> list[int]:
        states = [state for state in self._networks.values() if bool(state.wire) is (encapsulation == "vxlan")]
        return sorted(state.wire or state.node for state in states)

    def _update_networks(self, _there: Object, _asked: Object) -> None:
        raise _placed("Cant change network parameters after its created", "NetworkUpdate", 1149)

    def _delete_networks(self, there: Object) -> None:
        name, key = there["networkName"], there["key"]
        groups, services = _set(there, "EndpointGroups"), _set(there, "Servicelbs")
        if groups:
            raise _placed(f"cannot delete {name} has {len(groups)} endpoint groups", "NetworkDelete", 1165)
        if services:
            raise _placed(f"cannot delete {name} has {len(services)} services ", "NetworkDelete", 1171)
        # The tenant loses the network for good, also when its deletion is refused below.
        _remove(self.found["tenants"][there["tenantName"]], "Networks", key)
        if there["nwType"] != "infra":
            if self._plugged(key):
                raise _placed(
                    "Error: Network has active endpoints",
                    "github.com/contiv/netplugin/netmaster/master.DeleteNetworkID network.go",
                    264,
                )
            self._remove_in_docker(_docker_name(there, "networkName"))
        del self._networks[key]
        self._pools = [(owner, pool) for owner, pool in self._pools if owner != key]

    def _oper_of_networks(self, config: Object) -> Object:
        key = config["key"]
        plugged = self._plugged(key)
        node, wire, subnet = self._networks[key]
        taken, hosts = self._taken(key), list(_hosts(subnet))
        return {
            "allocatedAddressesCount": len(plugged) + len(_set(config, "Servicelbs")),
            "allocatedIPAddresses": _ranges((n for n in hosts if n in taken), _address),
            "availableIPAddresses": _ranges((n for n in hosts if n not in taken), _address),
            "endpoints": plugged,
            "externalPktTag": wire,
            "networkTag": config.get("cfgdTag") or _dotted(key),
            "numEndpoints": len(plugged),
            "pktTag": node,
        }

    def _plugged(self, network: str) -> list[Object]:
        return [found for found in self._endpoints if found["network"] == _dotted(network)]

    def _plugged_addresses(self, network: str) -> set[int]:
        return {int(ipaddress.ip_address(found["ipAddress"][0])) for found in self._plugged(network)}

    def _taken(self, network: str) -> set[int]:
        """All addresses of a network that are not free, as numbers."""
        config = self.found["networks"][network]
        single = [self._service_address(key) for key in _set(config, "Servicelbs")]
        single += [config["gateway"]] if "gateway" in config else []
        pools = [_addresses(pool) for owner, pool in self._pools if owner == network]
        named = {int(ipaddress.ip_address(address)) for address in single}
        return named.union(self._plugged_addresses(network), *pools)

    # Groups

    def _create_endpointGroups(self, asked: Object) -> None:
        tenant = self._tenant(asked, "EndpointGroupCreate", 614)
        owner = asked["tenantName"]
        network = self.found["networks"].get(f"{owner}:{asked['networkName']}")
        if network is None:
            raise _placed(f"Network {asked['networkName']} not found", "EndpointGroupCreate", 620)
        if asked["key"] in self.found["networks"]:
            words = f"Network {asked['groupName']} conflicts with the endpointGroup name"
            raise _placed(words, "EndpointGroupCreate", 625)
        pool = asked.get("ipPool", "")
        if pool:
            self._look_at_pool(pool, network["key"])
        name = _docker_name(asked, "groupName")
        self._make_in_docker(name)
        self._groups[asked["key"]] = GroupState(next(self._group_number), network["key"], pool)
        if pool:
            self._pools.append((network["key"], pool))
        for policy in asked.get("policies", []):
            if f"{owner}:{policy}" not in self.found["policys"]:
                for attached in _set(asked, "Policies"):
                    _remove(self.found["policys"][attached], "EndpointGroups", asked["key"])
                self._forget_group(asked["key"])
                self._remove_in_docker(name)
                raise _placed("Policy not found", "EndpointGroupCreate", 643)
            self._attach(asked, policy)
        # What was made until here stays when there is no such profile.
        self._take_profile(asked, asked.get("netProfile"))
        _link(asked, "Network", network, "networks")
        _link(asked, "Tenant", tenant, "tenants")
        _add(network, "EndpointGroups", asked, "endpointGroups")
        _add(tenant, "EndpointGroups", asked, "endpointGroups")

    def _look_at_pool(self, pool: str, network: str) -> None:
        subnet = ipaddress.ip_network(_cidr(self._networks[network].subnet), strict=False)
        own = ipaddress.ip_network(f"{pool.partition('-')[0]}/{subnet.prefixlen}", strict=False)
        numbers = _addresses(pool)
        if not numbers or ipaddress.ip_address(numbers[-1]) not in own:
            raise Refusal(f"invalid ip-pool {pool}")
        if "-" not in pool:
            raise Panic
        if own != subnet:
            raise Refusal(f"bad ip-pool {pool}, EPG ip-pool must be a subset of network {subnet}")
        taken = self._taken(network) | {int(subnet.network_address), int(subnet.broadcast_address)}
        for number in numbers:
            if number in taken:
                raise Refusal(f"ip address {_address(number)} is not available")

    def _forget_group(self, key: str) -> None:
        state = self._groups.pop(key)
        if state.pool:
            self._pools.remove((state.network, state.pool))

    def _attach(self, group: Object, policy: str) -> None:
        found = self.found["policys"][f"{group['tenantName']}:{policy}"]
        _add(group, "Policies", found, "policys")
        _add(found, "EndpointGroups", group, "endpointGroups")
        for key in _set(found, "Rules"):
            self._find_addresses(self.found["rules"][key])

    def _find_addresses(self, rule: Object) -> None:
        """netmaster makes flows of a rule when its policy has a group, and writes down what it found out for these."""
        for end in ("from", "to"):
            if rule.get(f"{end}Network"):
                subnet = self._networks[f"{rule['tenantName']}:{rule[f'{end}Network']}"].subnet
                rule[f"{end}IpAddress"] = str(ipaddress.ip_network(_cidr(subnet), strict=False))

    def _take_profile(self, group: Object, profile: str | None) -> None:
        found = self.found["netprofiles"].get(f"{group['tenantName']}:{profile}") if profile else None
        if profile and found is None:
            raise Refusal("Netprofile not found")
        for other in self.found["netprofiles"].values():
            _remove(other, "EndpointGroups", group["key"])
        group["links"]["NetProfile"] = {}
        if found is not None:
            _link(group, "NetProfile", found, "netprofiles")
            _add(found, "EndpointGroups", group, "endpointGroups")

    def _update_endpointGroups(self, there: Object, asked: Object) -> None:
        if there["networkName"] != asked["networkName"]:
            words = "Cannot change network association after epg is created."
            raise _placed(words, "EndpointGroupUpdate", 732)
        if there.get("ipPool") != asked.get("ipPool"):
            raise _placed("Cannot change IP pool after epg is created.", "EndpointGroupUpdate", 736)
        before, after = there.get("policies", []), asked.get("policies", [])
        for policy in after:
            if f"{there['tenantName']}:{policy}" not in self.found["policys"]:
                raise _placed("Policy not found", "EndpointGroupUpdate", 750)
            self._attach(there, policy)
        self._take_profile(there, asked.get("netProfile"))
        for policy in set(before) - set(after):
            key = f"{there['tenantName']}:{policy}"
            _remove(there, "Policies", key)
            _remove(self.found["policys"][key], "EndpointGroups", there["key"])
        for name in ("policies", "netProfile", "extContractsGrps"):
            there.pop(name, None)
            if name in asked:
                there[name] = asked[name]

    def _delete_endpointGroups(self, there: Object) -> None:
        key, name = there["key"], there["groupName"]
        profile = there["links"]["AppProfile"].get("key")
        if profile:
            words = f"Cannot delete {name}, associated to appProfile {profile}"
            raise _placed(words, "EndpointGroupDelete", 983)
        if key not in self._groups:
            raise Refusal(NO_KEY)
        if self._grouped(there):
            raise _placed(
                f"Error: EPG {name} has active endpoints",
                "github.com/contiv/netplugin/netmaster/master.DeleteEndpointGroup endpointGroup.go",
                197,
            )
        self._forget_group(key)
        # When that fails, netmaster has the group and nothing of it, and will not delete it any more.
        self._remove_in_docker(_docker_name(there, "groupName"))
        for others, links in (
            ("policys", "EndpointGroups"),
            ("networks", "EndpointGroups"),
            ("tenants", "EndpointGroups"),
        ):
            for other in self.found[others].values():
                _remove(other, links, key)
        for other in self.found["netprofiles"].values():
            _remove(other, "EndpointGroups", key)

    def _oper_of_endpointGroups(self, config: Object) -> Object:
        if config["key"] not in self._groups:
            raise Refusal(NO_KEY)
        _number, network, pool = self._groups[config["key"]]
        node, wire, _subnet = self._networks[network]
        plugged = self._grouped(config)
        used = {int(ipaddress.ip_address(found["ipAddress"][0])) for found in plugged}
        pooled = _addresses(pool) if pool else []
        return {
            "allocatedIPAddresses": _ranges((n for n in pooled if n in used), _address),
            "availableIPAddresses": _ranges((n for n in pooled if n not in used), _address),
            "endpoints": plugged,
            "externalPktTag": wire,
            "groupTag": config.get("cfgdTag") or _dotted(config["key"]),
            "numEndpoints": len(plugged),
            "pktTag": node,
        }

    def _grouped(self, group: Object) -> list[Object]:
        name = f"{group['groupName']}:{group['tenantName']}"
        return [found for found in self._endpoints if found.get("endpointGroupKey") == name]

    def _endpoint(self, identifier: str) -> Object:
        for found in self._endpoints:
            if identifier in found["endpointID"]:
                # The port is that of the node's Open vSwitch, in the order they were plugged there.
                there = [each for each in self._endpoints if each["homingHost"] == found["homingHost"]]
                return {"key": identifier, **found, "virtualPort": f"vvport{there.index(found) + 1}"}
        raise Refusal("endpoint not found")

    # Policies and rules

    def _create_policys(self, asked: Object) -> None:
        tenant = self._tenant(asked, "PolicyCreate", 1283)
        _link(asked, "Tenant", tenant, "tenants")
        _add(tenant, "Policies", asked, "policys")

    def _update_policys(self, _there: Object, _asked: Object) -> None:
        pass

    def _delete_policys(self, there: Object) -> None:
        if _set(there, "EndpointGroups"):
            raise _placed("Policy is being used", "PolicyDelete", 1396)
        for key in list(_set(there, "Rules")):
            self.delete("rules", key)
        _remove(self.found["tenants"][there["tenantName"]], "Policies", there["key"])

    def _oper_of_policys(self, _config: Object) -> Object:
        return {}

    def _create_rules(self, asked: Object) -> None:
        _look_at_ends(asked)
        owner = asked["tenantName"]
        group = asked.get("fromEndpointGroup") or asked.get("toEndpointGroup")
        if group and f"{owner}:{group}" not in self.found["endpointGroups"]:
            raise Refusal("endpoint group not found")
        for end in ("from", "to"):
            network = asked.get(f"{end}Network")
            if network and not group and f"{owner}:{network}" not in self.found["networks"]:
                raise Refusal(f"{end.capitalize()} Network not found")
        policy = self.found["policys"].get(f"{owner}:{asked['policyName']}")
        if policy is None:
            raise _placed("Policy not found", "RuleCreate", 1538)
        _add(asked, "Policies", policy, "policys")
        _add(policy, "Rules", asked, "rules")
        if _set(policy, "EndpointGroups"):
            self._find_addresses(asked)
        if group:
            matched = self.found["endpointGroups"][f"{owner}:{group}"]
            _add(matched, "MatchRules", asked, "rules")
            _link(asked, "MatchEndpointGroup", matched, "endpointGroups")

    def _update_rules(self, _there: Object, _asked: Object) -> None:
        raise Refusal("Can not update a rule after its created")

    def _delete_rules(self, there: Object) -> None:
        for plural, links in (("policys", "Rules"), ("endpointGroups", "MatchRules")):
            for other in self.found[plural].values():
                _remove(other, links, there["key"])

    # What is one for all

    def _update_globals(self, there: Object, asked: Object) -> None:
        vlans, vxlans = _ranges(self._in_use("vlan"), str), _ranges(self._in_use("vxlan"), str)
        used = f"Please delete {vlans} vlans and {vxlans} vxlans before changing"
        if there.get("fwdMode") != asked.get("fwdMode"):
            if self._networks:
                raise Refusal(f"{used} forwarding mode")
            if there.get("fwdMode") == "routing" and self.found["Bgps"]:
                raise Refusal("please delete existing Bgp configs")
        if there["pvtSubnet"] != asked["pvtSubnet"] and self._networks:
            raise Refusal(f"{used} private subnet")
        for kind, text in (("vlan", vlans), ("vxlan", vxlans)):
            wanted = asked[f"{kind}s"]
            if there[f"{kind}s"] == wanted:
                continue
            wrong = _wrong_range(kind, wanted)
            if text and (wrong or any(tag not in _numbers(wanted) for tag in self._in_use(kind))):
                raise Refusal(f"cannot update the {kind} range due to existing {kind}s {text}")
            if wrong:
                raise wrong
        there.clear()
        there.update(asked)

    def _oper_of_globals(self, config: Object) -> Object:
        return {
            "clusterMode": self.cluster_mode,
            "freeVXLANsStart": _numbers(config["vxlans"])[0] - 1,
            "numNetworks": len(self._networks),
            "vlansInUse": _ranges(self._in_use("vlan"), str),
            "vxlansInUse": _ranges(self._in_use("vxlan"), str),
        }

    def _delete_globals(self, there: Object) -> None:
        pass

    def _create_Bgps(self, asked: Object) -> None:
        pass

    def _update_Bgps(self, there: Object, asked: Object) -> None:
        there.clear()
        there.update(asked)

    def _delete_Bgps(self, there: Object) -> None:
        pass

    def _oper_of_Bgps(self, _config: Object) -> Object:
        raise Refusal("Error fetching bgp\n")

    # Application profiles, and what no module of ours makes

    def _create_appProfiles(self, asked: Object) -> None:
        tenant = self.found["tenants"].get(asked["tenantName"])
        if tenant is None:
            raise _placed(f"Tenant {asked['tenantName']} not found", "AppProfileCreate", 369)
        self._profile(asked, asked, "AppProfileCreate", 376)
        _link(asked, "Tenant", tenant, "tenants")
        _add(tenant, "AppProfiles", asked, "appProfiles")

    def _update_appProfiles(self, there: Object, asked: Object) -> None:
        self._profile(there, asked, "AppProfileUpdate", 411)
        for name in asked.get("endpointGroups", []):
            group = self.found["endpointGroups"][f"{there['tenantName']}:{name}"]
            _add(asked, "EndpointGroups", group, "endpointGroups")
        for name in set(there.get("endpointGroups", [])) - set(asked.get("endpointGroups", [])):
            key = f"{there['tenantName']}:{name}"
            self.found["endpointGroups"][key]["links"]["AppProfile"] = {}
            _remove(there, "EndpointGroups", key)
        there.pop("endpointGroups", None)
        if "endpointGroups" in asked:
            there["endpointGroups"] = asked["endpointGroups"]

    def _profile(self, there: Object, asked: Object, function: str, line: int) -> None:
        for name in asked.get("endpointGroups", []):
            key = f"{asked['tenantName']}:{name}"
            if key not in self.found["endpointGroups"]:
                raise _placed(f"EndpointGroup {key} not found", function, line)
            _add(there, "EndpointGroups", self.found["endpointGroups"][key], "endpointGroups")
            _link(self.found["endpointGroups"][key], "AppProfile", asked, "appProfiles")

    def _delete_appProfiles(self, there: Object) -> None:
        for name in there.get("endpointGroups", []):
            self.found["endpointGroups"][f"{there['tenantName']}:{name}"]["links"]["AppProfile"] = {}
        _remove(self.found["tenants"][there["tenantName"]], "AppProfiles", there["key"])

    def _create_netprofiles(self, asked: Object) -> None:
        tenant = self._tenant(asked, "NetprofileCreate", 1215)
        _link(asked, "Tenant", tenant, "tenants")
        _add(tenant, "NetProfiles", asked, "netprofiles")

    def _delete_netprofiles(self, there: Object) -> None:
        if _set(there, "EndpointGroups"):
            raise _placed("NetProfile is being used", "NetprofileDelete", 1265)
        _remove(self.found["tenants"][there["tenantName"]], "NetProfiles", there["key"])

    def _create_extContractsGroups(self, asked: Object) -> None:
        pass

    def _delete_extContractsGroups(self, there: Object) -> None:
        pass

    def _create_serviceLBs(self, asked: Object) -> None:
        tenant = self.found["tenants"][asked["tenantName"]]
        network = self.found["networks"][f"{asked['tenantName']}:{asked['networkName']}"]
        _link(asked, "Tenant", tenant, "tenants")
        _link(asked, "Network", network, "networks")
        if any(port.count(":") != 2 for port in asked.get("ports", [])):
            # Half of it is there: in the list of services, but not as a service.
            self.found["serviceLBs"][asked["key"]] = asked
            raise Panic
        _add(network, "Servicelbs", asked, "serviceLBs")
        _add(tenant, "Servicelbs", asked, "serviceLBs")

    def _delete_serviceLBs(self, there: Object) -> None:
        network = self.found["networks"][there["links"]["Network"]["key"]]
        if there["key"] not in _set(network, "Servicelbs"):
            raise Refusal(NO_KEY)
        _remove(network, "Servicelbs", there["key"])
        _remove(self.found["tenants"][there["tenantName"]], "Servicelbs", there["key"])

    def _oper_of_serviceLBs(self, config: Object) -> Object:
        return {"serviceVip": self._service_address(config["key"])}

    def _service_address(self, key: str) -> str:
        service = self.found["serviceLBs"][key]
        network = self.found["networks"][service["links"]["Network"]["key"]]
        return str(service.get("ipAddress") or _address(next(_hosts(network["subnet"]))))

    # Docker

    def _make_in_docker(self, name: str) -> None:
        if self.cluster_mode != "docker":
            return
        if name not in self.docker_networks and self.docker_refusal is not None:
            raise Refusal(self.docker_refusal)
        self.docker_networks.add(name)
        self._docker_noted.add(name)

    def _remove_in_docker(self, name: str) -> None:
        if self.cluster_mode != "docker":
            return
        there, noted = name in self.docker_networks, name in self._docker_noted
        self.docker_networks.discard(name)
        self._docker_noted.discard(name)
        if noted and not there:
            raise Panic


def _need_apart(asked: Object, other: Object) -> None:
    if "ipv6Subnet" in asked and "ipv6Subnet" in other:
        ours, theirs = (ipaddress.IPv6Network(each["ipv6Subnet"], strict=False) for each in (asked, other))
        if ours.overlaps(theirs):
            raise Refusal(f"Network {other['networkName']} conflicts with subnetv6  {asked['ipv6Subnet']}")
    (first, last), (other_first, other_last) = _span(asked["subnet"]), _span(other["subnet"])
    if first <= other_last and other_first <= last:
        raise Refusal(f"Network {other['networkName']} conflicts with subnet {asked['subnet']}")


def _look_at_subnet(subnet: str) -> None:
    place = f"{_UTILITIES}.ValidateNetworkRangeParams netutils.go"
    whole, (first, last) = ipaddress.ip_network(_cidr(subnet), strict=False), _span(subnet)
    if last < first or ipaddress.ip_address(last) not in whole:
        raise _placed("Network subnet format not valid", place, 163)
    if whole.prefixlen < 8:
        raise _placed(f"subnet length {whole.prefixlen} not supported", place, 167)


def _look_at_gateways(asked: Object) -> None:
    subnet = ipaddress.ip_network(_cidr(asked["subnet"]), strict=False)
    if "gateway" in asked:
        number = (int(ipaddress.ip_address(asked["gateway"])) - int(subnet.network_address)) % 2**32
        if number >= subnet.num_addresses:
            words = f"hostIP {asked['gateway']} is exceeding beyond subnet {subnet}, hostID {number}"
            raise _placed(words, f"{_UTILITIES}.GetIPNumber netutils.go", 419)
    if "ipv6Gateway" in asked and "ipv6Subnet" not in asked:
        raise _placed("subnet length 0 not supported", f"{_UTILITIES}.GetIPv6HostID netutils.go", 531)


def _wrong_range(kind: str, text: str) -> Refusal | None:
    first, last = (int(number) for number in text.split("-"))
    most = {"vlan": 4095, "vxlan": 65535}[kind]
    for wrong, words, line in (
        (first > last, f"invalid range {text}, min is greater than max", 605),
        (first < 1, f"invalid range {text}, values less than 1", 609),
        (last > most, f"invalid range {text}, vlan values exceed {most} max allowed", 613 if kind == "vlan" else 617),
        (kind == "vxlan" and last - first > 16000, f"does not allow vxlan range to exceed 16000 range {text}", 622),
    ):
        if wrong:
            return _placed(words, f"{_UTILITIES}.ParseTagRanges netutils.go", line)
    return None


def _look_at_ends(rule: Object) -> None:
    asked = {
        end: [name for name in ("Network", "EndpointGroup", "IpAddress") if rule.get(end + name)]
        for end in ("from", "to")
    }
    if rule["direction"] == "in":
        if asked["to"]:
            raise Refusal("Can not specify 'to' parameters in incoming rule")
        if {"Network", "IpAddress"} <= set(asked["from"]):
            raise Refusal("Can not specify both from network and from ip address")
        if {"Network", "EndpointGroup"} <= set(asked["from"]):
            raise Refusal("Can not specify both from network and from EndpointGroup")
    else:
        if asked["from"]:
            raise Refusal("Can not specify 'from' parameters in outgoing rule")
        if {"Network", "IpAddress"} <= set(asked["to"]):
            raise Refusal("Can not specify both to-network and to-ip address")
        if {"Network", "EndpointGroup"} <= set(asked["to"]):
            raise Refusal("Can not specify both to-network and to-EndpointGroup")


def _placed(words: str, function: str, line: int) -> Refusal:
    """What netmaster says together with the place in its source that says so."""
    place = function if "/" in function else f"{_CONTROLLER}.{function} apiController.go"
    return Refusal(f"{words} [{place} {line}]")


_UTILITIES = "github.com/contiv/netplugin/utils/netutils"
_CONTROLLER = "github.com/contiv/netplugin/netmaster/objApi.(*APIController)"


def _reference(found: Object, plural: str) -> Object:
    name = KINDS[plural].type
    return {"type": name[0].lower() + name[1:], "key": found["key"]}


def _link(found: Object, name: str, other: Object, plural: str) -> None:
    found["links"][name] = _reference(other, plural)


def _set(found: Object, name: str) -> dict[str, Object]:
    links: dict[str, Object] = found["link-sets"].get(name, {})
    return links


def _add(found: Object, name: str, other: Object, plural: str) -> None:
    found["link-sets"].setdefault(name, {})[other["key"]] = _reference(other, plural)


def _remove(found: Object, name: str, key: str) -> None:
    found["link-sets"].get(name, {}).pop(key, None)
    if not found["link-sets"].get(name):
        found["link-sets"].pop(name, None)


def _filled(oper: Object) -> Object:
    return {name: found for name, found in oper.items() if found}


def _dotted(key: str) -> str:
    tenant, _colon, name = key.partition(":")
    return f"{name}.{tenant}"


def _docker_name(found: Object, field: str) -> str:
    return found[field] if found["tenantName"] == "default" else f"{found[field]}/{found['tenantName']}"


def _cidr(subnet: str) -> str:
    """``10.9.3.0/24`` of ``10.9.3.10-10.9.3.40/24``, with the bits of a host that it may have."""
    addresses, _slash, length = subnet.partition("/")
    return f"{addresses.partition('-')[0]}/{length}"


def _hosts(subnet: str) -> Iterator[int]:
    """The addresses that containers may get, as numbers."""
    whole = ipaddress.ip_network(_cidr(subnet), strict=False)
    hosts = range(int(whole.network_address) + 1, int(whole.broadcast_address))
    return iter([n for n in hosts if n in _addresses(subnet.partition("/")[0])] if "-" in subnet else hosts)


def _span(subnet: str) -> tuple[int, int]:
    """The first and the last address, as numbers."""
    addresses = subnet.partition("/")[0]
    if "-" in addresses:
        first, last = (int(ipaddress.ip_address(address)) for address in addresses.split("-"))
        return first, last
    whole = ipaddress.ip_network(_cidr(subnet), strict=False)
    return int(whole.network_address), int(whole.broadcast_address)


def _addresses(pool: str) -> range:
    first, _dash, last = pool.partition("-")
    return range(int(ipaddress.ip_address(first)), int(ipaddress.ip_address(last or first)) + 1)


def _address(number: int) -> str:
    return str(ipaddress.ip_address(number))


def _numbers(text: str) -> range:
    first, _dash, last = text.partition("-")
    return range(int(first), int(last) + 1)


def _first_free(numbers: Iterable[int], used: set[int]) -> int:
    return next(number for number in numbers if number not in used)


def _ranges(numbers: Iterable[int], shown: Any) -> str:
    """``1-5, 5000`` of numbers in their order."""
    spans: list[list[int]] = []
    for _offset, run in itertools.groupby(enumerate(numbers), lambda pair: pair[1] - pair[0]):
        spans.append([number for _place, number in run])
    return ", ".join(shown(run[0]) if len(run) == 1 else f"{shown(run[0])}-{shown(run[-1])}" for run in spans)
