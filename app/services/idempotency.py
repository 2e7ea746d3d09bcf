"""Idempotency keys: one call, one effect, one answer, whatever is repeated or dies."""

import hashlib
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import or_, select, update

from app.extensions import changed, db, insert_once, reading, transaction
from app.kit import clock
from app.kit.errors import AppError, Conflict
from app.kit.strictjson import canonical
from app.kit.tokens import new_id
from app.models import IdempotencyKey

__all__ = [
    "Claim",
    "Key",
    "Replay",
    "bind",
    "claim",
    "complete",
    "complete_part",
    "fingerprint",
    "forget_part",
    "look",
    "release",
]

HOLD = 60  # seconds after which a holder that never answered is taken to be dead
KEEP = timedelta(hours=24)


@dataclass(frozen=True)
class Key:
    """An `Idempotency-Key` as one provider sent it with one call."""

    provider_id: str
    call: str
    key: str
    request_hash: str


@dataclass(frozen=True)
class Replay:
    """The final answer given before, byte for byte."""

    status: int
    body: bytes


@dataclass(frozen=True)
class Claim:
    """This request holds the key; `subject_id` when an earlier one got as far as an order."""

    id: str
    subject_id: str | None = None


def fingerprint(call: str, body: dict[str, Any]) -> str:
    """What makes two requests the same: the call and its fields, whatever their order."""
    fields = {name: value for name, value in body.items() if name != "apiKey"}
    return hashlib.sha256(canonical([call, fields])).hexdigest()


def look(key: Key) -> Replay | None:
    """The answer a key already has. Raises AppError 422 when it was another request's, Conflict
    409 while that request is under way."""
    with reading() as session:
        found = session.scalars(_of(key)).one_or_none()
    if found is None or _is_over(found):
        return None
    if found.request_hash != key.request_hash:
        raise AppError(
            "Idempotency key was used with another request", "idempotency_mismatch", status=422
        )
    if found.status_code is not None:
        return Replay(found.status_code, found.body or b"")
    if found.held_until and found.held_until > clock.now():
        raise Conflict("Idempotency key is in use", "idempotency_in_use")
    return None


def claim(key: Key) -> Claim:
    """Take the key for this request (a part). Raises Conflict when another one holds it."""
    new = new_id("idk")
    now = clock.now()
    if insert_once(
        IdempotencyKey,
        id=new,
        provider_id=key.provider_id,
        call=key.call,
        key=key.key,
        request_hash=key.request_hash,
        held_until=clock.after(HOLD),
        created_at=now,
    ):
        return Claim(new)
    free = or_(
        IdempotencyKey.created_at <= now - KEEP,
        IdempotencyKey.status_code.is_(None)
        & (IdempotencyKey.request_hash == key.request_hash)
        & or_(IdempotencyKey.held_until.is_(None), IdempotencyKey.held_until <= now),
    )
    found = db.session.scalars(_of(key).where(free).with_for_update()).one_or_none()
    if found is None:
        raise Conflict("Idempotency key is in use", "idempotency_in_use")
    if _is_over(found):
        found.created_at, found.request_hash, found.subject_id = now, key.request_hash, None
        found.status_code, found.body = None, None
    found.held_until = clock.after(HOLD)
    return Claim(found.id, found.subject_id)


def bind(held: Claim, subject_id: str) -> None:
    """Tie the key to what the request made (a part)."""
    _change(held, subject_id=subject_id)


def complete(held: Claim | None, status: int, body: bytes) -> None:
    """Store the final answer of the request that holds the key (a step)."""
    if held is not None:
        with transaction():
            complete_part(held, status, body)


def complete_part(held: Claim, status: int, body: bytes) -> None:
    """Store the final answer in the transaction that it reports (a part)."""
    _change(held, status_code=status, body=body, held_until=None)


def release(held: Claim | None) -> None:
    """No final answer (a step): the next same request goes on at once with what this one made."""
    if held is not None:
        with transaction():
            _change(held, held_until=None)


def forget_part(held: Claim) -> None:
    """What this request made has ended (a part): the next same request starts anew."""
    _change(held, held_until=None, subject_id=None)


def _change(held: Claim, **values: Any) -> None:
    changed(update(IdempotencyKey).where(IdempotencyKey.id == held.id).values(**values))


def _of(key: Key) -> Any:
    return select(IdempotencyKey).where(
        IdempotencyKey.provider_id == key.provider_id,
        IdempotencyKey.call == key.call,
        IdempotencyKey.key == key.key,
    )


def _is_over(found: IdempotencyKey) -> bool:
    return found.created_at <= clock.now() - KEEP
