"""What a customer paid, to keep: the payment that settled an order and what went back of it. Reads
only."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from app.extensions import reading
from app.kit.errors import NotFound
from app.kit.money import Money
from app.kit.tenancy import as_org
from app.models import Logo, Order, Organization, Payment, Provider, Refund, RefundStatus
from app.registry import Method, gateway
from app.services import branding, logos
from app.services.branding import Brand
from app.services.checkout.looking import Found

__all__ = ["Receipt", "receipt"]


@dataclass(frozen=True)
class Receipt:
    """Everything a receipt says; no secret among it."""

    order: Order
    provider: Provider
    brand: Brand
    payment: Payment | None  # None for one whose payment was never kept apart
    refunds: Sequence[Refund]  # of that payment, oldest first; none that failed
    logo: Logo | None

    @property
    def company(self) -> str:
        """The payment company by its name."""
        paid_by = self.payment or self.order
        name: str = gateway(paid_by.gateway).display_name
        return name

    @property
    def method(self) -> Method | None:
        """How it was paid, where the company says so."""
        return gateway(self.payment.gateway).method(self.payment.method) if self.payment else None

    @property
    def refunded(self) -> Money:
        """All that went back, wherever it was asked for."""
        return Money(self.payment.refunded_minor if self.payment else 0, self.order.currency)

    @property
    def elsewhere(self) -> Money:
        """What went back without a refund of ours: asked for at the payment company."""
        ours = [one.amount_minor for one in self.refunds if one.status == RefundStatus.succeeded]
        return Money(max(0, self.refunded.minor - sum(ours)), self.order.currency)

    @property
    def kept(self) -> Money:
        """What the customer paid in the end."""
        return Money(self.order.amount_minor - self.refunded.minor, self.order.currency)


def receipt(found: Found) -> Receipt:
    """The receipt of an order. Raises NotFound before it is paid."""
    with as_org(found.org_id), reading() as session:
        query = (
            select(Order, Provider, Organization)
            .join(Provider, Provider.id == Order.provider_id)
            .join(Organization, Organization.id == Order.org_id)
            .where(Order.id == found.order_id)
        )
        row = session.execute(logos.with_logos(query)).one()
        order: Order = row.Order
        if order.paid_at is None:
            raise NotFound("There is no receipt before the payment")
        payment = session.scalars(
            select(Payment).where(Payment.id == order.settled_by)
        ).one_or_none()
        refunds = session.scalars(
            select(Refund)
            .where(Refund.payment_id == order.settled_by, Refund.status != RefundStatus.failed)
            .order_by(Refund.id)
        ).all()
    brand = branding.brand_of(row.Organization)
    return Receipt(order, row.Provider, brand, payment, refunds, logos.shown(row))
