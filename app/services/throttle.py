"""Slowing down guesses: tries are counted in the database, so that all processes count together."""

import hashlib
from dataclasses import dataclass
from datetime import timedelta
from ipaddress import ip_address, ip_network

from sqlalchemy import case, or_, select, update

from app.extensions import changed, db, insert_once, transaction
from app.kit import clock
from app.kit.errors import AppError
from app.models import Throttle

__all__ = ["Limit", "forget", "give_back", "network", "take"]


@dataclass(frozen=True)
class Limit:
    """At most `tries` of something, told apart by `parts`, in `seconds`."""

    tries: int
    seconds: int
    parts: tuple[str, ...]

    @property
    def key(self) -> str:
        return hashlib.sha256("\x1f".join(self.parts).encode()).hexdigest()


def take(*limits: Limit) -> None:
    """Count one try against each limit before it is made (a step).

    Raises AppError 429 with Retry-After when one of them is used up; then nothing is counted.
    """
    with transaction():
        for limit in sorted(limits, key=lambda one: one.key):  # so that nobody waits in a ring
            if not _count(limit):
                raise _too_many(limit)


def forget(*limits: Limit) -> None:
    """The right person got in: what was tried before counts no more (a step)."""
    with transaction():
        for key in sorted(one.key for one in limits):
            changed(update(Throttle).where(Throttle.key == key).values(count=0))


def give_back(*limits: Limit) -> None:
    """The try was no guess: it counts no more (a step)."""
    with transaction():
        for limit in sorted(limits, key=lambda one: one.key):
            fewer = update(Throttle).where(Throttle.key == limit.key, Throttle.count > 0)
            changed(fewer.values(count=Throttle.count - 1))


def network(address: str) -> str:
    """What stands for an address: one machine may have a whole /64 of IPv6 to itself."""
    try:
        found = ip_address(address)
    except ValueError:
        return address
    if found.version == 4:
        return address
    return str(ip_network((found, 64), strict=False))


def _count(limit: Limit) -> bool:
    """One conditional UPDATE decides; of two that race for the last try one gets it. It comes
    first and last: a row may be missing, and may be made by another in between."""
    now = clock.now()
    ends = now + timedelta(seconds=limit.seconds)
    is_over = Throttle.ends_at <= now
    take_one = (
        update(Throttle)
        .where(Throttle.key == limit.key, or_(is_over, Throttle.count < limit.tries))
        .values(
            count=case((is_over, 1), else_=Throttle.count + 1),
            ends_at=case((is_over, ends), else_=Throttle.ends_at),
        )
    )
    return bool(
        changed(take_one)
        or insert_once(Throttle, key=limit.key, count=1, ends_at=ends)
        or changed(take_one)
    )


def _too_many(limit: Limit) -> AppError:
    ends = db.session.scalar(select(Throttle.ends_at).where(Throttle.key == limit.key))
    wait = max(1, int((ends - clock.now()).total_seconds()) + 1) if ends else limit.seconds
    return AppError(
        "Too many tries; please wait a while",
        "too_many_tries",
        status=429,
        headers={"Retry-After": str(wait)},
    )
