"""Whose credentials: a provider's own, an organization's, the platform's."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from app.registry import spec
from app.services.versions import NEVER_SAVED

__all__ = ["PLATFORM", "Scope", "Stored"]


@dataclass(frozen=True)
class Scope:
    """Whose credentials a payment is made with: provider, organization or platform."""

    kind: str
    owner: str


PLATFORM = Scope("platform", "platform")


@dataclass(frozen=True)
class Stored:
    """One scope's values for one service as they lie in the database or environment."""

    scope: Scope
    service: str
    place_table: str = ""
    place_owner: str = ""
    values: Mapping[str, Any] = field(default_factory=dict, repr=False)
    version: str = NEVER_SAVED

    @property
    def is_empty(self) -> bool:
        """True when nothing was typed that could identify an account; choices do not count."""
        fields = spec(self.service).fields
        return not any(
            self.values.get(one.name) for one in fields if one.kind != "choice" and not one.default
        )
