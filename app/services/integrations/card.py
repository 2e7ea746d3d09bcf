"""How one service stands for one scope."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from app.kit import clock
from app.models import CredentialNote, InboundEndpoint
from app.registry import Spec
from app.services.credentials import Kept, kept_by
from app.services.integrations.checklist import Facts, Line, lines
from app.services.versions import NEVER_SAVED

__all__ = ["Card"]


@dataclass(frozen=True)
class Card:
    """How one service stands for one scope; no secret among it, and none to be had."""

    spec: Spec
    source: str  # own, environment or none
    values: Mapping[str, str] = field(default_factory=dict)  # public ones
    notes: Mapping[str, CredentialNote] = field(default_factory=dict)  # secret ones, by field
    missing: tuple[str, ...] = ()
    inbound_url: str | None = None
    endpoint: InboundEndpoint | None = None
    has_event_secret: bool = False
    version: str = NEVER_SAVED
    can_register: bool = False  # our address, at the company, by a button on this page
    hears_with_payments: bool = False  # nothing is to be registered there

    @property
    def is_configured(self) -> bool:
        """True when an order could be paid with it, as far as we can tell alone."""
        return self.source != "none" and not self.missing

    @property
    def is_ready(self) -> bool:
        """True when orders can be paid through it and we hear of it: nothing that it needs is
        missing, and the company has not refused its keys."""
        needed = {one.name: one.state for one in self.lines if one.name in {"keys", "secret"}}
        return self.is_configured and self.spec.is_active and set(needed.values()) <= {"ok"}

    @property
    def test_mode(self) -> bool | None:
        """Whether it moves no real money; None where that does not apply."""
        if not self.is_configured:
            return None
        shown = {**{name: note.masked for name, note in self.notes.items()}, **self.values}
        return self.spec.test_mode(shown)

    def is_set(self, name: str) -> bool:
        """True when a value of its own is stored for a field."""
        return name in self.notes or bool(self.values.get(name))

    @property
    def typed(self) -> list[tuple[str, str]]:
        """Name of a field on the company's own pages, and what to type there of our address."""
        if self.inbound_url is None or self.spec.gateway is None:
            return []
        return [
            (one.label, one.filled(self.inbound_url, self.values))
            for one in self.spec.gateway.places
            if all(self.is_set(name) for name in one.needs)
        ]

    @property
    def kept(self) -> Kept | None:
        """The keys before, while one can go back to them."""
        keys = {one.name for one in self.spec.keys}
        return kept_by([note for name, note in self.notes.items() if name in keys])

    def kept_until(self, name: str) -> datetime | None:
        """Until when what a field held before is kept; None when nothing is."""
        note = self.notes.get(name)
        if note is None or note.previous is None or note.previous_until is None:
            return None
        return note.previous_until if note.previous_until > clock.now() else None

    @property
    def lines(self) -> list[Line]:
        """What is set up and what is not, from what is stored alone."""
        return lines(
            Facts(
                self.spec,
                self.source,
                self.missing,
                self.test_mode,
                self.notes,
                self.has_event_secret,
                self.can_register,
                self.hears_with_payments,
                self.endpoint,
            )
        )

    @property
    def needs_attention(self) -> bool:
        """True when something is wrong, though it may be possible to pay."""
        return any(one.state == "attention" for one in self.lines)
