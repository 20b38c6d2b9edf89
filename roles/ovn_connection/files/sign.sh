#!/bin/sh
# Usage: sign.sh DIRECTORY DAYS REQUEST. Prints the certificate.
set -eu
cd "$1"
echo "$3" | openssl x509 -req -CA authority.pem -CAkey authority-key.pem -set_serial "0x$(openssl rand -hex 16)" \
  -days "$2" -copy_extensions copy
