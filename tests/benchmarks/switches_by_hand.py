# SPDX-License-Identifier: GPL-3.0-or-later
"""A lab of switches as one makes it without the collection: a shell script for Docker, and a lab of Kathara.

Both come from the inventory of the lab, and start the same daemons of FRR with the same configuration. The script has
the switches in the same shape, with a namespace ``swns`` and all of its ports. Kathara has its own: the interfaces of a
device are ``eth0`` and so on in the device's only namespace, and the devices have no management network.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from typing import Any, NamedTuple

Row = dict[str, Any]

# As many at once as ansible.cfg has forks.
AT_ONCE = 10
DAEMONS = "zebra staticd bgpd ospfd"


class Plan(NamedTuple):
    """``nodes`` is the variables of each host in the inventory; a switch has ``openswitch_config``."""

    lab: str
    subnet: str
    image: str
    nodes: dict[str, Row]

    @property
    def switches(self) -> dict[str, Row]:
        return {name: variables for name, variables in self.nodes.items() if "openswitch_config" in variables}

    @property
    def links(self) -> list[tuple[Row, Row]]:
        return [tuple(link["ends"]) for link in next(iter(self.nodes.values()))["openswitch_links"]]

    def ports(self, node: str) -> list[str]:
        """Those that a link comes to, in their order."""
        ports = {str(end["port"]) for link in self.links for end in link if end["switch"] == node}
        return sorted(ports, key=lambda port: (len(port), port))


def frr_configuration(config: Row, interfaces: dict[str, str]) -> str:
    """The text of ``frr.conf``; ``interfaces`` is what each port is called."""
    lines = ["frr defaults traditional"]
    for interface in config["interfaces"]:
        lines += [f"interface {interfaces[interface['name']]}"]
        lines += [f" ip address {address}" for address in interface["addresses"]] + ["exit"]
    bgp = config["bgp"]
    lines += [f"router bgp {bgp['as_number']}", f" bgp router-id {bgp['router_id']}", " no bgp ebgp-requires-policy"]
    lines += [f" neighbor {each['address']} remote-as {each['remote_as']}" for each in bgp["neighbours"]]
    lines += [" address-family ipv4 unicast", *(f"  network {each}" for each in bgp.get("networks", []))]
    lines += [" exit-address-family", "exit", *config.get("lines", [])]
    return "\n".join(lines)


def start_frr(configuration: str, enter: str = "") -> str:
    """Run in a switch; ``enter`` is what leads into the namespace of its ports."""
    return f"""
install -d -o frr -g frr /run/frr
for daemon in {DAEMONS}; do {enter} /usr/lib/frr/$daemon --daemon --vty_addr 127.0.0.1; done
cat >/etc/frr/frr.conf <<'END'
{configuration}
END
vtysh -b
"""


def start_host(config: Row, interfaces: dict[str, str]) -> str:
    """Run in a host."""
    lines = [
        f"ip address add {address} dev {interfaces[interface['name']]}"
        for interface in config["interfaces"]
        for address in interface["addresses"]
    ]
    lines += [f"ip route add {row['destination']} via {row['next_hop']}" for row in config["static_routes"]]
    return "\n".join([*lines, ""])


def start(variables: Row, interfaces: dict[str, str], enter: str = "") -> str:
    """Run in a node that has its interfaces. Those of a host are in its own namespace."""
    up = f"printf 'link set dev %s up\\n' {' '.join(interfaces.values())}"
    if "openswitch_config" in variables:
        configuration = frr_configuration(variables["openswitch_config"], interfaces)
        return f"{up} | {enter} ip -batch -\n{start_frr(configuration, enter)}"
    return f"{up} | ip -batch -\n{start_host(variables['openswitch_host_config'], interfaces)}"


def wait(plan: Plan, containers: dict[str, str]) -> str:
    """Shell commands that end when all sessions are established, or fail after three minutes."""
    wanted = {name: len(row["openswitch_config"]["bgp"]["neighbours"]) for name, row in plan.switches.items()}
    count = "vtysh -c 'show bgp summary json' | grep -c '\"state\":\"Established\"'"
    loops = {name: f'until [ "$({count})" = {sessions} ]; do sleep 0.2; done' for name, sessions in wanted.items()}
    return _lines(
        f"docker exec {containers[name]} timeout 180 sh -c {shlex.quote(loop)}" for name, loop in loops.items()
    )


def containers_by_hand(plan: Plan) -> dict[str, str]:
    return {name: f"{plan.lab}-{name}" for name in plan.nodes}


def build_by_hand(plan: Plan) -> str:
    """A shell script that ends when BGP is established."""
    containers = containers_by_hand(plan)
    run = (
        f"docker run --detach --init --network packetwalk-{plan.lab} --label packetwalk.lab={plan.lab}"
        " --cap-add NET_ADMIN --cap-add SYS_ADMIN --device /dev/net/tun"
        " --security-opt apparmor=unconfined --security-opt seccomp=unconfined"
    )
    sleep = f"{plan.image} sh -c 'umount /proc/sys && exec sleep infinity'"
    runs = [
        f"{run} --name {containers[name]} --hostname {name} --label packetwalk.node={name}"
        f" --ip {variables['nodes_address']} {sleep}"
        for name, variables in plan.nodes.items()
    ]
    number = "s|@{{.Config.Hostname}}@|/proc/{{.State.Pid}}|g"
    enter = "nsenter --net=/run/netns/swns"
    starts = {
        name: start(variables, {port: port for port in plan.ports(name)}, enter)
        for name, variables in plan.nodes.items()
    }
    return f"""
set -eu
at_once() {{ xargs --delimiter '\\n' --max-args 1 --max-procs {AT_ONCE} bash -ec; }}
docker network create --label packetwalk.lab={plan.lab} --subnet {plan.subnet} packetwalk-{plan.lab}
at_once <<'ALL'
{_lines(runs)}
ALL
at_once <<'ALL'
{_lines(_inside(containers[name], _make_namespace(plan, name)) for name in plan.switches)}
ALL
# What leads from the machine into a namespace is the number of a process of its container.
pids=$(docker inspect --format '{number}' {" ".join(containers.values())})
sed "$pids" <<'ALL' | ip -batch -
{_lines(_link(*link) for link in plan.links)}
ALL
at_once <<'ALL'
{_lines(_inside(containers[name], text) for name, text in starts.items())}
ALL
{wait(plan, containers)}
"""


def destroy_by_hand(plan: Plan) -> str:
    names = " ".join(containers_by_hand(plan).values())
    return f"set -eu\ndocker rm --force {names}\ndocker network rm packetwalk-{plan.lab}\n"


def kathara_files(plan: Plan) -> dict[str, str]:
    """The files of a lab of Kathara by their names. A link is a collision domain."""
    interfaces = {name: {port: f"eth{index}" for index, port in enumerate(plan.ports(name))} for name in plan.nodes}
    lines = [f'{name}[image]="{plan.image}"' for name in plan.nodes]
    for number, link in enumerate(plan.links):
        for end in link:
            index = plan.ports(end["switch"]).index(str(end["port"]))
            lines.append(f'{end["switch"]}[{index}]="link{number}"')
    starts = {f"{name}.startup": start(variables, interfaces[name]) for name, variables in plan.nodes.items()}
    return {"lab.conf": _lines(lines), **starts}


def _make_namespace(plan: Plan, switch: str) -> str:
    """Run in a switch: the namespace, and placeholders for the ports that no link comes to."""
    numbers = map(str, range(1, plan.nodes[switch]["openswitch_ports"] + 1))
    free = [port for port in numbers if port not in plan.ports(switch)]
    taps = "".join(f"tuntap add dev {port} mode tap\nlink set dev {port} alias unwired\n" for port in free)
    return f"""
ip netns add swns
ip netns exec swns sysctl -qw net.ipv4.ip_forward=1
ip -n swns -batch - <<'END'
link set lo up
{taps}END
"""


def _link(one: Row, other: Row) -> str:
    """For ``ip -batch``, with @NODE@ in place of a directory of /proc.

    The ends come up later, as the kernel makes no pair whose second end is up.
    """
    places = [
        f"netns @{end['switch']}@/{'ns/net' if end.get('namespace') == 'host' else 'root/run/netns/swns'}"
        for end in (one, other)
    ]
    return f"link add name {one['port']} {places[0]} type veth peer name {other['port']} {places[1]}"


def _inside(container: str, script: str) -> str:
    """One line that runs a script in a container."""
    return f"docker exec {container} sh -ec $'{script.translate(_ESCAPES)}'"


_ESCAPES = str.maketrans({"\\": "\\\\", "'": "\\'", "\n": "\\n"})


def _lines(lines: Iterator[str] | list[str]) -> str:
    return "\n".join(lines)
