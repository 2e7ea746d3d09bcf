"""What becomes of held money when an order is paid or refunded. Parts; the order is locked."""

from datetime import timedelta

from sqlalchemy import select

from app.extensions import db, transaction
from app.kit import clock
from app.kit.errors import Conflict
from app.models import (
    Account,
    EventType,
    HoldStatus,
    JournalKind,
    Order,
    Payment,
    Refund,
    Release,
)
from app.services import events, ledger, records, tasks
from app.services.escrow import chargebacks, holding, reversing
from app.services.escrow.covering import cover, uncover
from app.services.ledger import Posting

__all__ = ["EscrowKeeper"]


class EscrowKeeper:
    """Keeps the money of orders that have a seller (`keeping.Keeper`)."""

    def paid(self, order: Order, payment: Payment) -> None:
        """From now on the money is held."""
        hold = holding.locked(order.id)
        hold.payment_id, hold.status, hold.held_at = payment.id, HoldStatus.held, clock.now()
        if hold.release_after_days is not None:
            hold.release_at = hold.held_at + timedelta(days=hold.release_after_days)
        holding.plan(hold)
        came = Posting(Account.customer, Account.held, payment.amount_minor)
        ledger.write(order, JournalKind.hold, [came], subject=payment.id)
        records.timeline(order, "escrow.held", payment=payment, amount=str(payment.money))
        told = holding.told(order, hold, ledger.balances(order.id))
        events.append(order, EventType.escrow_held, payment, **told)

    def refund_reserved(self, order: Order, payment: Payment, refund: Refund) -> None:
        """What is held goes back first. What is with the seller is fetched back before the refund
        is asked for; raises Conflict while other money is under way."""
        hold = holding.locked(order.id)
        if hold.payment_id != payment.id:
            return  # a second payment, or one that came too late: that was never held
        if hold.is_charged_back:
            raise Conflict("The customer's bank has taken this money back", "chargeback_open")
        found = ledger.balances(order.id)
        others = payment.reserved_minor - refund.amount_minor
        short = refund.amount_minor - holding.free_of(hold, payment, found, refunding=others)
        if short > 0:
            holding.must_be_still(hold)
            reversing.reserve(order, hold, refund, short)

    def refunded(self, order: Order, payment: Payment) -> None:
        """The books follow what went back in all, whoever asked for it."""
        hold = holding.locked(order.id)
        if hold.payment_id != payment.id:
            return
        found = ledger.balances(order.id)
        more = payment.refunded_minor - found.refunded
        if more > 0:
            cover(order, found.held, more)
            went = Posting(Account.held, Account.refunded, more)
            ledger.write(order, JournalKind.refund, [went])
        elif more < 0:
            back = Posting(Account.refunded, Account.held, -more)
            ledger.write(order, JournalKind.refund_failed, [back])
            uncover(order, -more)
        holding.settle(order, hold)

    def refund_succeeded(self, order: Order, payment: Payment, refund: Refund) -> None:
        """Whoever asked for it has decided the dispute that there was by then. Refunds made
        elsewhere end none."""
        hold = holding.locked(order.id)
        if hold.payment_id == payment.id:
            holding.settle(order, hold, decided_at=refund.created_at)

    def refund_failed(self, order: Order, payment: Payment) -> None:
        """Somebody wanted it to go back to the customer: no date gives it to the seller instead,
        a person decides."""
        hold = holding.locked(order.id)
        if hold.payment_id != payment.id:
            return
        holding.forget_date(hold)
        # What was fetched back for it is free again, and the merchant's first.
        uncover(order, holding.free_of(hold, payment, ledger.balances(order.id)))
        holding.settle(order, hold)

    def contested(
        self, order: Order, payment: Payment, taken_minor: int, *, is_contested: bool
    ) -> bool:
        """What the customer's bank takes is not held any more; until it has decided, all of it
        stands still."""
        hold = holding.locked(order.id)
        if hold.payment_id != payment.id:
            return False
        chargebacks.follow(order, payment, hold, taken_minor, is_contested=is_contested)
        return True

    def stops_refunds(self, order: Order, payment: Payment) -> bool:
        """While the bank has still to decide, all stands still."""
        hold = holding.locked(order.id)
        return hold.payment_id == payment.id and hold.is_charged_back

    def ask_again(self, order: Order) -> None:
        """It stays the tasks' work: two who ask at the same moment might move money twice."""
        with transaction():
            going = select(Release.id).where(
                Release.order_id == order.id, Release.status.in_(Release.UNDECIDED)
            )
            for release_id in db.session.scalars(going):
                _hurry("escrow.release", "release", release_id)
            waiting = select(Refund.id).where(
                Refund.order_id == order.id, Refund.waits_since.is_not(None)
            )
            for refund_id in db.session.scalars(waiting.order_by(Refund.id)):
                _hurry("escrow.reverse", "refund", refund_id)


def _hurry(task: str, argument: str, subject: str) -> None:
    key = f"{task}:{subject}"
    if not tasks.hurry(key):  # given up after too many tries
        tasks.add(task, {argument: subject}, key=key)
