"""Moving freed money to a seller. A flow, for the task."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Self

from sqlalchemy import select

from app.adapters.gateways import base
from app.extensions import db
from app.kit.errors import NotFound
from app.kit.money import Money
from app.models import (
    Account,
    Attention,
    EventType,
    Hold,
    JournalKind,
    MoveStatus,
    NoticeKind,
    Order,
    Payment,
    Release,
    Seller,
)
from app.services import events, ledger, moves, notices, orders, records, routing, tasks
from app.services.escrow import holding, refusals
from app.services.escrow.covering import cover
from app.services.orders import attention

__all__ = ["abandon", "decide", "send"]


def send(release_id: str) -> tasks.Again | None:
    """Ask the gateway for a release, or find what it made of it (a flow, for the task)."""
    return moves.send(_Transfer, release_id)


def abandon(release_id: str) -> tasks.Again:
    """The task that asks for it has crashed too often (a part)."""
    return moves.abandon(_Transfer, release_id)


def decide(order_id: str, release_id: str, *, actor: str) -> None:
    """Somebody saw at the gateway that a release was not made (a step). Raises as `moves.decide`:
    that one was made is never said, since its id there is needed to fetch it back."""
    moves.decide(_Transfer, order_id, release_id, moves.NOT_MADE, actor=actor)


@dataclass(frozen=True)
class _Transfer(moves.Move[Release, str | None]):
    """A release, where its money comes from and whom it is for. Its answer is the transfer's id
    there, None where nothing had to move."""

    order: Order
    payment: Payment
    hold: Hold
    seller: Seller

    @classmethod
    def lock(cls, move_id: str) -> Self:
        of_release = select(Hold.payment_id).join(Release, Release.hold_id == Hold.id)
        payment_id = db.session.scalar(of_release.where(Release.id == move_id))
        if payment_id is None:
            raise NotFound("No such release")
        order, payment = orders.lock(payment_id)
        release = db.session.scalars(
            select(Release).where(Release.id == move_id).with_for_update()
        ).one()
        hold = holding.locked(order.id)
        return cls(release, order, payment, hold, db.session.get_one(Seller, hold.seller_id))

    @property
    def owner_id(self) -> str:
        return self.order.id

    def prepare(self, *, may_be_made: bool) -> None:
        """One that was surely never asked for fails when a dispute or the customer's bank came
        first. Where the fee is all of it, nothing has to move."""
        if not may_be_made and (why := holding.why_stopped(self.hold, self.row)):
            self._stop(why)
        elif self.row.to_seller.minor == 0:
            self.answered(None)

    def _stop(self, why: str) -> None:
        """What is held stays so, and its date, if it has one, stands still with the clock."""
        attention.clear(self.order)
        self._fail(why)

    def look(self) -> str | None:
        found = self._market.find_transfer(self._request)
        return found.gateway_transfer_id if found else None

    def ask(self) -> str:
        return self._market.transfer(self._request).gateway_transfer_id

    @cached_property
    def _market(self) -> base.Marketplace:
        found: base.Marketplace = routing.connect_payment(self.payment).marketplace
        return found

    @property
    def _request(self) -> base.TransferRequest:
        release = self.row
        return base.TransferRequest(
            release_id=release.id,
            order_id=release.order_id,
            gateway_seller_id=self.seller.gateway_seller_id or "",
            gateway_payment_id=self.payment.gateway_payment_id or "",
            money=release.to_seller,
            idempotency_key=f"release-{release.id}",
        )

    def answered(self, answer: str | None) -> None:
        order, release = self.order, self.row
        release.status, release.failure = MoveStatus.succeeded, None
        release.gateway_transfer_id = answer
        attention.clear(order, Attention.release_unknown, Attention.release_failed)
        cover(order, ledger.balances(order.id).held, release.amount_minor)
        ledger.write(
            order,
            JournalKind.release,
            [
                ledger.Posting(Account.held, Account.seller, release.to_seller.minor),
                ledger.Posting(Account.held, Account.fee, release.fee_minor),
            ],
            subject=release.id,
        )
        self._tell()

    def _tell(self) -> None:
        order, payment, release = self.order, self.payment, self.row
        found = holding.settle(order, self.hold, decided_at=release.created_at)
        records.timeline(
            order,
            "escrow.released",
            **self._about,
            amount=str(release.to_seller),
            fee=str(Money(release.fee_minor, release.currency)),
        )
        told = holding.told(order, self.hold, found)
        events.append(order, EventType.escrow_released, payment, releaseId=release.id, **told)

    def refused(self, error: base.GatewayError) -> None:
        """What was set aside is held as before."""
        refusals.follow(self.order, self.hold, self.row, error)
        self._fail(error.reason)

    def _fail(self, reason: str) -> None:
        self.row.status, self.row.failure = MoveStatus.failed, reason
        records.timeline(self.order, "escrow.release_failed", **self._about, reason=reason)

    def unanswered(self, error: base.GatewayError, before: str) -> None:
        if self.row.status == MoveStatus.unknown:
            if before != MoveStatus.unknown:
                notices.about_order(NoticeKind.release_unknown, self.order)
            attention.say(self.order, Attention.release_unknown)
        else:
            attention.unanswered(self.order, error)
        records.timeline(
            self.order, "escrow.release_unanswered", **self._about, reason=error.reason
        )

    def said(self, word: moves.Word, actor: str) -> None:
        records.timeline(self.order, "escrow.said_not_released", **self._about, actor=actor)
        records.audit("escrow.said_not_released", actor=actor, subject=self.row.id)

    @property
    def _about(self) -> dict[str, Any]:
        return {"payment": self.payment, "release": self.row.id}
