#!/bin/sh
# Makes an image out of another one by running, in a container, what roles install with other package managers.
# Usage: image-environments.sh IMAGE NEW_IMAGE FOLDER_OF_ROLES ROLE...
set -eu
image=$1 new_image=$2 roles=$3
shift 3

# A container that nobody is left to remove goes by itself.
container=$(docker run --detach --rm --network host "$image" sleep 3600)
trap 'docker kill "$container" >/dev/null' EXIT

# What this machine alone knows: which index it takes packages from, and whom it trusts. /dev/shm is no part of an image.
PIP_INDEX_URL=${PIP_INDEX_URL:-$(python3 -m pip config get global.index-url 2>/dev/null || true)}
export PIP_INDEX_URL
docker exec --interactive "$container" sh -c 'cat >/dev/shm/certificates' \
  <"${SSL_CERT_FILE:-/etc/ssl/certs/ca-certificates.crt}"

for role in "$@"; do
  folder=/usr/local/share/packetwalk/$role
  docker exec "$container" mkdir -p "${folder%/*}"
  docker cp "$roles/$role/files/environment" "$container:$folder"
  docker exec --env SSL_CERT_FILE=/dev/shm/certificates --env PIP_INDEX_URL \
    --env http_proxy --env https_proxy --env no_proxy --env HTTP_PROXY --env HTTPS_PROXY --env NO_PROXY \
    "$container" "$folder/environment.sh"
done
docker commit --change 'CMD ["sleep", "infinity"]' "$container" "$new_image"
