"""Work for later: written in the transaction it follows from, claimed by one worker at a time."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import delete, or_, select, tuple_, update

from app.extensions import (
    AWAY,
    changed,
    db,
    insert_once,
    reading,
    this_transaction,
    transaction,
)
from app.kit import clock
from app.kit.logs import redact
from app.kit.tenancy import current_org
from app.kit.tokens import new_token
from app.models import Task

__all__ = [
    "Again",
    "Claimed",
    "LeaseLost",
    "NoWorkerSurvives",
    "add",
    "claim",
    "complete",
    "complete_several",
    "fail",
    "finish",
    "hurry",
    "next_due",
    "postpone",
]

log = structlog.get_logger()

LEASE = 120  # seconds; longer than anything a task waits for: four calls of a gateway
PER_LANE = 2  # tasks at a time towards one destination
BACKOFF = (1, 5, 15, 60, 300, 900, 3600)  # seconds between tries of a task that raised
GIVE_UP = 20  # tries


class LeaseLost(Exception):
    """Another worker took the task over; what this one found out no longer counts."""


class NoWorkerSurvives(Exception):
    """The task was leased too often without an end: whoever runs it dies."""


@dataclass(frozen=True)
class Again:
    """A task's answer: not finished, run again at this moment."""

    at: datetime


@dataclass(frozen=True)
class Claimed:
    """A task leased by this worker until the lease ends."""

    id: int
    org_id: str | None  # None: of the house
    name: str
    args: dict[str, Any]
    lane: str | None
    attempts: int
    token: str


def add(
    name: str,
    args: Mapping[str, str],
    *,
    due: datetime | None = None,
    lane: str | None = None,
    key: str | None = None,
    org_id: str | None = None,
    of_the_house: bool = False,
) -> None:
    """Leave a task for the current organization (a part). `name` is the handler's.

    With `key` at most one unfinished task of that key exists; a second one is not added. One
    `of_the_house` belongs to no organization and runs without one.
    """
    due = due or clock.now()
    row = {
        "org_id": None if of_the_house else org_id or current_org(),
        "name": name,
        "args": dict(args),
        "lane": lane,
        "key": key,
        "due_at": due,
        "attempts": 0,
    }
    if key:
        insert_once(Task, **row)
    else:
        db.session.add(Task(**row))
    if due <= clock.now():
        this_transaction().ring_after_commit()


def hurry(key: str) -> bool:
    """Run the unfinished task of this key now (a part); False when there is none. One that is
    running already stays its worker's."""
    found = changed(update(Task).where(Task.key == key).values(due_at=clock.now()))
    this_transaction().ring_after_commit()
    return found == 1


def claim(limit: int, *, busy: Mapping[str, int] | None = None) -> list[Claimed]:
    """Lease up to `limit` due tasks, at most PER_LANE in each lane counting `busy` (a step)."""
    now = clock.now()
    with transaction():
        chosen = _choose(limit, now, dict(busy or {}))
        if not chosen:
            return []
        token = new_token()
        leased = db.session.execute(
            update(Task)
            .where(Task.id.in_(chosen))
            .values(
                lease_until=now + timedelta(seconds=LEASE),
                lease_token=token,
                attempts=Task.attempts + 1,
            )
            .returning(Task.id, Task.org_id, Task.name, Task.args, Task.lane, Task.attempts),
            execution_options={"synchronize_session": False},
        ).all()
        return [
            Claimed(row.id, row.org_id, row.name, row.args, row.lane, row.attempts, token)
            for row in leased
        ]


def _choose(limit: int, now: datetime, lanes: dict[str, int]) -> list[int]:
    """Lock the ids to lease. Looks again past the lanes that turned out full, because a lane with
    a thousand old tasks must not hide what is due behind it."""
    chosen: list[int] = []
    while True:
        wanted = limit - len(chosen)
        full = [lane for lane, count in lanes.items() if count >= PER_LANE]
        rows = db.session.execute(
            select(Task.id, Task.lane)
            .where(*_due(now), Task.id.not_in(chosen))
            .where(or_(Task.lane.is_(None), Task.lane.not_in(full)))
            .order_by(Task.due_at)
            .limit(wanted)
            .with_for_update(skip_locked=True)
        ).all()
        for row in rows:
            if row.lane is not None:
                if lanes.get(row.lane, 0) >= PER_LANE:
                    continue
                lanes[row.lane] = lanes.get(row.lane, 0) + 1
            chosen.append(row.id)
        if len(rows) < wanted or len(chosen) == limit:
            return chosen


def _due(now: datetime) -> tuple[Any, ...]:
    free = or_(Task.lease_until.is_(None), Task.lease_until < now)
    return (Task.due_at <= now, Task.dead_at.is_(None), free)


def next_due() -> datetime | None:
    """The moment the next task that nobody holds is due; past when one waits already."""
    with reading() as session:
        free = or_(Task.lease_until.is_(None), Task.lease_until < clock.now())
        found: datetime | None = session.scalar(
            select(Task.due_at).where(Task.dead_at.is_(None), free).order_by(Task.due_at).limit(1)
        )
        return found


def complete(task: Claimed) -> None:
    """The task is done (a part). Raises LeaseLost when it is no longer ours."""
    _held(delete(Task).where(*_mine(task)))


def complete_several(claimed: Sequence[Claimed]) -> set[int]:
    """These tasks are done (a part); the ids of those that were still ours."""
    pairs = [(task.id, task.token) for task in claimed]
    ended = delete(Task).where(tuple_(Task.id, Task.lease_token).in_(pairs)).returning(Task.id)
    return set(db.session.scalars(ended, execution_options={"synchronize_session": False}))


def postpone(task: Claimed, at: datetime) -> None:
    """Run the task again at `at` (a part). Raises LeaseLost when it is no longer ours."""
    _held(
        update(Task)
        .where(*_mine(task))
        .values(due_at=at, lease_until=None, lease_token=None, attempts=0)
    )


def finish(task: Claimed, outcome: Again | None) -> None:
    """Close a task whose handler returned (a step)."""
    with transaction():
        if outcome is None:
            complete(task)
        else:
            postpone(task, outcome.at)


def fail(
    task: Claimed,
    error: Exception,
    on_giving_up: Callable[[Claimed], Again | None] | None = None,
) -> bool:
    """Record that a handler raised (a step): later again, and after GIVE_UP tries True and never.

    The part `on_giving_up` then writes down what follows, in the same commit, and may have the
    tries begin anew. Should it raise as well, the task is given up without it.
    """
    text = redact(f"{type(error).__name__}: {error}").replace("\x00", "\ufffd")[:500]
    is_over = task.attempts >= GIVE_UP
    if is_over and on_giving_up:
        try:
            with transaction():
                _record_failure(task, text, _ending(on_giving_up(task)))
            return True
        except (LeaseLost, *AWAY):
            raise
        except Exception:
            log.error("task.giving_up_failed", exc_info=True)
    with transaction():
        _record_failure(task, text, _ending(None) if is_over else {"due_at": _next_try(task)})
    return is_over


def _ending(again: Again | None) -> dict[str, Any]:
    if again:
        return {"due_at": again.at, "attempts": 0}
    return {"dead_at": clock.now(), "key": None}


def _next_try(task: Claimed) -> datetime:
    return clock.after(BACKOFF[min(task.attempts, len(BACKOFF)) - 1])


def _record_failure(task: Claimed, text: str, values: dict[str, Any]) -> None:
    """What a part locks for `values` was locked before the task's row, as everywhere."""
    free = {"lease_until": None, "lease_token": None, "last_error": text}
    _held(update(Task).where(*_mine(task)).values(**free, **values))


def _mine(task: Claimed) -> tuple[Any, ...]:
    return (Task.id == task.id, Task.lease_token == task.token)


def _held(statement: Any) -> None:
    if changed(statement) != 1:
        raise LeaseLost
