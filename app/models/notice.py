"""Notices: what happened that people of an organization should see, and who has seen what."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Boolean, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.kit import clock
from app.models.base import JSON, Model, OrgScoped, UtcDateTime, own, owned_by

__all__ = ["Notice", "NoticeKind", "NoticeRead"]


class NoticeKind(StrEnum):
    # About an order; named as its attention is.
    duplicate_payment = "duplicate_payment"
    paid_late = "paid_late"
    amount_mismatch = "amount_mismatch"
    mode_mismatch = "mode_mismatch"
    account_mismatch = "account_mismatch"
    refund_failed = "refund_failed"
    refund_unknown = "refund_unknown"
    release_unknown = "release_unknown"
    reversal_unknown = "reversal_unknown"
    chargeback = "chargeback"
    reversed_elsewhere = "reversed_elsewhere"
    # About an endpoint, an integration, an export.
    endpoint_failing = "endpoint_failing"
    endpoint_off = "endpoint_off"
    keys_refused = "keys_refused"
    export_ready = "export_ready"
    # About a payout of a seller.
    payout_failed = "payout_failed"
    payout_unknown = "payout_unknown"


class Notice(OrgScoped, Model):
    """One thing that happened. It stays as it was, whatever becomes of the matter."""

    __tablename__ = "notices"
    __table_args__ = (
        own(),
        Index("ix_notices_about", "org_id", "subject", "kind"),
        Index("ix_notices_created", "created_at"),
    )
    ID_PREFIX = "not"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    kind: Mapped[str] = mapped_column(String(30))
    subject: Mapped[str] = mapped_column(String(40))  # an id, or the catalogue's name of a service
    data: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    test_mode: Mapped[bool] = mapped_column(Boolean, default=False)
    only_for: Mapped[str | None] = mapped_column(String(254))  # a person's address; None: everybody
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)


class NoticeRead(OrgScoped, Model):
    """That one person has read one notice. Up to where they have read all, their membership
    says."""

    __tablename__ = "notice_reads"
    __table_args__ = (
        own(),
        owned_by("notice_id", "notices", ondelete="CASCADE"),
        UniqueConstraint("org_id", "user_id", "notice_id"),
        Index("ix_notice_reads_notice", "org_id", "notice_id"),
    )
    ID_PREFIX = "ntr"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    notice_id: Mapped[str] = mapped_column(String(40))
    user_id: Mapped[str] = mapped_column(String(40))
