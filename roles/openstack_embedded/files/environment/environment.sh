#!/bin/sh
# Makes the Python environment /opt/openstack from requirements.txt, which lies beside this script, and prints "made".
# Prints nothing where it is there already. It is made anew where requirements.txt has changed or a run was cut off.
# PIP_INDEX_URL names another index than PyPI, SSL_CERT_FILE another bundle of certificates than that of the system.
set -eu
here=$(dirname "$(readlink -f "$0")")
environment=/opt/openstack
stamp=$environment/requirements.sha256
wanted=$(sha256sum <"$here/requirements.txt" | cut -d ' ' -f 1)

if [ "$(cat $stamp 2>/dev/null)" = "$wanted" ]; then
  exit 0
fi

# uv is of no use afterwards. Its cache lies beside the environment, so that files are linked and not copied.
work=$(mktemp -d $environment.XXXXXX)
trap 'rm -rf "$work"' EXIT
export SSL_CERT_FILE="${SSL_CERT_FILE:-/etc/ssl/certs/ca-certificates.crt}"
export PIP_CERT="$SSL_CERT_FILE" UV_CACHE_DIR="$work/cache" TMPDIR="$work"
[ -z "${PIP_INDEX_URL-}" ] || export UV_DEFAULT_INDEX="$PIP_INDEX_URL"

python3 -m venv "$work/uv"
"$work/uv/bin/pip" install --quiet --disable-pip-version-check uv==0.13.9
python3 -m venv --clear --without-pip $environment
# Two packages come as source alone. They are pure Python, and are built with the setuptools that is named among the requirements.
"$work/uv/bin/uv" pip install --quiet --python $environment/bin/python --no-deps \
  --build-constraints "$here/requirements.txt" --requirements "$here/requirements.txt"

# The tests of the packages are a third of it. Programs start in half the time when they need not be compiled.
find $environment/lib -type d -name tests -prune -exec rm -rf {} +
$environment/bin/python -m compileall -q -j 0 $environment/lib
echo "$wanted" >$stamp
echo made
