#!/bin/sh
# Usage: certificate.sh FILE NAME ADDRESS. Makes FILE.key and the certificate FILE.pem, signed by itself, unless they are there.
set -eu
[ -e "$1.pem" ] && exit 0
umask 077
mkdir -p "$(dirname "$1")"
openssl req -x509 -newkey rsa:2048 -nodes -sha256 -days 3650 -subj "/CN=$2" -addext "subjectAltName=DNS:$2,DNS:netmaster,IP:$3" \
  -keyout "$1.key" -out "$1.pem" 2>/dev/null
echo "made $1.pem"
