#!/bin/sh
# Makes the image REPOSITORY:VERSION of a small web server from the node's own busybox: no registry is needed.
# Its page names the container that answered, so that load balancing can be seen. Prints "made" when it made it.
set -eu
docker image inspect "$IMAGE" >/dev/null 2>&1 && exit 0
busybox=$(command -v busybox) || { echo "busybox is missing. Install the package busybox on this node." >&2; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
mkdir -p "$folder/bin" "$folder/etc" "$folder/tmp" "$folder/www/cgi-bin"
# Linked statically, busybox cannot resolve names without the C library's modules; so take the libraries along.
for file in $(ldd "$busybox" | grep -o '/[^ ]*'); do
  mkdir -p "$folder${file%/*}"
  cp -L "$file" "$folder$file"
done
cp "$busybox" "$folder/bin/busybox"
for applet in cat hostname httpd ip nc nslookup ping printf sh sleep wget; do ln -s busybox "$folder/bin/$applet"; done
cat > "$folder/www/cgi-bin/index.cgi" <<PAGE
#!/bin/sh
printf 'Content-Type: text/plain\r\n\r\nProcessed by container ID %s, version %s\n' "\$(hostname)" "$VERSION"
PAGE
chmod 0755 "$folder" "$folder/www/cgi-bin/index.cgi"
tar -C "$folder" -cf - . | docker import --change 'ENV PATH=/bin' --change 'EXPOSE 80' \
  --change 'CMD ["httpd", "-f", "-p", "80", "-h", "/www"]' - "$IMAGE" >/dev/null
echo made
