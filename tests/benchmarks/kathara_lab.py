# SPDX-License-Identifier: GPL-3.0-or-later
"""Starts or removes a lab of Kathara, for ``openswitch.py``, which runs it with a Python that has Kathara.

Usage: ``kathara_lab.py start|remove FOLDER PREFIX PLUGIN``. What it makes carries the prefix in its name. The settings
are not those of the user, and none are saved.
"""

from __future__ import annotations

import sys

from Kathara.manager.Kathara import Kathara
from Kathara.parser.netkit.LabParser import LabParser
from Kathara.setting.Setting import Setting


def main() -> None:
    action, folder, prefix, plugin = sys.argv[1:]
    settings = {"network_plugin": plugin, "device_prefix": prefix, "net_prefix": prefix, "shared_mount": False}
    Setting.get_instance().load_from_dict({**settings, "open_terminals": False})
    lab = LabParser.parse(folder)
    if action == "start":
        Kathara.get_instance().deploy_lab(lab)
    else:
        Kathara.get_instance().undeploy_lab(lab=lab)


if __name__ == "__main__":
    main()
