"""The sandbox's books about sellers. They stand for another company's, as its ledger does."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, select, update

from app.adapters.gateways import base
from app.extensions import changed, db, insert_once, reading, transaction
from app.kit import clock
from app.kit.money import Money
from app.kit.tokens import new_id
from app.models import (
    SandboxPayment,
    SandboxPayout,
    SandboxReversal,
    SandboxSeller,
    SandboxTransfer,
)
from app.services.sandbox.ledger import locked

__all__ = ["DatabaseSellers"]


class DatabaseSellers:
    """The port's implementation on our own database."""

    def open_seller(self, request: base.SellerRequest) -> str:
        key, now = request.idempotency_key, clock.now()
        with transaction():
            insert_once(
                SandboxSeller,
                id=new_id(SandboxSeller.ID_PREFIX),
                idempotency_key=key,
                reference=request.seller_id,
                created_at=now,
                updated_at=now,
            )
            found: str = _by_key(SandboxSeller, key).id
            return found

    def has_seller(self, seller_id: str) -> bool:
        with reading() as session:
            query = select(SandboxSeller.id).where(SandboxSeller.id == seller_id)
            return session.scalar(query) is not None

    def transfer(self, request: base.TransferRequest) -> base.TransferState:
        """Sellers and the customer together never get more of a payment than came with it."""
        with transaction():
            payment = locked(request.gateway_payment_id)
            if again := _by_key(SandboxTransfer, request.idempotency_key):
                return _state(again)
            if payment.status != "succeeded" or payment.currency != request.money.currency:
                raise base.Impossible("nothing of this currency was paid")
            if request.money.minor > payment.amount_minor - _gone(payment):
                raise base.Impossible("that is more than is left of the payment")
            if db.session.get(SandboxSeller, request.gateway_seller_id) is None:
                raise base.Impossible("the sandbox does not know this seller")
            made = SandboxTransfer(
                payment_id=payment.id,
                seller_id=request.gateway_seller_id,
                idempotency_key=request.idempotency_key,
                amount_minor=request.money.minor,
                currency=request.money.currency,
                reversed_minor=0,
            )
            db.session.add(made)
            return _state(made)

    def find_transfer(self, key: str) -> base.TransferState | None:
        with reading():
            found = _by_key(SandboxTransfer, key)
        return _state(found) if found else None

    def transfer_state(self, transfer_id: str) -> base.TransferState:
        with reading() as session:
            found = session.get(SandboxTransfer, transfer_id)
        if found is None:
            raise base.Missing("the sandbox does not know this transfer")
        return _state(found)

    def reverse(self, transfer_id: str, request: base.ReversalRequest) -> str:
        with transaction():
            if again := _by_key(SandboxReversal, request.idempotency_key):
                return str(again.id)
            transfer = db.session.get(SandboxTransfer, transfer_id)
            if transfer is None:
                raise base.Missing("the sandbox does not know this transfer")
            _lock_seller(transfer.seller_id)
            if request.money.minor > _available(transfer.seller_id, transfer.currency):
                raise base.Impossible("the seller's account does not hold that much any more")
            total = SandboxTransfer.reversed_minor + request.money.minor
            taken = changed(
                update(SandboxTransfer)
                .where(SandboxTransfer.id == transfer_id, total <= SandboxTransfer.amount_minor)
                .values(reversed_minor=total)
            )
            if taken != 1:
                raise base.Impossible("that is more than is left of the transfer")
            made = SandboxReversal(
                transfer_id=transfer_id,
                idempotency_key=request.idempotency_key,
                amount_minor=request.money.minor,
            )
            db.session.add(made)
            return str(made.id)

    def find_reversal(self, key: str) -> str | None:
        with reading():
            found = _by_key(SandboxReversal, key)
        return found.id if found else None

    def seller_balance(self, seller_id: str) -> Sequence[base.Balance]:
        with reading() as session:
            query = select(SandboxTransfer.currency).where(SandboxTransfer.seller_id == seller_id)
            currencies = sorted(set(session.scalars(query)))
            return [base.Balance(one, _available(seller_id, one), 0) for one in currencies]

    def pay_out(self, seller_id: str, request: base.PayoutRequest) -> base.PayoutState:
        with transaction():
            if again := _by_key(SandboxPayout, request.idempotency_key):
                return _payout(again)
            _lock_seller(seller_id)
            if request.money.minor > _available(seller_id, request.money.currency):
                raise base.Impossible("the seller's account does not hold that much")
            made = SandboxPayout(
                seller_id=seller_id,
                idempotency_key=request.idempotency_key,
                amount_minor=request.money.minor,
                currency=request.money.currency,
                status="paid",
            )
            db.session.add(made)
            return _payout(made)

    def find_payout(self, key: str) -> base.PayoutState | None:
        with reading():
            found = _by_key(SandboxPayout, key)
        return _payout(found) if found else None

    def payout_state(self, payout_id: str) -> base.PayoutState:
        with reading() as session:
            found = session.get(SandboxPayout, payout_id)
        if found is None:
            raise base.Missing("the sandbox does not know this payout")
        return _payout(found)


def _by_key(model: Any, key: str) -> Any:
    return db.session.scalars(select(model).where(model.idempotency_key == key)).one_or_none()


def _lock_seller(seller_id: str) -> None:
    """One at a time takes out of an account, so that two do not both see the last of it."""
    query = select(SandboxSeller.id).where(SandboxSeller.id == seller_id).with_for_update()
    if db.session.scalar(query) is None:
        raise base.Impossible("the sandbox does not know this seller")


def _gone(payment: SandboxPayment) -> int:
    """What of a payment is elsewhere, in minor units: with sellers, or back with the customer."""
    left = SandboxTransfer.amount_minor - SandboxTransfer.reversed_minor
    query = select(func.sum(left)).where(SandboxTransfer.payment_id == payment.id)
    return int(db.session.scalar(query) or 0) + payment.refunded_minor


def _available(seller_id: str, currency: str) -> int:
    came = select(func.sum(SandboxTransfer.amount_minor - SandboxTransfer.reversed_minor)).where(
        SandboxTransfer.seller_id == seller_id, SandboxTransfer.currency == currency
    )
    went = select(func.sum(SandboxPayout.amount_minor)).where(
        SandboxPayout.seller_id == seller_id, SandboxPayout.currency == currency
    )
    return int(db.session.scalar(came) or 0) - int(db.session.scalar(went) or 0)


def _state(row: SandboxTransfer) -> base.TransferState:
    return base.TransferState(row.id, row.amount_minor, row.reversed_minor, row.currency)


def _payout(row: SandboxPayout) -> base.PayoutState:
    return base.PayoutState(
        row.id,
        row.status,
        Money(row.amount_minor, row.currency),
        reference=row.idempotency_key.removeprefix("payout-"),
    )
