#!/bin/sh
# Prints the root file system of a node as a tar archive, made from the packages of the distribution alone.
# Usage: node-image.sh SUITE PACKAGE,PACKAGE,...
set -eu
exec mmdebstrap --quiet --variant=minbase \
  --include="$2" \
  --aptopt='APT::Install-Recommends "false"' \
  --dpkgopt='path-exclude=/usr/share/doc/*' \
  --dpkgopt='path-exclude=/usr/share/locale/*' \
  --dpkgopt='path-exclude=/usr/share/man/*' \
  "$1" -
