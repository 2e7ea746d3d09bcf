"""A payout that is asked for here: written down, then sent once, whatever answers are lost."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from app.adapters.gateways import base
from app.extensions import db, reading, transaction
from app.kit import clock
from app.kit.errors import Conflict, NotFound
from app.kit.money import Money
from app.kit.strictjson import dump
from app.models import Payout, PayoutStatus, Seller
from app.services import idempotency, records, tasks
from app.services.escrow import moves
from app.services.idempotency import Claim, Key
from app.services.payouts.recording import advance, locked
from app.services.sellers.opening import connect

__all__ = ["UNDECIDED", "create", "send"]

UNDECIDED = (PayoutStatus.requested, PayoutStatus.unknown)


@dataclass(frozen=True)
class _Job:
    """A payout and whose it is; nothing of the session."""

    payout: Payout
    seller: Seller
    may_be_made: bool  # it was asked for before, and what came of it was never recorded

    @property
    def account(self) -> str:
        return self.seller.gateway_seller_id or ""

    @property
    def request(self) -> base.PayoutRequest:
        one = self.payout
        return base.PayoutRequest(one.id, one.money, f"payout-{one.id}")


def create(
    seller_id: str,
    money: Money,
    *,
    actor: str,
    key: Key | None = None,
    render: Callable[[Payout], dict[str, Any]],
) -> bytes:
    """Send money of a seller's balance to their bank (a flow); the payout as it stands then: on its
    way, paid, failed with the gateway's reason, or without an answer yet.

    Gives the body of the answer, which an idempotency key replays. Raises NotFound, Conflict
    `payouts_disabled` for a seller whom the gateway does not pay out, and `payout_under_way` while
    another of theirs has no definite answer.
    """
    payout_id, held = _write_down(seller_id, money, actor, key)
    send(payout_id)
    with reading() as session:
        body = dump(render(session.get_one(Payout, payout_id)))
    idempotency.complete(held, 200, body)
    return body


def _write_down(
    seller_id: str, money: Money, actor: str, key: Key | None
) -> tuple[str, Claim | None]:
    with transaction():
        held = idempotency.claim(key) if key else None
        if held and held.subject_id:
            return held.subject_id, held
        seller = db.session.scalars(
            select(Seller).where(Seller.id == seller_id).with_for_update()
        ).one_or_none()
        if seller is None:
            raise NotFound("No such seller")
        _must_be_free(seller)
        made = Payout(
            seller_id=seller_id,
            amount_minor=money.minor,
            currency=money.currency,
            is_ours=True,
        )
        db.session.add(made)
        due = clock.after(moves.NET)
        tasks.add("payouts.send", {"payout": made.id}, key=f"payout.send:{made.id}", due=due)
        records.audit(
            "payout.requested", actor=actor, subject=seller_id, name=seller.name, amount=str(money)
        )
        if held:
            idempotency.bind(held, made.id)
        return made.id, held


def _must_be_free(seller: Seller) -> None:
    if not seller.payouts_enabled or seller.gateway_seller_id is None:
        raise Conflict("The gateway does not pay this seller out now", "payouts_disabled")
    going = select(Payout.id).where(Payout.seller_id == seller.id, Payout.status.in_(UNDECIDED))
    if db.session.scalars(going.limit(1)).first():
        raise Conflict("Another payout of this seller is not decided yet", "payout_under_way")


def send(payout_id: str) -> tasks.Again | None:
    """Ask the gateway for a payout, or find what it made of it (a flow, for the task too). Nothing
    is asked for again once the gateway may have forgotten the key."""
    job = _claim(payout_id)
    if not isinstance(job, _Job):
        return job
    try:
        state = _ask(job)
    except (base.Impossible, base.Declined) as error:
        state = base.PayoutState("", "failed", job.payout.money, failure=error.reason)
    except base.GatewayError as error:
        return _unanswered(payout_id, error, may_be_made=job.may_be_made)
    _answered(payout_id, state)
    return None


def _claim(payout_id: str) -> _Job | tasks.Again | None:
    with transaction():
        seller, payout = _lock(payout_id)
        if payout.status not in UNDECIDED:
            return None
        found = moves.claim(payout)
        return found if isinstance(found, tasks.Again) else _Job(payout, seller, found)


def _ask(job: _Job) -> base.PayoutState:
    market = connect(job.seller)
    if job.may_be_made:
        if found := market.find_payout(job.account, job.request):
            return found
        if clock.now() - job.payout.created_at > moves.LAST_TRY:
            raise base.Unavailable("no answer for a day, and the gateway shows no such payout")
    return market.pay_out(job.account, job.request)


def _answered(payout_id: str, state: base.PayoutState) -> None:
    with transaction():
        advance(*_lock(payout_id), state)


def _unanswered(
    payout_id: str, error: base.GatewayError, *, may_be_made: bool
) -> tasks.Again | None:
    with transaction():
        _, payout = _lock(payout_id)
        if payout.status not in UNDECIDED:
            return None
        moves.unanswered(payout, error, may_be_made=may_be_made)
        return moves.pause(payout)


def _lock(payout_id: str) -> tuple[Seller, Payout]:
    of_payout = select(Payout.seller_id).where(Payout.id == payout_id)
    seller = locked(db.session.scalars(of_payout).one())
    payout: Payout = db.session.scalars(
        select(Payout).where(Payout.id == payout_id).with_for_update()
    ).one()
    return seller, payout
