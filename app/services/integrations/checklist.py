"""What is set up at a gateway and what is not, filled in from what is stored: nobody is called."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from app.kit import clock
from app.models import CredentialNote, InboundEndpoint
from app.registry import Spec

__all__ = ["LATELY", "Facts", "Line", "lines"]

LATELY = timedelta(days=3)  # as long as gateways send an event again (Stripe: three days)
# What a refused call was answered, by what that means; anything else was not proved to be theirs.
_MEANS = {413: "too_large", 502: "unverifiable", 503: "no_secret"}


@dataclass(frozen=True)
class Line:
    """One thing that should be so; `code` is what pages have a sentence and advice for."""

    name: str
    state: Literal["ok", "todo", "attention"]
    code: str
    when: datetime | None = None
    status: int | None = None  # of a refused call


@dataclass(frozen=True)
class Facts:
    """What the lines are made from."""

    spec: Spec
    source: str
    missing: tuple[str, ...]
    test_mode: bool | None
    notes: Mapping[str, CredentialNote]
    has_event_secret: bool
    can_register: bool
    hears_with_payments: bool
    endpoint: InboundEndpoint | None


def lines(facts: Facts) -> list[Line]:
    """The lines of a gateway we can talk to; none for any other service, or for our own."""
    gateway = facts.spec.gateway
    if gateway is None or gateway.is_builtin or not gateway.is_active:
        return []
    return list(_lines(facts))


def _lines(facts: Facts) -> Iterator[Line]:
    yield _keys(facts)
    if facts.source == "none":
        return
    yield Line("whose", "ok", facts.source)
    if facts.spec.event_secret:
        yield _secret(facts)
    if facts.source == "own" and facts.endpoint:
        yield _endpoint(facts, facts.endpoint)
        yield _called(facts.endpoint)
        yield _refused(facts, facts.endpoint)


def _keys(facts: Facts) -> Line:
    if facts.source == "none":
        return Line("keys", "todo", "none")
    if facts.missing:
        return Line("keys", "attention", "incomplete")
    keys = {one.name for one in facts.spec.keys}
    refused = [one.refused_at for name, one in facts.notes.items() if name in keys]
    if when := max((one for one in refused if one), default=None):
        return Line("keys", "attention", "refused", when)
    modes = {True: "test", False: "live", None: "stored"}
    return Line("keys", "ok", modes[facts.test_mode])


def _secret(facts: Facts) -> Line:
    if facts.has_event_secret:
        return Line("secret", "ok", "stored")
    return Line("secret", "attention", "missing" if facts.source == "own" else "operator")


def _endpoint(facts: Facts, endpoint: InboundEndpoint) -> Line:
    if facts.hears_with_payments:
        return Line("endpoint", "ok", "with_payments")
    if not facts.can_register:
        if endpoint.last_event_at:
            return Line("endpoint", "ok", "calls")
        return Line("endpoint", "todo", "by_hand")
    state = endpoint.check_state
    if state is None or (state == "no_secret" and facts.has_event_secret):
        return Line("endpoint", "todo", "unseen")
    return Line("endpoint", "ok" if state == "fine" else "attention", state, endpoint.checked_at)


def _called(endpoint: InboundEndpoint) -> Line:
    if endpoint.last_event_at:
        return Line("called", "ok", "yes", endpoint.last_event_at)
    return Line("called", "todo", "never")


def _refused(facts: Facts, endpoint: InboundEndpoint) -> Line:
    """A refusal is over once a call was believed after it, or another secret was stored."""
    when, secret = endpoint.refused_at, facts.notes.get(facts.spec.event_secret)
    ended = [endpoint.last_event_at, secret.set_at if secret else None]
    if when is None or clock.now() - when > LATELY or any(end and end > when for end in ended):
        return Line("refused", "ok", "none")
    status = endpoint.refused_status
    return Line("refused", "attention", _MEANS.get(status or 0, "unproved"), when, status)
