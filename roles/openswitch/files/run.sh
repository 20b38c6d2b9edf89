#!/bin/sh
# Runs FRR in the namespace of the switch's ports. Says what it changed.
set -eu
namespace=swns wrapper=/usr/local/bin/vtysh daemons="zebra mgmtd staticd bgpd ospfd"

if ! ip netns exec $namespace true 2>/dev/null; then
  # A container that was started again still has the file, but nothing is mounted on it.
  rm -f /run/netns/$namespace
  ip netns add $namespace
  echo "made $namespace"
fi
ip netns exec $namespace sh -c 'ip link set lo up; sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
  # Of several paths a connection has one, as with hardware; Linux would choose by the addresses alone.
  sysctl -qew net.ipv4.fib_multipath_hash_policy=1 net.ipv6.fib_multipath_hash_policy=1'

text='#!/bin/sh
# Enters the switch: what vtysh runs itself, like ping, has to be in the namespace of the ports.
exec ip netns exec swns /usr/bin/vtysh "$@"'
if [ "$(cat $wrapper 2>/dev/null)" != "$text" ]; then
  printf '%s\n' "$text" >$wrapper
  chmod 755 $wrapper
  echo "wrote $wrapper"
fi

# The package runs FRR too, but not in this namespace.
if pidof watchfrr >/dev/null; then
  if [ -d /run/systemd/system ]; then systemctl disable --now frr; else /usr/lib/frr/frrinit.sh stop; fi >/dev/null 2>&1
  echo "stopped the FRR that the package started"
fi
runs() { pid=$(cat "/run/frr/$1.pid" 2>/dev/null) && [ "$(readlink "/proc/$pid/exe")" = "/usr/lib/frr/$1" ]; }
for daemon in $daemons; do
  [ -x "/usr/lib/frr/$daemon" ] || continue
  ! runs "$daemon" || continue
  [ -n "${started:-}" ] || install -d -o frr -g frr -m 0755 /run/frr
  rm -f "/run/frr/$daemon.pid"
  # Not "ip netns exec", which hides what is mounted on /sys.
  nsenter --net=/run/netns/$namespace "/usr/lib/frr/$daemon" --daemon --vty_addr 127.0.0.1 --log "file:/var/log/frr/$daemon.log" </dev/null
  echo "started $daemon"
  started=yes
done
# What was saved for all daemons, in one file.
[ -z "${started:-}" ] || [ ! -e /etc/frr/frr.conf ] || vtysh -b >/dev/null
