# SPDX-License-Identifier: GPL-3.0-or-later
"""Install the pip that is asked for from the configured package index, starting from the one that comes with Python.

``ansible-test`` downloads a script of its own for this, from a host that cannot be reached everywhere, unless there is
one in its cache. ``bin/test`` puts this one there.
"""

from __future__ import annotations

import subprocess
import sys

# What only the other script understands.
FOREIGN = {"--no-setuptools", "--no-wheel"}

subprocess.run([sys.executable, "-m", "ensurepip"], check=True, stdout=subprocess.DEVNULL)
requirements = [argument for argument in sys.argv[1:] if argument not in FOREIGN]
sys.exit(subprocess.run([sys.executable, "-m", "pip", "install", "--quiet", *requirements], check=False).returncode)
