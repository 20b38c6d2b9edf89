# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Filters that make rows of what a tool printed; each is documented in the .yml file of its name."""

from __future__ import annotations

from typing import Any, Callable

from ansible_collections.packetwalk.labs.plugins.module_utils._parsing import (
    _brctl,
    _docker_listing,
    _iproute_json,
    _iproute_text,
    _iptables,
    _iptables_listing,
    _ipvs,
    _nft,
)
from ansible_collections.packetwalk.labs.plugins.plugin_utils._text_filters import text_filters

_PARSERS: dict[str, Callable[..., Any]] = {
    "brctl": _brctl.parse_show,
    "docker_listing": _docker_listing.parse_listing,
    "iptables_listing": _iptables_listing.parse_listing,
    "iptables_rules": _iptables.parse_rules,
    "iptables_save": _iptables.parse_save,
    "ipvsadm": _ipvs.parse,
    "nft_ruleset": _nft.parse_ruleset,
}

# iproute2 prints these as text or, with -j, as JSON.
_TWO_DIALECTS: dict[str, tuple[Callable[..., Any], Callable[..., Any]]] = {
    "addresses": (_iproute_text.addresses_from_text, _iproute_json.addresses_from_json),
    "fdb": (_iproute_text.fdb_from_text, _iproute_json.fdb_from_json),
    "links": (_iproute_text.links_from_text, _iproute_json.links_from_json),
    "neighbours": (_iproute_text.neighbours_from_text, _iproute_json.neighbours_from_json),
}


def _either(from_text: Callable[..., Any], from_json: Callable[..., Any]) -> Callable[..., Any]:
    def parse(text: str, *arguments: Any, **options: Any) -> Any:
        return (from_json if text.lstrip().startswith("[") else from_text)(text, *arguments, **options)

    return parse


class FilterModule:
    def filters(self) -> dict[str, Callable[..., Any]]:
        return text_filters({**_PARSERS, **{name: _either(*both) for name, both in _TWO_DIALECTS.items()}})
