"""The ledger of the built-in test gateway. It stands for an outside company's database."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, String
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import JSON, Model, OrgScoped, Stamped, UtcDateTime, own, owned_by

__all__ = [
    "SandboxPayment",
    "SandboxPayout",
    "SandboxRefund",
    "SandboxReversal",
    "SandboxSeller",
    "SandboxTransfer",
]


class SandboxPayment(OrgScoped, Stamped, Model):
    """What the sandbox was asked to collect, and what became of it."""

    __tablename__ = "sandbox_payments"
    __table_args__ = (
        own(),
        CheckConstraint("refunded_minor <= amount_minor", name="refunded_within_paid"),
    )
    ID_PREFIX = "sbx"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    idempotency_key: Mapped[str] = mapped_column(String(60), unique=True)
    reference: Mapped[str] = mapped_column(String(40))
    amount_minor: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(String(3))
    description: Mapped[str] = mapped_column(String(200), default="")
    return_url: Mapped[str] = mapped_column(String(500), default="")
    status: Mapped[str] = mapped_column(String(12), default="open")
    refunded_minor: Mapped[int] = mapped_column(BigInteger, default=0)
    scenario: Mapped[str | None] = mapped_column(String(30))
    failure: Mapped[str | None] = mapped_column(String(100))
    paid_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    details: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)


class SandboxRefund(OrgScoped, Stamped, Model):
    """Money the sandbox gave back."""

    __tablename__ = "sandbox_refunds"
    __table_args__ = (own(), owned_by("payment_id", "sandbox_payments"))
    ID_PREFIX = "sbr"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    payment_id: Mapped[str] = mapped_column(String(40), index=True)
    idempotency_key: Mapped[str] = mapped_column(String(60), unique=True)
    amount_minor: Mapped[int] = mapped_column(BigInteger)
    status: Mapped[str] = mapped_column(String(12), default="succeeded")


class SandboxSeller(OrgScoped, Stamped, Model):
    """An account the sandbox keeps for somebody who is paid out."""

    __tablename__ = "sandbox_sellers"
    __table_args__ = (own(),)
    ID_PREFIX = "sbs"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    idempotency_key: Mapped[str] = mapped_column(String(60), unique=True)
    reference: Mapped[str] = mapped_column(String(40))


class SandboxTransfer(OrgScoped, Stamped, Model):
    """Money of one payment that the sandbox moved to a seller's account."""

    __tablename__ = "sandbox_transfers"
    __table_args__ = (
        own(),
        owned_by("payment_id", "sandbox_payments"),
        owned_by("seller_id", "sandbox_sellers"),
        CheckConstraint("reversed_minor BETWEEN 0 AND amount_minor", name="reversed_within"),
    )
    ID_PREFIX = "sbt"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    payment_id: Mapped[str] = mapped_column(String(40), index=True)
    seller_id: Mapped[str] = mapped_column(String(40), index=True)
    idempotency_key: Mapped[str] = mapped_column(String(60), unique=True)
    amount_minor: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(String(3))
    reversed_minor: Mapped[int] = mapped_column(BigInteger, default=0)


class SandboxReversal(OrgScoped, Stamped, Model):
    """Money of a transfer that the sandbox fetched back."""

    __tablename__ = "sandbox_reversals"
    __table_args__ = (own(), owned_by("transfer_id", "sandbox_transfers"))
    ID_PREFIX = "sbv"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    transfer_id: Mapped[str] = mapped_column(String(40), index=True)
    idempotency_key: Mapped[str] = mapped_column(String(60), unique=True)
    amount_minor: Mapped[int] = mapped_column(BigInteger)


class SandboxPayout(OrgScoped, Stamped, Model):
    """Money the sandbox sent from a seller's account to their bank, which exists as little."""

    __tablename__ = "sandbox_payouts"
    __table_args__ = (own(), owned_by("seller_id", "sandbox_sellers"))
    ID_PREFIX = "sbo"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    seller_id: Mapped[str] = mapped_column(String(40), index=True)
    idempotency_key: Mapped[str] = mapped_column(String(60), unique=True)
    amount_minor: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(String(3))
    status: Mapped[str] = mapped_column(String(12), default="paid")
