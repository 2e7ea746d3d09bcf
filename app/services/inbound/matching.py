"""Which payment or seller of a scope a call is about."""

from dataclasses import dataclass
from typing import Any

import structlog
from sqlalchemy import false, or_, select

from app.adapters.gateways import base
from app.extensions import reading, transaction
from app.kit.tenancy import across_organizations, as_org
from app.models import Hold, Payment, Refund, Release, Seller
from app.services import records
from app.services.inbound.sources import Source

__all__ = ["Match", "found_of", "note_foreign", "payment_of"]

log = structlog.get_logger()


@dataclass(frozen=True)
class Match:
    """A payment, or a seller, and whose it is."""

    id: str
    org_id: str
    is_seller: bool = False


def found_of(gateway: str, source: Source, event: base.GatewayEvent) -> Match | None:
    """What of this scope the event is about; never anything of another scope. What happens in a
    seller's own books can only be about that seller, whatever it names."""
    if event.seller is not None:
        return _seller_of(gateway, source, event.seller)
    if event.about == "transfer":
        return _transfer_of(gateway, source, event)
    return payment_of(gateway, source, event)


def payment_of(gateway: str, source: Source, event: base.GatewayEvent) -> Match | None:
    """The payment of this scope that the event is about; never one of another scope. One about a
    refund may name nothing but that."""
    rows = _found(source, _in_scope(gateway, source).where(_named(event)))
    if not rows:
        of_refund = _in_scope(gateway, source).join(Refund, Refund.payment_id == Payment.id)
        rows = _found(source, of_refund.where(_refund_named(event)))
    named = [row for row in rows if event.reference in {row.id, row.reference}] or rows
    return Match(named[0].id, named[0].org_id) if named else None


def _seller_of(gateway: str, source: Source, account: str) -> Match | None:
    query = select(Seller.id, Seller.org_id).where(
        Seller.gateway == gateway,
        Seller.scope_kind == source.scope.kind,
        Seller.scope_owner == source.scope.owner,
        _any_of((Seller.gateway_seller_id, account)),
    )
    rows = _found(source, query)
    return Match(rows[0].id, rows[0].org_id, is_seller=True) if rows else None


def _transfer_of(gateway: str, source: Source, event: base.GatewayEvent) -> Match | None:
    """The payment whose money it moved."""
    query = (
        _in_scope(gateway, source)
        .join(Hold, Hold.payment_id == Payment.id)
        .join(Release, Release.hold_id == Hold.id)
        .where(_any_of((Release.gateway_transfer_id, event.gateway_ref)))
    )
    rows = _found(source, query)
    return Match(rows[0].id, rows[0].org_id) if rows else None


def _in_scope(gateway: str, source: Source) -> Any:
    return (
        select(Payment.id, Payment.org_id, Payment.reference)
        .where(
            Payment.gateway == gateway,
            Payment.scope_kind == source.scope.kind,
            Payment.scope_owner == source.scope.owner,
        )
        .limit(2)
    )


def _named(event: base.GatewayEvent) -> Any:
    return _any_of(
        (Payment.id, event.reference),
        (Payment.reference, event.reference),
        (Payment.gateway_ref, event.gateway_ref),
        (Payment.gateway_payment_id, event.gateway_payment_id),
    )


def _refund_named(event: base.GatewayEvent) -> Any:
    return _any_of(
        (Refund.id, event.reference),
        (Refund.gateway_refund_id, event.gateway_ref),
    )


def _any_of(*pairs: tuple[Any, str | None]) -> Any:
    """Ids are printable; a NUL, which a database takes no more than half a letter, is in none."""
    sayable = ((column, value) for column, value in pairs if value and value.isprintable())
    return or_(false(), *(column == value for column, value in sayable))


def _found(source: Source, query: Any) -> Any:
    if source.org_id is None:
        with across_organizations("the platform's account serves many"), reading() as session:
            return session.execute(query).all()
    with as_org(source.org_id), reading() as session:
        return session.execute(query).all()


def note_foreign(gateway: str, source: Source, event: base.GatewayEvent) -> None:
    """Rightly signed, but about nothing of this scope: other people's business, unless it names
    an order of somebody else here."""
    log.info("inbound.unmatched", gateway=gateway, event_id=event.external_id, type=event.type)
    if not event.reference or not event.reference.isprintable() or source.org_id is None:
        return
    with across_organizations("does this name another organization's payment?"), reading() as s:
        names_it = or_(Payment.id == event.reference, Payment.reference == event.reference)
        owner = s.scalar(select(Payment.org_id).where(names_it))
    if owner is None:
        return
    with as_org(source.org_id), transaction():
        records.audit(
            "inbound.foreign_reference",
            actor=f"gateway:{gateway}",
            subject=event.external_id,
            type=event.type,
            scope=source.scope.kind,
        )
