"""What the demo's receivers answered: the tries are written down as made, and nobody is called.

Sixty orders would otherwise be told of in the first minute after a start, all at once, as if they
had just happened, and most of it to addresses that are nobody's. So each try is signed and written
down by the steps that always do it, with a made-up answer between them; what is left to be sent are
the deliveries to a receiver that fails for some days, each when its own next try is due.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import accumulate, chain, repeat

from sqlalchemy import select

from app.extensions import db, transaction
from app.kit import clock
from app.kit.tenancy import current_org
from app.kit.tokens import new_token
from app.models import Attempt, Delivery, Event, Task, WebhookEndpoint
from app.services import tasks
from app.services.deliveries import schedule
from app.services.deliveries.outbox import Result
from app.services.deliveries.outcome import DISABLE_AFTER, record
from app.services.deliveries.outgoing import begin
from app.services.demo.shops import GONE_URL, SHAKY_URL
from app.services.demo.stories import DAY, Story

__all__ = ["tell"]

LEASE = timedelta(minutes=2)
FAILS_SINCE, GONE_SINCE = 3 * DAY, 9 * DAY
DUE = [timedelta(seconds=one) for one in accumulate((0, *schedule.FAST, *schedule.SLOW))]
BODIES = {
    200: '{"received":true}',
    410: "This account was closed.",
    422: '{"error":"no such event at this venue"}',
    502: "<h1>Bad gateway</h1>",
    503: "Back in a minute",
}


@dataclass(frozen=True)
class _Told:
    """A delivery whose task is here, and where and when its event goes."""

    task_id: int
    delivery_id: str
    url: str
    since: datetime


def tell(order_id: str, story: Story) -> None:
    """Write down every try that was due by now of all deliveries about an order (steps)."""
    for told in _waiting(order_id):
        _try(told, _answers(told, story))
    _date_others(order_id)


def _waiting(order_id: str) -> list[_Told]:
    with transaction():
        mine = select(Task).where(Task.org_id == current_org(), Task.name == "deliveries.send")
        by_delivery = {one.args["delivery"]: one.id for one in db.session.scalars(mine)}
        rows = db.session.execute(
            select(Delivery.id, WebhookEndpoint.url, Event.created_at)
            .join(Event, Event.id == Delivery.event_id)
            .join(WebhookEndpoint, WebhookEndpoint.id == Delivery.endpoint_id)
            .where(Delivery.order_id == order_id)
            .order_by(Delivery.id)
        ).all()
        return [
            _Told(by_delivery[row.id], row.id, row.url, row.created_at)
            for row in rows
            if row.id in by_delivery
        ]


def _answers(told: _Told, story: Story) -> Iterator[int]:
    """Status codes, one for each try."""
    age = clock.now() - told.since
    if told.url == GONE_URL and age < GONE_SINCE:
        return repeat(410)
    if told.url == SHAKY_URL and age < FAILS_SINCE:
        return repeat(502)
    if told.url == SHAKY_URL and story.is_refused:
        return repeat(422)
    return chain(story.first_answers, repeat(200))


def _try(told: _Told, answers: Iterator[int]) -> None:
    """One try after the other, as long as there is a next one and it was due."""
    made, task = 0, _lease(told)
    while task and made < len(DUE) and told.since + DUE[made] <= clock.now():
        outgoing = begin(task)
        if outgoing is None:
            break
        status = next(answers)
        error = None if status == 200 else "E_STATUS"
        record(task, outgoing, Result(status, error, 80 + 7 * made, {}, BODIES[status]))
        made, task = made + 1, _lease(told)
    _date(told, made)


def _lease(told: _Told) -> tasks.Claimed | None:
    """Take a delivery's task before a worker does (a step); None when it is done or taken."""
    now, token = clock.now(), new_token()
    with transaction():
        row = db.session.scalars(
            select(Task).where(Task.id == told.task_id).with_for_update(skip_locked=True)
        ).one_or_none()
        if row is None or (row.lease_until and row.lease_until > now):
            return None
        row.lease_until, row.lease_token = now + LEASE, token
        return tasks.Claimed(row.id, row.org_id, row.name, row.args, row.lane, 1, token)


def _date(told: _Told, made: int) -> None:
    """Each try was made when it was due (a step); the next one is due when it will be."""
    following = told.since + DUE[min(made, len(DUE) - 1)]
    last = told.since + DUE[max(made - 1, 0)]
    with transaction():
        delivery = db.session.get_one(Delivery, told.delivery_id)
        task = db.session.get(Task, told.task_id)
        endpoint = db.session.get_one(WebhookEndpoint, delivery.endpoint_id)
        tries = select(Attempt).where(Attempt.delivery_id == delivery.id)
        for attempt in db.session.scalars(tries).all():
            attempt.started_at = told.since + DUE[attempt.number - 1]
            attempt.ended_at = attempt.started_at + timedelta(milliseconds=attempt.duration_ms or 0)
        delivery.created_at, delivery.updated_at = told.since, last
        if delivery.delivered_at:
            delivery.delivered_at = last
        if task:
            task.due_at, task.lease_until, task.lease_token = following, None, None
            delivery.next_attempt_at = following
        _date_endpoint(endpoint, told.since, last)


def _date_endpoint(endpoint: WebhookEndpoint, since: datetime, last: datetime) -> None:
    """Since when it fails (a part). A failure of long ago keeps the moment it was written in: it
    is over with a later story, and would switch the endpoint off before."""
    if endpoint.failing_since and clock.now() - since < DISABLE_AFTER:
        endpoint.failing_since = min(endpoint.failing_since, since)
    if endpoint.disabled_at and endpoint.disabled_at > last and endpoint.failures == 1:
        endpoint.failing_since, endpoint.disabled_at = since, last


def _date_others(order_id: str) -> None:
    """What waits for a switched-off endpoint was never tried, but has waited since its event."""
    with transaction():
        rows = db.session.execute(
            select(Delivery, Event.created_at)
            .join(Event, Event.id == Delivery.event_id)
            .where(Delivery.order_id == order_id, Delivery.attempts == 0)
        ).all()
        for delivery, moment in rows:
            delivery.created_at = delivery.updated_at = moment
