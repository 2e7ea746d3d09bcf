"""A payout that is asked for here: written down, then sent once, whatever answers are lost."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
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
from app.services.payouts.recording import advance, locked, not_made, tell
from app.services.sellers.opening import connect

__all__ = ["abandon", "ask_again", "create", "decide", "send"]


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
        _leave_task(made.id, due=clock.after(moves.NET))
        records.audit(
            "payout.requested", actor=actor, subject=seller_id, name=seller.name, amount=str(money)
        )
        if held:
            idempotency.bind(held, made.id)
        return made.id, held


def _leave_task(payout_id: str, due: datetime | None = None) -> None:
    tasks.add("payouts.send", {"payout": payout_id}, key=_key_of(payout_id), due=due)


def _key_of(payout_id: str) -> str:
    return f"payout.send:{payout_id}"


def _must_be_free(seller: Seller) -> None:
    if not seller.payouts_enabled or seller.gateway_seller_id is None:
        raise Conflict("The gateway does not pay this seller out now", "payouts_disabled")
    going = select(Payout.id).where(
        Payout.seller_id == seller.id, Payout.status.in_(Payout.UNDECIDED)
    )
    if db.session.scalars(going.limit(1)).first():
        raise Conflict("Another payout of this seller is not decided yet", "payout_under_way")


def send(payout_id: str) -> tasks.Again | None:
    """Ask the gateway for a payout, or find what it made of it (a flow, for the task too)."""
    return moves.send(_Payout, payout_id)


def ask_again(seller_id: str, payout_id: str) -> None:
    """Have a payout that is not decided asked about now, because a person wants to know (a step).
    Raises NotFound. It stays its task's work: two who ask at once might send it twice."""
    with transaction():
        found = db.session.scalars(select(Payout).where(Payout.id == payout_id)).one_or_none()
        if found is None or found.seller_id != seller_id:
            raise NotFound("No such payout")
        if found.is_undecided and not tasks.hurry(_key_of(payout_id)):  # given up
            _leave_task(payout_id)


def abandon(payout_id: str) -> tasks.Again:
    """The task that asks for it has crashed too often (a part)."""
    return moves.abandon(_Payout, payout_id)


def decide(seller_id: str, payout_id: str, *, actor: str) -> None:
    """Somebody saw at the gateway that a payout was not made (a step). Raises as `moves.decide`."""
    moves.decide(_Payout, seller_id, payout_id, moves.NOT_MADE, actor=actor)


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

    @property
    def owner_id(self) -> str:
        return self.seller.id

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

    def not_made(self, reason: str) -> None:
        not_made(self.seller, self.row, reason)

    def unanswered(self, error: base.GatewayError, before: str) -> None:
        """No other of this seller can be sent until it is known, so everybody is told, once."""
        if self.row.status == PayoutStatus.unknown and before != PayoutStatus.unknown:
            tell(NoticeKind.payout_unknown, self.seller, self.row)

    def said(self, word: moves.Word, actor: str) -> None:
        name, amount = self.seller.name, str(self.row.money)
        records.audit(
            "payout.said_not_made", actor=actor, subject=self.seller.id, name=name, amount=amount
        )
