#!/bin/sh
# One sorted line for each thing on the host that a lab could leave behind.
{
  ip -o link | sed 's/^[0-9]*: \([^:@]*\).*/link \1/'
  # Docker removes the files of its namespaces later; what counts is what is mounted on them. One of them is the machine's own, which an
  # engine holds from the first container on that is in it until the engine ends.
  awk '/ - nsfs / && $5 != "/run/docker/netns/default" {print "namespace", $5}' /proc/self/mountinfo
  for save in iptables-save ip6tables-save; do
    # Rules, chains of somebody's own and policies that drop; an empty chain that accepts is none.
    $save | sed -n "s/ \[[0-9:]*\]$//; / ACCEPT$/{/^:/d}; /^[:-]/s/^/$save /p"
  done
  find /sys/fs/cgroup -type d -path '*/packetwalk*' | sed 's/^/control group /'
  docker ps --all --format 'container {{.Names}}'
  docker volume ls --format 'volume {{.Name}}'
  docker network ls --format 'network {{.Name}}'
} | sort
