"""A customer who comes back from a company that knows one address for all of them."""

from sqlalchemy import select

from app.adapters.gateways import base
from app.extensions import reading
from app.kit.errors import NotFound
from app.kit.tenancy import as_org
from app.models import Order, Payment
from app.services.inbound.matching import payment_of
from app.services.inbound.sources import Source

__all__ = ["order_token"]


def order_token(gateway: str, source: Source, reference: str) -> str:
    """The checkout address's token of the order that a payment of this scope, by our id of it, is
    for. Raises NotFound."""
    found = payment_of(gateway, source, base.GatewayEvent("return", "return", reference=reference))
    if found is None:
        raise NotFound("No such payment")
    of_payment = select(Payment.order_id).where(Payment.id == found.id).scalar_subquery()
    with as_org(found.org_id), reading() as session:
        return str(session.scalars(select(Order.token).where(Order.id == of_payment)).one())
