# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""Filters out of parsers."""

from __future__ import annotations

from typing import Any, Callable, Mapping

from ansible_collections.packetwalk.labs.plugins.plugin_utils._errors import speaks_ansible


def text_filters(parsers: Mapping[str, Callable[..., Any]]) -> dict[str, Callable[..., Any]]:
    """The parsers as filters that take text, and what else a parser takes, and fail as Ansible's do, by their names."""
    return {name: _text_filter(name, parse) for name, parse in parsers.items()}


def _text_filter(name: str, parse: Callable[..., Any]) -> Callable[..., Any]:
    def of_text(text: Any, *arguments: Any, **options: Any) -> Any:
        if not isinstance(text, str):
            raise ValueError(f"{name} wants the text that a command printed, not {type(text).__name__}")
        return parse(text, *arguments, **options)

    return speaks_ansible(of_text)
