"""Asking again about a refund that nothing definite is known of, because a person wants to know."""

from collections.abc import Iterable

from app.extensions import transaction
from app.models import Refund
from app.services import refunding, tasks

__all__ = ["ask_again"]


def ask_again(refunds: Iterable[Refund]) -> int:
    """Have the refunds that are under way asked about now (a step); how many there are.

    It stays their tasks' work: where a gateway knows no idempotency keys, two who ask at the same
    moment would refund twice.
    """
    waiting = [one for one in refunds if one.is_undecided]
    with transaction():
        for one in waiting:
            key = refunding.task_key(one.id)
            if not tasks.hurry(key):  # given up after too many tries
                tasks.add("refunds.send", {"refund": one.id}, key=key)
    return len(waiting)
