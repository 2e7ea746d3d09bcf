"""The log of deliveries: pages of them by what is asked for, and one with all its tries. Reads
only."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, select

from app.extensions import reading
from app.kit import clock
from app.kit.errors import NotFound
from app.kit.tokens import first_id
from app.models import Attempt, Delivery, Event, Provider, WebhookEndpoint
from app.services.deliveries.signatures import rebuilt

__all__ = ["NO_ANSWER", "Entry", "Page", "Try", "Wanted", "Whole", "endpoints", "get", "page"]

NO_ANSWER = "none"
SHOWN_BODY = 8 * 1024  # characters of an answer that are shown


@dataclass(frozen=True)
class Wanted:
    """What a page of the log is about; None and nothing: whatever it is."""

    provider_id: str | None = None
    endpoint_id: str | None = None
    status: str | None = None
    answer: str | None = None  # the first digit of the last answer's status, or NO_ANSWER
    event: str | None = None
    order_id: str | None = None
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True)
class Entry:
    """A delivery, with what is needed to say what it was about and where it went."""

    delivery: Delivery
    event: str
    url: str
    provider: str
    slug: str


@dataclass(frozen=True)
class Page:
    """One page of the log, newest first, and where the next one starts."""

    entries: Sequence[Entry]
    next_cursor: str | None


@dataclass(frozen=True)
class Try:
    """One POST as it can be shown: the signature as far as it may be known, of the answer's body
    the beginning."""

    attempt: Attempt
    request_headers: Mapping[str, str]
    response_body: str
    is_cut: bool


@dataclass(frozen=True)
class Whole:
    """A delivery with everything about it; tries oldest first."""

    entry: Entry
    endpoint: WebhookEndpoint
    payload: str
    tries: Sequence[Try]

    @property
    def delivery(self) -> Delivery:
        return self.entry.delivery

    @property
    def is_test(self) -> bool:
        """Whether what is told happened without real money."""
        return bool(json.loads(self.payload).get("testMode"))


def _entries(*more: Any) -> Select[Any]:
    return (
        select(
            Delivery,
            Event.type.label("event"),
            WebhookEndpoint.url,
            Provider.name,
            Provider.slug,
            *more,
        )
        .join(Event, Event.id == Delivery.event_id)
        .join(WebhookEndpoint, WebhookEndpoint.id == Delivery.endpoint_id)
        .join(Provider, Provider.id == Event.provider_id)
    )


def _entry(row: Row[Any]) -> Entry:
    return Entry(row.Delivery, row.event, row.url, row.name, row.slug)


def page(wanted: Wanted, *, limit: int = 50, cursor: str | None = None) -> Page:
    """A keyset page of the organization's deliveries: stable while more come in."""
    query = _entries().where(*_conditions(wanted))
    if cursor is not None:
        query = query.where(Delivery.id < cursor)
    with reading() as session:
        rows = session.execute(query.order_by(Delivery.id.desc()).limit(limit + 1)).all()
    shown = [_entry(row) for row in rows[:limit]]
    return Page(shown, shown[-1].delivery.id if len(rows) > limit else None)


def _conditions(wanted: Wanted) -> list[Any]:
    equal = (
        (Event.provider_id, wanted.provider_id),
        (Delivery.endpoint_id, wanted.endpoint_id),
        (Delivery.status, wanted.status),
        (Event.type, wanted.event),
        (Delivery.order_id, wanted.order_id),
    )
    found = [column == value for column, value in equal if value is not None]
    # Ids sort by time, so the index that pages are read from finds the range as well.
    if wanted.since:
        found.append(Delivery.id >= first_id(Delivery.ID_PREFIX, wanted.since))
    if wanted.until:
        found.append(Delivery.id < first_id(Delivery.ID_PREFIX, wanted.until))
    if wanted.answer == NO_ANSWER:
        found += [Delivery.last_status_code.is_(None), Delivery.attempts > 0]
    elif wanted.answer:
        first = int(wanted.answer) * 100
        found.append(Delivery.last_status_code.between(first, first + 99))
    return found


def get(delivery_id: str, *, provider_id: str | None = None) -> Whole:
    """One delivery of the current organization. Raises NotFound, also for another provider's."""
    query = _entries(WebhookEndpoint, Event.payload).where(Delivery.id == delivery_id)
    if provider_id is not None:
        query = query.where(Event.provider_id == provider_id)
    with reading() as session:
        row = session.execute(query).one_or_none()
        if row is None:
            raise NotFound("No such delivery")
        attempts = session.scalars(
            select(Attempt).where(Attempt.delivery_id == delivery_id).order_by(Attempt.number)
        ).all()
    endpoint, body, now = row.WebhookEndpoint, row.payload.encode(), clock.now()
    return Whole(
        _entry(row),
        endpoint,
        row.payload,
        [_try(one, rebuilt(one, endpoint.id, endpoint, body, now)) for one in attempts],
    )


def _try(attempt: Attempt, headers: Mapping[str, str]) -> Try:
    body = attempt.response_body or ""
    return Try(attempt, headers, body[:SHOWN_BODY], len(body) > SHOWN_BODY)


def endpoints() -> Sequence[Row[Any]]:
    """Every endpoint of the organization to choose from: its `id` and `url`, the `slug` and `name`
    of its provider."""
    query = select(
        WebhookEndpoint.id,
        WebhookEndpoint.url,
        Provider.id.label("provider_id"),
        Provider.slug,
        Provider.name,
    ).join(Provider, Provider.id == WebhookEndpoint.provider_id)
    with reading() as session:
        found: Sequence[Row[Any]] = session.execute(
            query.order_by(Provider.name, WebhookEndpoint.id)
        ).all()
    return found
