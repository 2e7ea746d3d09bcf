"""Deleting an organization: nobody gets in any more, its secrets are gone, its books stay."""

import secrets

from sqlalchemy import delete, func, or_, select, update

from app.extensions import changed, db, transaction
from app.kit import clock
from app.kit.errors import Conflict, Refused
from app.kit.tenancy import current_org
from app.models import (
    ApiKey,
    CredentialNote,
    Door,
    DoorKind,
    InboundEndpoint,
    IntegrationConfig,
    Invitation,
    Membership,
    Order,
    OrderStatus,
    Organization,
    Provider,
    ProviderCredentials,
    Refund,
    RefundStatus,
    WebhookEndpoint,
)
from app.services import records

__all__ = ["close"]

_UNDER_WAY = (RefundStatus.requested, RefundStatus.pending, RefundStatus.unknown)


def close(typed: str, *, actor: str) -> None:
    """Delete the current organization (a step).

    Keys, credentials, memberships and invitations go for good. Orders, payments, refunds and the
    audit log stay in the database, because books have to be kept, and so do customers' receipts.
    Raises Refused when `typed` is not its name, Conflict while money is under way: without keys
    nobody could be asked about it.
    """
    with transaction():
        query = select(Organization).where(Organization.id == current_org()).with_for_update()
        row = db.session.scalars(query).one()
        if typed.strip() != row.name:
            raise Refused("Type the name exactly as it is", "wrong_name", field="name")
        _must_be_settled()
        row.closed_at, row.slug = clock.now(), f"closed-{secrets.token_hex(6)}"
        _lock_out()
        _forget_secrets()
        records.audit("organization.deleted", actor=actor, subject=row.name)


def _must_be_settled() -> None:
    """Real money, that is: what was only played with in test mode keeps nobody."""
    open_orders = db.session.scalar(
        select(func.count(Order.id)).where(
            Order.status.in_([OrderStatus.pending, OrderStatus.processing, OrderStatus.failed]),
            or_(Order.status != OrderStatus.failed, Order.expires_at > clock.now()),
            Order.test_mode.is_(False),
        )
    )
    under_way = db.session.scalar(
        select(func.count(Refund.id))
        .join(Order, Order.id == Refund.order_id)
        .where(Refund.status.in_(_UNDER_WAY), Order.test_mode.is_(False))
    )
    if open_orders or under_way:
        raise Conflict(
            f"Money is under way: {open_orders} open orders, {under_way} refunds not finished",
            "money_under_way",
            orders=open_orders,
            refunds=under_way,
        )


def _lock_out() -> None:
    """People, callers and gateways: each loses the way in. Customers keep their receipts."""
    org_id, now = current_org(), clock.now()
    changed(delete(Membership).where(Membership.organization_id == org_id))
    changed(
        delete(Door).where(
            Door.org_id == org_id, Door.kind.in_([DoorKind.api_key, DoorKind.inbound])
        )
    )
    changed(update(Provider).values(is_active=False))
    changed(update(ApiKey).where(ApiKey.revoked_at.is_(None)).values(revoked_at=now))
    changed(update(Invitation).where(Invitation.accepted_at.is_(None)).values(revoked_at=now))
    changed(
        update(WebhookEndpoint)
        .where(WebhookEndpoint.disabled_at.is_(None))
        .values(disabled_at=now, disabled_reason="the organization was deleted")
    )


def _forget_secrets() -> None:
    for model in (IntegrationConfig, ProviderCredentials, CredentialNote, InboundEndpoint):
        changed(delete(model))
