#!/bin/sh
# Usage: authority.sh DIRECTORY DAYS. Prints the certificate of the authority; makes it where there is none that is valid for so
# many days, and says so on the standard error.
set -eu
umask 077
mkdir -p "$1"
cd "$1"
if ! openssl x509 -in authority.pem -noout -checkend $(($2 * 86400)) >/dev/null 2>&1; then
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout authority-key.pem -out authority.pem \
    -subj "/CN=packetwalk.labs" -days 3650
  echo made >&2
fi
cat authority.pem
