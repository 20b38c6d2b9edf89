#!/bin/sh
# Usage: answer.sh ADDRESS SECONDS. Prints the members as NAME=PEER_URL once the cluster is healthy. Else it prints what was said last, and fails.
set -eu
left=$2
until said=$(ETCDCTL_API=2 etcdctl --endpoints "http://$1:2379" cluster-health 2>&1); do
  left=$((left - 1))
  if [ "$left" -le 0 ]; then
    # Without an empty line, and what matters first.
    echo "$said" | grep . | tail -n 2
    exit 1
  fi
  sleep 1
done
ETCDCTL_API=2 etcdctl --endpoints "http://$1:2379" member list | sed -n 's/.* name=\([^ ]*\) peerURLs=\([^ ]*\) .*/\1=\2/p'
