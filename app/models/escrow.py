"""Escrow: money of a paid order that is kept for a seller, freed to them, or fetched back."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, Boolean, CheckConstraint, Index, Integer, String, text
from sqlalchemy.orm import Mapped, mapped_column

from app.kit import clock
from app.kit.money import Money
from app.models.asked import Asked
from app.models.base import Model, OrgScoped, Stamped, UtcDateTime, own, owned_by

__all__ = ["Hold", "HoldStatus", "MoveStatus", "Release", "Reversal"]


CHARGEBACK = "chargeback"  # why it is disputed, where the customer's bank does it


class HoldStatus(StrEnum):
    awaiting_payment = "awaiting_payment"
    held = "held"
    disputed = "disputed"  # the clock stands still
    released = "released"  # nothing is held any more, and the seller got some of it
    refunded = "refunded"  # nothing is held any more, and the seller has none of it


class Hold(OrgScoped, Stamped, Model):
    """What was agreed about an order's money. How much of it is where, the ledger alone says."""

    __tablename__ = "holds"
    __table_args__ = (
        own(),
        owned_by("order_id", "orders"),
        owned_by("seller_id", "sellers"),
        owned_by("payment_id", "payments"),
        CheckConstraint("fee_bps BETWEEN 0 AND 10000", name="fee_is_a_part"),
        Index("uq_holds_order", "org_id", "order_id", unique=True),
        Index("ix_holds_seller", "org_id", "seller_id", "id"),
        Index("ix_holds_status", "org_id", "status", "id"),
        Index(
            "ix_holds_next_check",
            "next_check_at",
            postgresql_where=text("next_check_at IS NOT NULL"),
            sqlite_where=text("next_check_at IS NOT NULL"),
        ),
    )
    ID_PREFIX = "hld"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    order_id: Mapped[str] = mapped_column(String(40))
    seller_id: Mapped[str] = mapped_column(String(40))
    payment_id: Mapped[str | None] = mapped_column(String(40))  # the one that paid the order
    fee_bps: Mapped[int] = mapped_column(Integer)  # hundredths of a percent, kept at release
    release_after_days: Mapped[int | None] = mapped_column(Integer)  # None: never by itself
    status: Mapped[str] = mapped_column(String(20), default=HoldStatus.awaiting_payment)
    held_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    release_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # None while frozen
    seconds_left: Mapped[int | None] = mapped_column(Integer)  # on the clock, while frozen
    # The provider's own dispute, and the bank's beside it: either stops the clock.
    disputed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    dispute_reason: Mapped[str | None] = mapped_column(String(255))
    is_charged_back: Mapped[bool] = mapped_column(Boolean, default=False)  # by the bank, undecided
    charged_back_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # while that is so
    reminded_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    next_check_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # by the sweep
    # Why the gateway could not be asked how the payment stands, when its date had come.
    held_up: Mapped[str | None] = mapped_column(String(300))

    @property
    def stopped_at(self) -> datetime | None:
        """Since when it is disputed, by the bank or else by the provider."""
        return self.charged_back_at or self.disputed_at

    @property
    def stopped_why(self) -> str | None:
        """Why it is disputed: `chargeback`, or else the provider's words."""
        return CHARGEBACK if self.is_charged_back else self.dispute_reason

    @property
    def is_overdue(self) -> bool:
        """Its date has come, and it could not be released."""
        at = self.release_at
        return self.status == HoldStatus.held and at is not None and at <= clock.now()


class MoveStatus(StrEnum):
    """How a release or a reversal stands at the gateway."""

    requested = "requested"
    unknown = "unknown"
    succeeded = "succeeded"
    failed = "failed"


_UNDECIDED = text("status IN ('requested', 'unknown')")


class Release(Asked, OrgScoped, Stamped, Model):
    """Money freed to the seller: what they get is the amount without the fee."""

    __tablename__ = "releases"
    __table_args__ = (
        own(),
        owned_by("order_id", "orders"),
        owned_by("hold_id", "holds"),
        CheckConstraint("amount_minor > 0", name="positive_amount"),
        CheckConstraint("fee_minor BETWEEN 0 AND amount_minor", name="fee_within_amount"),
        Index("ix_releases_hold", "org_id", "hold_id", "id"),
        Index(
            "uq_releases_undecided",
            "hold_id",
            unique=True,
            postgresql_where=_UNDECIDED,
            sqlite_where=_UNDECIDED,
        ),
    )
    ID_PREFIX = "rel"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    order_id: Mapped[str] = mapped_column(String(40))
    hold_id: Mapped[str] = mapped_column(String(40))
    fee_minor: Mapped[int] = mapped_column(BigInteger)
    cause: Mapped[str] = mapped_column(String(12), default="requested")  # or date
    gateway_transfer_id: Mapped[str | None] = mapped_column(String(120))

    @property
    def to_seller(self) -> Money:
        return Money(self.amount_minor - self.fee_minor, self.currency)


class Reversal(Asked, OrgScoped, Stamped, Model):
    """Freed money fetched back from the seller, so that a refund can be made out of it."""

    __tablename__ = "reversals"
    __table_args__ = (
        own(),
        owned_by("order_id", "orders"),
        owned_by("hold_id", "holds"),
        owned_by("release_id", "releases"),
        owned_by("refund_id", "refunds"),
        CheckConstraint("amount_minor > 0", name="positive_amount"),
        CheckConstraint("fee_minor BETWEEN 0 AND amount_minor", name="fee_within_amount"),
        Index("ix_reversals_hold", "org_id", "hold_id", "id"),
        Index("uq_reversals_refund", "refund_id", "release_id", unique=True),
    )
    ID_PREFIX = "rev"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    order_id: Mapped[str] = mapped_column(String(40))
    hold_id: Mapped[str] = mapped_column(String(40))
    release_id: Mapped[str] = mapped_column(String(40))
    refund_id: Mapped[str] = mapped_column(String(40))
    fee_minor: Mapped[int] = mapped_column(BigInteger)  # of the amount: it goes back as well
    gateway_reversal_id: Mapped[str | None] = mapped_column(String(120))

    @property
    def from_seller(self) -> Money:
        return Money(self.amount_minor - self.fee_minor, self.currency)
