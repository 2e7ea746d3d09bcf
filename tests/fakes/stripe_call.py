"""One call of the fake Stripe: how it looks, what it needs and what it does."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.fakes.stripe_world import Caller, Row

Result = Row | dict[str, Any]
Action = Callable[[Any, Caller, str, dict[str, Any]], Result]


@dataclass(frozen=True)
class Route:
    """One call: how it looks, what it needs and what it does."""

    method: str
    pattern: re.Pattern[str]
    schema: Any
    permission: str
    action: Action


def route(method: str, path: str, schema: Any, permission: str, action: Action) -> Route:
    """A call below /v1; ``{id}`` in its path is handed to the action."""
    pattern = re.compile("/v1/" + path.replace("{id}", "([A-Za-z0-9_]+)"))
    return Route(method, pattern, schema, permission, action)


def pages(kind: str, path: str) -> Action:
    """The action that lists the caller's objects of a kind."""
    return lambda desk, caller, _, p: desk.listed(caller, kind, f"/v1/{path}", p)
