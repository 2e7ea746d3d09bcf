"""Writing a notice down in the step that makes the fact. Parts."""

from datetime import timedelta
from typing import Any

from sqlalchemy import exists, select

from app.extensions import db
from app.kit import clock
from app.models import Notice, NoticeKind, Order

__all__ = ["about_order", "tell"]


def tell(
    kind: NoticeKind,
    subject: str,
    *,
    test_mode: bool = False,
    only_for: str | None = None,
    once_in: timedelta | None = None,
    **data: Any,
) -> None:
    """Say that something happened (a part); never with a secret in it. `once_in` leaves out what
    was told of the same subject within that time; `only_for` is the address of the one person whom
    it concerns."""
    if once_in and db.session.scalar(select(exists(_told(kind, subject, once_in)))):
        return
    db.session.add(
        Notice(kind=kind, subject=subject, test_mode=test_mode, only_for=only_for, data=data)
    )


def _told(kind: NoticeKind, subject: str, within: timedelta) -> Any:
    return select(Notice.id).where(
        Notice.subject == subject,
        Notice.kind == kind,
        Notice.created_at > clock.now() - within,
    )


def about_order(kind: NoticeKind, order: Order) -> None:
    """Say that something happened to an order (a part)."""
    tell(
        kind,
        order.id,
        test_mode=order.test_mode,
        item=order.item_name,
        amount=str(order.money),
    )
