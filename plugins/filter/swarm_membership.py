# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The steps of a swarm's membership, for the role swarm."""

from __future__ import annotations

import typing as t

from ansible.errors import AnsibleFilterError
from ansible_collections.packetwalk.labs.plugins.plugin_utils._intent import _membership
from ansible_collections.packetwalk.labs.plugins.plugin_utils._intent._schema import IntentError


def _guarded(function: t.Callable[..., t.Any]) -> t.Callable[..., t.Any]:
    def guarded(*args: t.Any, **kwargs: t.Any) -> t.Any:
        try:
            return function(*args, **kwargs)
        except IntentError as error:
            raise AnsibleFilterError(str(error)) from None

    return guarded


class FilterModule:
    """Filters over the intent's nodes."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        """Return the filters by name."""
        return {
            "swarm_joining": _guarded(_membership.joining),
            "swarm_primary": _guarded(_membership.primary),
            "swarm_quorum_kept": _guarded(_membership.quorum_kept),
            "swarm_reconciling": _guarded(_membership.reconciling),
        }
