"""A payout that is asked for here: written down, then sent once, whatever answers are lost."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Self

from sqlalchemy import select

from app.adapters.gateways import base
from app.extensions import db, reading, transaction
from app.kit import clock
from app.kit.errors import Conflict, NotFound
from app.kit.money import Money
from app.kit.strictjson import dump
from app.models import NoticeKind, Payout, PayoutStatus, Seller
from app.services import idempotency, moves, records, tasks
from app.services.idempotency import Claim, Key
from app.services.payouts.recording import advance, locked, tell
from app.services.sellers.opening import connect

__all__ = ["UNDECIDED", "create", "send"]

UNDECIDED = (PayoutStatus.requested, PayoutStatus.unknown)


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
    """Ask the gateway for a payout, or find what it made of it (a flow, for the task too)."""
    return moves.send(_Payout, payout_id)


@dataclass(frozen=True)
class _Payout(moves.Move[Payout, base.PayoutState]):
    """A payout and whose it is."""

    seller: Seller

    @classmethod
    def lock(cls, move_id: str) -> Self:
        of_payout = select(Payout.seller_id).where(Payout.id == move_id)
        seller_id = db.session.scalar(of_payout)
        if seller_id is None:
            raise NotFound("No such payout")
        seller = locked(seller_id)
        payout = db.session.scalars(
            select(Payout).where(Payout.id == move_id).with_for_update()
        ).one()
        return cls(payout, seller)

    def look(self) -> base.PayoutState | None:
        return self._market.find_payout(self._account, self._request)

    def ask(self) -> base.PayoutState:
        return self._market.pay_out(self._account, self._request)

    @cached_property
    def _market(self) -> base.Marketplace:
        return connect(self.seller)

    @property
    def _account(self) -> str:
        return self.seller.gateway_seller_id or ""

    @property
    def _request(self) -> base.PayoutRequest:
        one = self.row
        return base.PayoutRequest(one.id, one.money, f"payout-{one.id}")

    def answered(self, answer: base.PayoutState) -> None:
        advance(self.seller, self.row, answer)

    def refused(self, error: base.GatewayError) -> None:
        self.answered(base.PayoutState("", "failed", self.row.money, failure=error.reason))

    def unanswered(self, error: base.GatewayError, before: str) -> None:
        """No other of this seller can be sent until it is known, so everybody is told, once."""
        if self.row.status == PayoutStatus.unknown and before != PayoutStatus.unknown:
            tell(NoticeKind.payout_unknown, self.seller, self.row)
