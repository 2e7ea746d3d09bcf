"""Orders: what a provider asked to be paid, and the legal moves of its state."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, Boolean, CheckConstraint, Index, Integer, String, func, text
from sqlalchemy.orm import Mapped, mapped_column

from app.kit.errors import Conflict
from app.kit.money import Money
from app.models.base import JSON, Model, OrgScoped, Stamped, UtcDateTime, own, owned_by

__all__ = ["FINAL", "NEXT", "PAYABLE", "Attention", "Order", "OrderStatus"]


class OrderStatus(StrEnum):
    pending = "pending"
    processing = "processing"
    paid = "paid"
    failed = "failed"
    cancelled = "cancelled"
    expired = "expired"
    partially_refunded = "partially_refunded"
    refunded = "refunded"


class Attention(StrEnum):
    """Why an order needs a person, or only an answer; it stands beside the status."""

    payment_unknown = "payment_unknown"
    payment_unconfirmed = "payment_unconfirmed"
    payment_missing = "payment_missing"
    gateway_misconfigured = "gateway_misconfigured"
    amount_mismatch = "amount_mismatch"
    mode_mismatch = "mode_mismatch"
    account_mismatch = "account_mismatch"
    paid_late = "paid_late"
    duplicate_payment = "duplicate_payment"
    refund_unknown = "refund_unknown"
    refund_failed = "refund_failed"
    release_unknown = "release_unknown"
    release_failed = "release_failed"
    reversal_unknown = "reversal_unknown"
    reversal_failed = "reversal_failed"
    escrow_uncovered = "escrow_uncovered"
    reversed_elsewhere = "reversed_elsewhere"
    chargeback = "chargeback"


_S = OrderStatus
# Money that arrives after cancelled or expired cannot be refused, so both lead to paid; which of
# them may is the late policy's decision, in services/orders. By that policy alone an order that was
# processing expires: its money came after the deadline and was not accepted.
NEXT: dict[OrderStatus, set[OrderStatus]] = {
    _S.pending: {_S.processing, _S.paid, _S.failed, _S.cancelled, _S.expired},
    _S.processing: {_S.paid, _S.failed, _S.expired},
    _S.failed: {_S.processing, _S.paid, _S.cancelled, _S.expired},
    _S.paid: {_S.partially_refunded, _S.refunded},
    _S.partially_refunded: {_S.refunded},
    _S.refunded: set(),
    _S.cancelled: {_S.paid},
    _S.expired: {_S.paid},
}
PAYABLE = {_S.pending, _S.failed}
FINAL = {_S.paid, _S.partially_refunded, _S.refunded, _S.cancelled, _S.expired}


class Order(OrgScoped, Stamped, Model):
    """One payment a provider asked for; the customer reaches it only by its token."""

    __tablename__ = "orders"
    __table_args__ = (
        own(),
        owned_by("provider_id", "providers"),
        owned_by("seller_id", "sellers"),
        owned_by("image_id", "item_images"),
        CheckConstraint("amount_minor > 0", name="positive_amount"),
        Index("ix_orders_provider_external", "org_id", "provider_id", "external_id"),
        Index("ix_orders_status", "org_id", "status", "id"),
        Index("ix_orders_next_check", "next_check_at"),
        Index("ix_orders_paid", "org_id", "test_mode", "paid_at"),
        Index("ix_orders_created", "org_id", "test_mode", "created_at"),
        Index(
            "ix_orders_image",  # for what is shown no more: else all orders would be looked through
            "org_id",
            "image_id",
            postgresql_where=text("image_id IS NOT NULL"),
            sqlite_where=text("image_id IS NOT NULL"),
        ),
        Index(
            "ix_orders_attention",
            "org_id",
            "id",
            postgresql_where=text("attention IS NOT NULL"),
            sqlite_where=text("attention IS NOT NULL"),
        ),
    )
    ID_PREFIX = "ord"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    provider_id: Mapped[str] = mapped_column(String(40))
    token: Mapped[str] = mapped_column(String(32))
    external_id: Mapped[str | None] = mapped_column(String(255))
    item_name: Mapped[str] = mapped_column(String(200))
    item_description: Mapped[str | None] = mapped_column(String(1000))
    amount_minor: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(String(3))
    gateway: Mapped[str] = mapped_column(String(20))
    gateway_reason: Mapped[str] = mapped_column(String(80), default="")
    scope_kind: Mapped[str] = mapped_column(String(12))  # whose credentials it is paid with
    scope_owner: Mapped[str] = mapped_column(String(40))
    test_mode: Mapped[bool] = mapped_column(Boolean)
    status: Mapped[str] = mapped_column(String(20), default=OrderStatus.pending)
    attention: Mapped[str | None] = mapped_column(String(40))
    settled_by: Mapped[str | None] = mapped_column(String(40))  # the payment that paid it
    seller_id: Mapped[str | None] = mapped_column(String(40))  # for whom its money is held
    image_id: Mapped[str | None] = mapped_column(String(40))  # of what is sold
    sequence: Mapped[int] = mapped_column(Integer, default=0)  # of the last event about it
    customer_email: Mapped[str | None] = mapped_column(String(254))
    locale: Mapped[str | None] = mapped_column(String(10))
    details: Mapped[dict[str, Any]] = mapped_column("metadata", JSON, default=dict)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    next_check_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # by the expiry sweep
    paid_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    @property
    def money(self) -> Money:
        return Money(self.amount_minor, self.currency)

    @property
    def is_payable(self) -> bool:
        """True while a customer may still start a payment."""
        return self.status in PAYABLE

    @property
    def stays_put(self) -> bool:
        """True where no other gateway may take it over: its money is held for somebody with an
        account at this one."""
        return self.seller_id is not None

    def move_to(self, status: OrderStatus) -> bool:
        """Change the status; False when it is there already. Raises Conflict for a move back."""
        if self.status == status:
            return False
        if status not in NEXT[OrderStatus(self.status)]:
            raise Conflict(f"Order is {self.status} and cannot become {status}", "invalid_state")
        self.status = status
        return True


# By the beginning of what merchants search for; `kit.prefixes` asks in the way these serve.
Index(
    "ix_orders_item",
    Order.org_id,
    func.lower(Order.item_name).label("item"),
    postgresql_ops={"item": "text_pattern_ops"},
)
Index(
    "ix_orders_email",
    Order.org_id,
    func.lower(Order.customer_email).label("email"),
    postgresql_ops={"email": "text_pattern_ops"},
    postgresql_where=Order.customer_email.is_not(None),
    sqlite_where=Order.customer_email.is_not(None),
)
