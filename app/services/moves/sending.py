"""Asking a gateway for a move, and looking for it. A flow, for the tasks."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from app.adapters.gateways import base
from app.extensions import transaction
from app.kit import clock
from app.models import MoveStatus
from app.services import tasks
from app.services.moves.move import Move, Rows

__all__ = ["LAST_TRY", "NET", "abandon", "is_being_asked", "pause", "send"]

NET = 30  # seconds until the task asks, should this process die before it has
AGAIN = (2, 5, 15, 60, 300, 900, 3600)  # seconds
IN_FLIGHT = timedelta(minutes=1)  # longer than looking for it and asking for it can take
CRASHED = "what became of it could not be found out: the operator's log says why"
# Gateways may forget an idempotency key after 24 hours, and would then move the money once more. So
# it is asked for no longer than this, and an hour later whatever was asked has been answered.
LAST_TRY, FORGOTTEN = timedelta(hours=23), timedelta(hours=24)


class NoTrace(base.Unavailable):
    """It may have been made, cannot be asked for any more, and the gateway shows nothing of it."""


@dataclass(frozen=True)
class _Claimed:
    """A move that this process alone asks about now."""

    move: Move[Any, Any]
    may_be_made: bool  # it was asked for before, and what came of it was never recorded


def send(kind: type[Move[Any, Any]], move_id: str) -> tasks.Again | None:
    """Ask the gateway for a move, or find what it made of it (a flow); when to ask again, None once
    it is decided.

    That it is being asked is written down first, so it is known, and not guessed, whether a process
    that died may have had it made. Such a move is looked for before it is asked for again, and a no
    counts only where the key was asked with, after a look that showed nothing. Once the gateway may
    have forgotten the key it is only looked for: then a person has to look.
    """
    claimed = _claim(kind, move_id)
    if not isinstance(claimed, _Claimed):
        return claimed
    try:
        answer = _answer(claimed)
    except (base.Impossible, base.Declined) as error:
        if claimed.may_be_made and isinstance(error, base.Unasked):
            return _unanswered(claimed, error)
        refusal = error
        return _record(claimed.move, lambda move: move.refused(refusal))
    except base.GatewayError as error:
        return _unanswered(claimed, error)
    again = _record(claimed.move, lambda move: _answered(move, answer))
    claimed.move.afterwards(answer)
    return again


def _claim(kind: type[Move[Any, Any]], move_id: str) -> _Claimed | tasks.Again | None:
    """Write down that the gateway is being asked. Again while another process is asking, or may
    be: it died, or its answer is on its way."""
    with transaction():
        move = kind.lock(move_id)
        row = move.row
        if not row.is_undecided:
            return None
        if row.asking_since and is_being_asked(row):
            return tasks.Again(row.asking_since + IN_FLIGHT)
        may_be_made = row.asking_since is not None or row.status != MoveStatus.requested
        again = move.prepare(may_be_made=may_be_made)
        if again or not row.is_undecided:
            return again
        row.asking_since = clock.now()
        if not may_be_made:
            row.asked_at = row.asking_since
        return _Claimed(move, may_be_made)


def is_being_asked(row: Rows) -> bool:
    """Whether a process asks the gateway about it at this moment, or died in it just now."""
    return row.asking_since is not None and clock.now() - row.asking_since < IN_FLIGHT


def _answer(claimed: _Claimed) -> Any:
    move = claimed.move
    if claimed.may_be_made:
        found = _look(move)
        if found is not None:
            return found
        age = clock.now() - (move.row.asked_at or move.row.created_at)
        if age > LAST_TRY:
            error = NoTrace if age > FORGOTTEN else base.Unavailable
            raise error("no answer for a day, and the gateway shows nothing of it")
    return move.ask()


def _look(move: Move[Any, Any]) -> Any:
    try:
        return move.look()
    except (base.Impossible, base.Declined) as error:  # a no to the look, not to the move
        raise base.Unavailable(error.reason) from error


def _answered(move: Move[Any, Any], answer: Any) -> tasks.Again | None:
    move.row.no_trace_at = None
    return move.answered(answer)


def _unanswered(claimed: _Claimed, error: base.GatewayError) -> tasks.Again | None:
    """Nothing definite is known: what was set aside stays so, and we ask again."""

    def note(move: Move[Any, Any]) -> tasks.Again:
        row, before = move.row, move.row.status
        row.failure, row.checks = error.reason, row.checks + 1
        if isinstance(error, NoTrace):
            row.no_trace_at = clock.now()
        # Left as requested, one that may be made would be taken for one never asked for.
        is_hidden = claimed.may_be_made and before == MoveStatus.requested
        if is_hidden or isinstance(error, base.Unavailable | base.Missing):
            row.status = MoveStatus.unknown
        move.unanswered(error, before)
        return pause(row)

    return _record(claimed.move, note)


def _record(
    asked: Move[Any, Any], outcome: Callable[[Move[Any, Any]], tasks.Again | None]
) -> tasks.Again | None:
    """Write down what came of it, unless somebody else did meanwhile."""
    with transaction():
        move = asked.lock(asked.row.id)
        if not move.row.is_undecided:
            return None
        move.row.asking_since = None
        return outcome(move)


def abandon(kind: type[Move[Any, Any]], move_id: str) -> tasks.Again:
    """The task that asks has crashed too often (a part): somebody has to know. It goes on in a
    day, or once it is asked about again, since until then it holds up others."""
    move = kind.lock(move_id)
    row, before = move.row, move.row.status
    if row.is_undecided:
        error = base.Unavailable(CRASHED)
        row.status, row.failure, row.asking_since = MoveStatus.unknown, error.reason, None
        move.unanswered(error, before)
    return tasks.Again(clock.after(86_400))


def pause(row: Rows, *, least: int = 0) -> tasks.Again:
    """When to ask again: soon, then hourly, after two days daily; `least` is in seconds."""
    if row.checks > 48:
        return tasks.Again(clock.after(86_400))
    return tasks.Again(clock.after(max(least, AGAIN[min(max(row.checks, 1), len(AGAIN)) - 1])))
