"""Finding orders by what somebody typed: any id leads there, else the beginning of a text does."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Select, select

from app.extensions import reading
from app.kit.prefixes import begins_with
from app.kit.tenancy import current_org
from app.models import Order, Payment, Provider, Refund
from app.registry import gateways
from app.services.credentials import PLATFORM
from app.services.orders.filters import Filter

__all__ = ["beginning_with", "having_id"]

SEVERAL = 100  # orders that share an id which somebody else gave
FEW = 500  # orders that an index is asked for; where more begin alike, a walk soon meets some
_OURS = re.compile(r"(ord|pay|ref)_[0-9A-Z]{26}", re.IGNORECASE)


def having_id(text: str) -> Sequence[str]:
    """The orders that an id names, newest first and SEVERAL at the most: ours of an order, payment
    or refund, a provider's external id, a payment's short reference, or a gateway's own id."""
    if found := _OURS.fullmatch(text):
        kind, _, rest = found[0].partition("_")
        return _by_our_id(kind.lower(), f"{kind.lower()}_{rest.upper()}")
    with reading() as session:
        providers = session.scalars(select(Provider.id)).all()
        found_ids = {
            one
            for query in _by_their_ids(text, providers)
            for one in session.scalars(query.limit(SEVERAL))
        }
    return sorted(found_ids, reverse=True)[:SEVERAL]


def _by_our_id(kind: str, id_: str) -> Sequence[str]:
    query = {
        "ord": select(Order.id).where(Order.id == id_),
        "pay": select(Payment.order_id).where(Payment.id == id_),
        "ref": select(Refund.order_id).where(Refund.id == id_),
    }[kind]
    with reading() as session:
        found: Sequence[str] = session.scalars(query).all()
    return found


def _by_their_ids(text: str, providers: Sequence[str]) -> Iterator[Select[Any]]:
    """Each by an index that exists for writing: so its first columns are named as well."""
    yield select(Order.id).where(Order.provider_id.in_(providers), Order.external_id == text)
    yield select(Payment.order_id).where(Payment.reference == text.lower())
    ours = (
        Payment.gateway.in_(gateways()),
        Payment.scope_kind.in_(("provider", "organization", PLATFORM.kind)),
        Payment.scope_owner.in_((current_org(), PLATFORM.owner, *providers)),
    )
    for column in (Payment.gateway_ref, Payment.gateway_payment_id):
        yield select(Payment.order_id).where(*ours, column == text)


def beginning_with(wanted: Filter, text: str) -> Filter:
    """`wanted`, and that the item's name or the customer's e-mail address begins with `text`.

    Where few do, an index names them all, however old they are; where many do, any walk over the
    newest orders meets them.
    """
    with reading() as session:
        by_item = session.scalars(
            select(Order.id).where(begins_with(Order.item_name, text)).limit(FEW)
        ).all()
        by_email = session.scalars(
            select(Order.id)
            .where(Order.customer_email.is_not(None), begins_with(Order.customer_email, text))
            .limit(FEW)
        ).all()
    if FEW in (len(by_item), len(by_email)):
        return replace(wanted, begins=text)
    return replace(wanted, ids=tuple(sorted({*by_item, *by_email})))
