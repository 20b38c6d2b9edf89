#!/bin/sh
# Removes the placeholders of ports that a link shall come to. Usage: free-ports.sh free|look [PORT ...]. Says which these are.
set -eu
action=$1
shift
for port in "$@"; do
  case $(ip -n swns link show dev "$port" 2>/dev/null) in
    *"alias unwired"*)
      [ "$action" = look ] || ip -n swns link del dev "$port"
      echo "port $port"
      ;;
  esac
done
