#!/bin/sh
# Usage: request.sh DIRECTORY DAYS NAME ADDRESS AUTHORITY. Makes the key of the host, and prints a request where there is no
# certificate for it that the authority signed and that is valid for so many days.
set -eu
umask 077
mkdir -p "$1"
cd "$1"
[ -s key.pem ] || openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out key.pem
# Daemons read a file again when it was written.
[ "$5" = "$(cat authority.pem 2>/dev/null)" ] || echo "$5" >authority.pem
if ! { openssl verify -CAfile authority.pem certificate.pem &&
  openssl x509 -in certificate.pem -noout -checkend $(($2 * 86400)) &&
  [ "$(openssl x509 -in certificate.pem -noout -pubkey)" = "$(openssl pkey -in key.pem -pubout)" ]; } >/dev/null 2>&1; then
  openssl req -new -key key.pem -subj "/CN=$3" -addext "subjectAltName=IP:$4"
fi
