"""Sellers: those for whom a provider's customers' money is held; and what they are paid out."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Boolean, CheckConstraint, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from app.models.asked import Asked
from app.models.base import JSON, Model, OrgScoped, Stamped, UtcDateTime, own, owned_by

__all__ = ["Payout", "PayoutStatus", "Seller", "SellerStatus"]


class SellerStatus(StrEnum):
    created = "created"  # written down; the gateway was not asked yet, or did not answer
    pending = "pending"  # has an account there and has to say who they are
    ready = "ready"  # money may be released to them
    restricted = "restricted"  # was ready; the gateway wants something before they get more
    failed = "failed"  # the gateway made no account
    closed = "closed"  # by the last answer, the account is not joined to ours


class Seller(OrgScoped, Stamped, Model):
    """One seller of one provider, with an account under one account of ours at one gateway.

    It is bound, for ever, to the credentials it was made with: an order that is charged with
    others cannot be held for it.
    """

    __tablename__ = "sellers"
    __table_args__ = (
        own(),
        owned_by("provider_id", "providers"),
        Index("ix_sellers_provider", "org_id", "provider_id", "id"),
        Index(
            "uq_sellers_gateway_seller_id",
            "gateway",
            "scope_kind",
            "scope_owner",
            "gateway_seller_id",
            unique=True,
        ),
    )
    ID_PREFIX = "sel"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    provider_id: Mapped[str] = mapped_column(String(40))
    name: Mapped[str] = mapped_column(String(120))
    email: Mapped[str] = mapped_column(String(254))
    country: Mapped[str | None] = mapped_column(String(2))  # ISO 3166-1 alpha-2
    external_id: Mapped[str | None] = mapped_column(String(255))
    gateway: Mapped[str] = mapped_column(String(20))
    scope_kind: Mapped[str] = mapped_column(String(12))
    scope_owner: Mapped[str] = mapped_column(String(40))
    account: Mapped[str | None] = mapped_column(String(120))  # ours there; None: not known yet
    test_mode: Mapped[bool] = mapped_column(Boolean)
    status: Mapped[str] = mapped_column(String(12), default=SellerStatus.created)
    gateway_seller_id: Mapped[str | None] = mapped_column(String(120))
    payouts_enabled: Mapped[bool] = mapped_column(Boolean, default=False)
    requirements: Mapped[list[Any]] = mapped_column(JSON, default=list)  # what the gateway wants
    failure: Mapped[str | None] = mapped_column(String(300))
    checks: Mapped[int] = mapped_column(Integer, default=0)  # questions without an answer
    seen_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # when the last answer was asked


class PayoutStatus(StrEnum):
    requested = "requested"
    pending = "pending"  # the gateway has it and the bank does not
    paid = "paid"
    failed = "failed"
    cancelled = "cancelled"
    unknown = "unknown"


class Payout(Asked, OrgScoped, Stamped, Model):
    """Money on its way from a seller's balance at the gateway to their bank."""

    __tablename__ = "payouts"
    __table_args__ = (
        own(),
        owned_by("seller_id", "sellers"),
        CheckConstraint("amount_minor > 0", name="positive_amount"),
        Index("ix_payouts_seller", "org_id", "seller_id", "id"),
        Index("uq_payouts_gateway_payout_id", "seller_id", "gateway_payout_id", unique=True),
    )
    ID_PREFIX = "pyo"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    seller_id: Mapped[str] = mapped_column(String(40))
    gateway_payout_id: Mapped[str | None] = mapped_column(String(120))
    is_ours: Mapped[bool] = mapped_column(Boolean, default=False)  # asked for here
    arrives_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
