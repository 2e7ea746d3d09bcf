"""Payments: one attempt each to pay an order through one object at a gateway; and refunds."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, Boolean, CheckConstraint, Index, Integer, String, text
from sqlalchemy.orm import Mapped, mapped_column

from app.kit.money import Money
from app.kit.tokens import short
from app.models.asked import Asked
from app.models.base import JSON, Model, OrgScoped, Stamped, UtcDateTime, own, owned_by

__all__ = ["OPEN", "Payment", "PaymentStatus", "Refund", "RefundStatus"]


class PaymentStatus(StrEnum):
    created = "created"  # written down, gateway not asked yet
    pending = "pending"
    processing = "processing"
    succeeded = "succeeded"
    failed = "failed"
    cancelled = "cancelled"
    expired = "expired"
    superseded = "superseded"
    unknown = "unknown"  # a call timed out: neither failed nor to be repeated blindly


_P = PaymentStatus
OPEN = {_P.created, _P.pending, _P.processing, _P.unknown}


class Payment(OrgScoped, Stamped, Model):
    """One attempt. It keeps, for ever, whose credentials it was made with."""

    __tablename__ = "payments"
    __table_args__ = (
        own(),
        owned_by("order_id", "orders"),
        CheckConstraint("refunded_minor >= 0", name="refunded_not_negative"),
        CheckConstraint(
            "refunded_minor + reserved_minor <= amount_minor", name="refunded_within_paid"
        ),
        Index("ix_payments_order", "org_id", "order_id"),
        Index(
            "uq_payments_live",
            "order_id",
            unique=True,
            postgresql_where=text("is_live"),
            sqlite_where=text("is_live"),
        ),
        Index(
            "uq_payments_gateway_ref",
            "gateway",
            "scope_kind",
            "scope_owner",
            "gateway_ref",
            unique=True,
        ),
        Index(
            "uq_payments_gateway_payment_id",
            "gateway",
            "scope_kind",
            "scope_owner",
            "gateway_payment_id",
            unique=True,
        ),
        Index("ix_payments_next_check", "next_check_at"),
        Index(
            "ix_payments_unknown",
            "org_id",
            "order_id",
            postgresql_where=text("status = 'unknown'"),
            sqlite_where=text("status = 'unknown'"),
        ),
        Index("uq_payments_reference", "reference", unique=True),
    )
    ID_PREFIX = "pay"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    order_id: Mapped[str] = mapped_column(String(40))
    reference: Mapped[str] = mapped_column(String(15))  # the id, for those who take no longer one
    gateway: Mapped[str] = mapped_column(String(20))
    method: Mapped[str | None] = mapped_column(String(30))
    offered: Mapped[list[str]] = mapped_column(JSON, default=list)  # methods it can be paid by
    status: Mapped[str] = mapped_column(String(20), default=PaymentStatus.created)
    is_live: Mapped[bool] = mapped_column(Boolean, default=True)  # the order's current one
    is_duplicate: Mapped[bool] = mapped_column(Boolean, default=False)
    amount_minor: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(String(3))
    refunded_minor: Mapped[int] = mapped_column(BigInteger, default=0)  # at the gateway, in all
    reserved_minor: Mapped[int] = mapped_column(BigInteger, default=0)  # refunds under way
    taken_minor: Mapped[int] = mapped_column(BigInteger, default=0)  # by their bank, in all
    is_contested: Mapped[bool] = mapped_column(Boolean, default=False)  # it has still to decide
    bank_seen_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # when that was asked
    scope_kind: Mapped[str] = mapped_column(String(12))
    scope_owner: Mapped[str] = mapped_column(String(40))
    account: Mapped[str | None] = mapped_column(String(120))
    test_mode: Mapped[bool] = mapped_column(Boolean)
    gateway_ref: Mapped[str | None] = mapped_column(String(120))  # session, link, invoice
    gateway_payment_id: Mapped[str | None] = mapped_column(String(120))  # the money itself
    answers: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)  # phone, email typed for it
    action: Mapped[dict[str, Any] | None] = mapped_column(JSON)  # what the customer does next
    failure: Mapped[str | None] = mapped_column(String(300))
    checks: Mapped[int] = mapped_column(Integer, default=0)  # since its outcome is unknown
    next_check_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    paid_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # or seen, while processing

    def __init__(self, **values: Any) -> None:
        super().__init__(**values)
        self.reference = short(self.id)

    @property
    def money(self) -> Money:
        return Money(self.amount_minor, self.currency)

    @property
    def refundable_minor(self) -> int:
        """What may still be refunded, in minor units: nothing before the money came, and nothing
        of what the customer's bank took."""
        if self.status != PaymentStatus.succeeded:
            return 0
        gone = self.refunded_minor + self.reserved_minor + self.taken_minor
        return max(0, self.amount_minor - gone)

    @property
    def is_overdrawn(self) -> bool:
        """The customer's bank took some of what is set aside for refunds."""
        return self.refunded_minor + self.reserved_minor + self.taken_minor > self.amount_minor

    @property
    def was_shown(self) -> bool:
        """True when a customer may hold a link, QR or reference that pays it."""
        return self.action is not None


class RefundStatus(StrEnum):
    requested = "requested"
    pending = "pending"
    succeeded = "succeeded"
    failed = "failed"
    unknown = "unknown"


class Refund(Asked, OrgScoped, Stamped, Model):
    """Money going back to the customer, out of one payment."""

    UNDECIDED = (*Asked.UNDECIDED, RefundStatus.pending)

    __tablename__ = "refunds"
    __table_args__ = (
        own(),
        owned_by("order_id", "orders"),
        owned_by("payment_id", "payments"),
        CheckConstraint("amount_minor > 0", name="positive_amount"),
        Index("ix_refunds_order", "org_id", "order_id"),
        Index(
            "ix_refunds_undecided",
            "org_id",
            "order_id",
            postgresql_where=text("status IN ('unknown', 'failed')"),
            sqlite_where=text("status IN ('unknown', 'failed')"),
        ),
        Index("ix_refunds_created", "org_id", "created_at"),
    )
    ID_PREFIX = "ref"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    order_id: Mapped[str] = mapped_column(String(40))
    payment_id: Mapped[str] = mapped_column(String(40), index=True)
    reason: Mapped[str | None] = mapped_column(String(255))
    cause: Mapped[str] = mapped_column(String(20), default="requested")  # duplicate, late
    gateway_refund_id: Mapped[str | None] = mapped_column(String(120))
    claim_url: Mapped[str | None] = mapped_column(String(2048))  # where the customer collects it
    # Since when something has to come first: money that went on is being fetched back.
    waits_since: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # When a person said that this failure is dealt with.
    looked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
