"""When customers are written to: only at an address that was given for the order, and only what
their organization has switched on. All parts, but for reading and choosing that."""

from collections.abc import Sequence

from sqlalchemy import select

from app.extensions import db, reading, transaction
from app.kit.errors import Refused
from app.kit.tenancy import current_org
from app.models import Order, Organization, Payment
from app.services import records
from app.services.letterbox import post
from app.services.mail.customer_letters import TO_CUSTOMERS
from app.services.mail.mailers import Sender, find, is_outbox_used

__all__ = ["can_be_sent", "choose", "chosen", "instructed", "paid", "refunded"]


def paid(order: Order, payment: Payment) -> None:
    """The order was just paid (a part): a receipt."""
    _post("receipt", order, payment)


def refunded(order: Order, payment: Payment, minor: int) -> None:
    """So much, in minor units, just went back (a part): the customer is told."""
    _post("refund_notice", order, payment, minor=str(minor))


def instructed(payment_id: str) -> None:
    """A customer was just given a reference that they may pay for days (a part): they get it by
    mail as well."""
    query = select(Order, Payment).join(Payment, Payment.order_id == Order.id)
    row = db.session.execute(query.where(Payment.id == payment_id)).one()
    _post("instructions", row.Order, row.Payment)


def _post(kind: str, order: Order, payment: Payment, minor: str = "") -> None:
    to = order.customer_email or (payment.answers or {}).get("email")
    if to and kind in _switched_on():
        locale = "pt_PT" if (order.locale or "").lower().startswith("pt") else "en"
        about = {"order": order.id, "payment": payment.id, "minor": minor}
        post(kind, to, locale=locale, of_the_house=False, **about)


def _switched_on() -> Sequence[str]:
    query = select(Organization.customer_letters).where(Organization.id == current_org())
    return db.session.scalar(query) or []


def chosen() -> Sequence[str]:
    """The kinds of letters that the current organization's customers get."""
    with reading():
        return _switched_on()


def can_be_sent() -> bool:
    """Whether letters to customers go anywhere: the organization has a service of its own, or may
    use the installation's."""
    with reading():
        return find(Sender.own_first) is not None or is_outbox_used()


def choose(wanted: Sequence[str], *, actor: str) -> None:
    """Switch letters on and the others off (a step). Raises Refused for a kind there is not."""
    if set(wanted) - set(TO_CUSTOMERS):
        raise Refused(f"Letters are: {', '.join(TO_CUSTOMERS)}", field="letters")
    with transaction():
        query = select(Organization).where(Organization.id == current_org()).with_for_update()
        row = db.session.scalars(query).one()
        before, after = sorted(row.customer_letters), sorted(set(wanted))
        if before != after:
            row.customer_letters = after
            changes = {"customer_letters": [", ".join(before), ", ".join(after)]}
            records.audit("organization.changed", actor=actor, changes=changes)
