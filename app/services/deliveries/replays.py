"""Sending an endpoint once more what was given up since a moment: so much at a time, at a measured
pace, and no further when the receiver takes nothing still."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, func, select

from app.extensions import db, reading, transaction
from app.kit import clock
from app.kit.errors import Conflict, NotFound, Refused
from app.kit.tokens import first_id
from app.models import Delivery, DeliveryStatus, Replay, ReplayStatus, WebhookEndpoint
from app.services import records, tasks
from app.services.deliveries.send import once_more

__all__ = [
    "FURTHEST",
    "MOST",
    "Progress",
    "abandon",
    "begin",
    "cancel",
    "get",
    "go_on",
    "latest",
    "latest_of",
    "start",
]

FURTHEST = timedelta(days=14)  # back
MOST = 10_000  # deliveries in one replay
PORTION = 25  # deliveries under way at a time
EVERY = 5  # seconds between portions: five deliveries a second at most


@dataclass(frozen=True)
class Progress:
    """A replay and what became of its deliveries so far."""

    replay: Replay
    delivered: int
    failed: int
    waiting: int

    @property
    def sent(self) -> int:
        return self.delivered + self.failed + self.waiting


def start(endpoint_id: str, since: datetime, *, actor: str) -> str:
    """Begin to send what was given up since then (a step); the replay's id. Raises as `begin`."""
    with transaction():
        return begin(endpoint_id, since, actor=actor).id


def begin(endpoint_id: str, since: datetime, *, actor: str) -> Replay:
    """A new replay and the task that sends its portions (a part).

    Raises NotFound, Refused for a moment that is too far off or yet to come and for too much at
    once, Conflict while the endpoint is disabled, another replay runs or there is nothing to send.
    """
    now = clock.now()
    if not now - FURTHEST <= since <= now:
        raise Refused("A replay reaches back 14 days at most", "invalid_since", field="since")
    _must_be_free(endpoint_id)
    replay = Replay(endpoint_id=endpoint_id, since=since, until=now)
    some = _given_up(replay).with_only_columns(Delivery.id).limit(MOST + 1).subquery()
    replay.total = db.session.scalar(select(func.count()).select_from(some)) or 0
    if not replay.total:
        raise Conflict("Nothing was given up since then", "nothing_to_replay")
    if replay.total > MOST:
        raise Refused(
            f"That is more than {MOST} deliveries: begin later", "too_many", field="since"
        )
    db.session.add(replay)
    db.session.flush()
    tasks.add("deliveries.replay", {"replay": replay.id})
    records.audit(
        "webhook_endpoint.replayed",
        actor=actor,
        subject=endpoint_id,
        since=clock.iso(since),
        deliveries=replay.total,
    )
    return replay


def _must_be_free(endpoint_id: str) -> None:
    query = select(WebhookEndpoint).where(WebhookEndpoint.id == endpoint_id).with_for_update()
    endpoint = db.session.scalars(query).one_or_none()
    if endpoint is None:
        raise NotFound("No such endpoint")
    if endpoint.disabled_at:
        raise Conflict("The endpoint is disabled", "endpoint_disabled")
    running = select(Replay.id).where(
        Replay.endpoint_id == endpoint_id, Replay.status == ReplayStatus.running
    )
    if db.session.scalar(running):
        raise Conflict("A replay for this endpoint is running", "replay_running")


def _given_up(replay: Replay) -> Select[Delivery]:
    """What a replay has still to send, oldest first."""
    query = select(Delivery).where(
        Delivery.endpoint_id == replay.endpoint_id,
        Delivery.status == DeliveryStatus.failed,
        Delivery.id >= first_id(Delivery.ID_PREFIX, replay.since),
        Delivery.id < first_id(Delivery.ID_PREFIX, replay.until),
    )
    if replay.last_delivery:
        query = query.where(Delivery.id > replay.last_delivery)
    return query.order_by(Delivery.id)


def go_on(replay_id: str) -> tasks.Again | None:
    """Send the next portion once the one before is decided (a step, for the task)."""
    with transaction():
        replay = _locked(replay_id)
        if replay.status != ReplayStatus.running:
            return None
        counts = _counts(replay_id)
        if counts.get(DeliveryStatus.pending):
            return tasks.Again(clock.after(EVERY))
        if _is_in_vain(replay, counts):
            _end(replay, ReplayStatus.stopped)
            return None
        portion = db.session.scalars(_given_up(replay).limit(PORTION).with_for_update()).all()
        if not portion:
            _end(replay, ReplayStatus.finished)
            return None
        for delivery in portion:
            delivery.replay_id = replay.id
            once_more(delivery, "replay")
        replay.last_delivery = portion[-1].id
    return tasks.Again(clock.after(EVERY))


def _is_in_vain(replay: Replay, counts: Mapping[str, int]) -> bool:
    """The endpoint was switched off meanwhile, or took nothing of a whole portion."""
    endpoint = db.session.get_one(WebhookEndpoint, replay.endpoint_id)
    taken, failed = (
        counts.get(one, 0) for one in (DeliveryStatus.succeeded, DeliveryStatus.failed)
    )
    return endpoint.disabled_at is not None or (not taken and failed >= PORTION)


def _end(replay: Replay, status: ReplayStatus) -> None:
    replay.status, replay.ended_at = status, clock.now()


def cancel(replay_id: str, *, actor: str) -> None:
    """Send nothing more of a replay (a step); what is under way already goes on. One that has ended
    stays as it is. Raises NotFound."""
    with transaction():
        replay = _locked(replay_id)
        if replay.status == ReplayStatus.running:
            _end(replay, ReplayStatus.cancelled)
            records.audit(
                "webhook_endpoint.replay_cancelled", actor=actor, subject=replay.endpoint_id
            )


def abandon(replay_id: str) -> None:
    """The task was given up, so its replay is, too (a part)."""
    replay = _locked(replay_id)
    if replay.status == ReplayStatus.running:
        _end(replay, ReplayStatus.stopped)


def get(replay_id: str, *, endpoint_id: str | None = None) -> Progress:
    """How far a replay is. Raises NotFound, also for another endpoint's."""
    with reading() as session:
        replay = session.get(Replay, replay_id)
        if replay is None or endpoint_id not in (None, replay.endpoint_id):
            raise NotFound("No such replay")
        return _progress(replay)


def latest(endpoint_id: str) -> Progress | None:
    """The last replay of an endpoint; None when there was none."""
    return latest_of([endpoint_id]).get(endpoint_id)


def latest_of(endpoint_ids: Sequence[str]) -> Mapping[str, Progress]:
    """The last replay of each of some endpoints, by endpoint; of some there was none."""
    newest = (
        select(func.max(Replay.id))
        .where(Replay.endpoint_id.in_(endpoint_ids))
        .group_by(Replay.endpoint_id)
    )
    with reading() as session:
        found = session.scalars(select(Replay).where(Replay.id.in_(newest))).all()
        return {one.endpoint_id: _progress(one) for one in found}


def _progress(replay: Replay) -> Progress:
    counts = _counts(replay.id)
    delivered, failed = (
        counts.pop(one, 0) for one in (DeliveryStatus.succeeded, DeliveryStatus.failed)
    )
    return Progress(replay, delivered, failed, sum(counts.values()))


def _counts(replay_id: str) -> dict[Any, int]:
    rows = db.session.execute(
        select(Delivery.status, func.count())
        .where(Delivery.replay_id == replay_id)
        .group_by(Delivery.status)
    )
    return {status: count for status, count in rows}  # noqa: C416, rows are no pairs to mypy


def _locked(replay_id: str) -> Replay:
    query = select(Replay).where(Replay.id == replay_id).with_for_update()
    found: Replay | None = db.session.scalars(query).one_or_none()
    if found is None:
        raise NotFound("No such replay")
    return found
