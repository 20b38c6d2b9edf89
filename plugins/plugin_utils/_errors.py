# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection and may change at any time.
"""Errors of the pure code as Ansible shows them."""

from __future__ import annotations

import functools
from typing import Any, Callable

from ansible.errors import AnsibleFilterError


def speaks_ansible(function: Callable[..., Any]) -> Callable[..., Any]:
    """Lets a filter or a test fail with the one sentence of the ValueError (ParseError is one) below it."""

    @functools.wraps(function)
    def door(*arguments: Any, **options: Any) -> Any:
        try:
            return function(*arguments, **options)
        except ValueError as error:
            raise AnsibleFilterError(str(error)) from error
        except (AttributeError, KeyError, TypeError) as error:
            raise AnsibleFilterError(f"the input is not what this was made for: {error!r}") from error

    return door
