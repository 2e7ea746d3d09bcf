"""The ledger of orders with escrow: rows that are only ever added.

Each line takes an amount out of one account and puts it into another, so a journal cannot be out
of balance: there is no way to write one side alone. The database refuses a changed or removed row,
and a line after which an order's account would hold less than nothing.
"""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, CheckConstraint, Index, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.kit import clock
from app.models.base import Model, OrgScoped, UtcDateTime, own, owned_by

__all__ = ["Account", "Journal", "JournalKind", "Line"]


class Account(StrEnum):
    """Where an order's money can be. Below zero only those two who give it from outside."""

    customer = "customer"  # gave it: never above zero
    held = "held"  # with us, for the seller
    seller = "seller"  # theirs, in their balance at the gateway
    fee = "fee"  # ours
    refunded = "refunded"  # back with the customer
    gateway = "gateway"  # taken by the gateway (a chargeback); below zero: we covered it ourselves


class JournalKind(StrEnum):
    """Why money moved."""

    hold = "hold"
    release = "release"
    reversal = "reversal"
    refund = "refund"
    refund_failed = "refund_failed"  # after it was counted
    chargeback = "chargeback"
    chargeback_won = "chargeback_won"
    cover = "cover"


class Journal(OrgScoped, Model):
    """One thing that happened to an order's money, in one currency; written in its commit."""

    __tablename__ = "ledger_journals"
    __table_args__ = (
        own(),
        owned_by("order_id", "orders"),
        # One thing is written down once. A refund's total may come again, and is none.
        UniqueConstraint("org_id", "kind", "subject"),
        Index("ix_ledger_journals_order", "org_id", "order_id", "id"),
    )
    ID_PREFIX = "jrn"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    order_id: Mapped[str] = mapped_column(String(40))
    currency: Mapped[str] = mapped_column(String(3))
    kind: Mapped[str] = mapped_column(String(20))
    subject: Mapped[str | None] = mapped_column(String(40))  # the payment, release, reversal
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)


_ACCOUNTS = ", ".join(f"'{one}'" for one in Account)


class Line(OrgScoped, Model):
    """One amount out of one account and into another."""

    __tablename__ = "ledger_lines"
    __table_args__ = (
        owned_by("journal_id", "ledger_journals"),
        CheckConstraint("amount_minor > 0", name="positive_amount"),
        CheckConstraint("debit <> credit", name="moves"),
        CheckConstraint(f"debit IN ({_ACCOUNTS})", name="debit_exists"),
        CheckConstraint(f"credit IN ({_ACCOUNTS})", name="credit_exists"),
        Index("ix_ledger_lines_journal", "org_id", "journal_id"),
    )

    id: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True)
    journal_id: Mapped[str] = mapped_column(String(40))
    debit: Mapped[str] = mapped_column(String(10))  # out of
    credit: Mapped[str] = mapped_column(String(10))  # into
    amount_minor: Mapped[int] = mapped_column(BigInteger)
