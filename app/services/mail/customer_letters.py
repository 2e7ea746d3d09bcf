"""What letters to customers say: what was paid, to whom, and how to go on."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from babel.dates import format_datetime
from sqlalchemy import select

from app.adapters.gateways import actions
from app.extensions import db, settings
from app.kit.money import Money
from app.kit.tenancy import current_org
from app.kit.written import written
from app.models import Order, Organization, Payment
from app.models.payment import OPEN
from app.services.mail.draft import Draft, Say

__all__ = ["TO_CUSTOMERS", "instructions", "receipt", "refund_notice"]


def receipt(
    _: Say, locale: str, organization: Organization, order: Order, _payment: Payment
) -> Draft | None:
    """That the money came; None for an order that is not paid."""
    if order.paid_at is None:
        return None
    paid_on = (_("Paid on"), _moment(order.paid_at, locale))
    return Draft(
        _test(_, order) + _("Receipt for %(item)s") % {"item": _line(order.item_name)},
        (
            _("Thank you. %(shop)s has received your payment.") % _shop(organization),
            *_only_a_test(_, order),
        ),
        (_("Look at the receipt"), f"{_page(order)}/receipt"),
        _why(_, organization),
        facts=((_("Amount"), written(order.money, locale)), *_about(_, order), paid_on),
        shop=organization.name,
        reply_to=organization.support_email or "",
    )


def instructions(
    _: Say, locale: str, organization: Organization, order: Order, payment: Payment
) -> Draft | None:
    """How to pay by a reference; None once it is no longer what the customer is to pay."""
    action = actions.from_dict(payment.action) if payment.action else None
    if not isinstance(action, actions.ShowReference) or not payment.is_live:
        return None
    if payment.status not in OPEN or not order.is_payable:
        return None
    until = action.expires_at
    return Draft(
        _test(_, order) + _("How to pay for %(item)s") % {"item": _line(order.item_name)},
        (
            _(
                "To pay %(shop)s, open your bank's app or go to a cash machine, choose payment of "
                "services, and enter these details exactly."
            )
            % _shop(organization),
            *_only_a_test(_, order),
        ),
        (_("Look at the payment"), _page(order)),
        _why(_, organization),
        facts=(
            (_("Entity"), action.entity),
            (_("Reference"), _in_threes(action.reference)),
            (_("Amount"), written(order.money, locale)),
            *(((_("Valid until"), _moment(until, locale)),) if until else ()),
            *_about(_, order),
        ),
        shop=organization.name,
        reply_to=organization.support_email or "",
    )


def refund_notice(
    _: Say, locale: str, organization: Organization, order: Order, payment: Payment, minor: int
) -> Draft:
    """That money goes back."""
    return Draft(
        _test(_, order) + _("Refund for %(item)s") % {"item": _line(order.item_name)},
        (
            _("%(shop)s has given you money back.") % _shop(organization),
            _("It reaches you the way you paid; banks may take some days."),
            *_only_a_test(_, order),
        ),
        (_("Look at the payment"), _page(order)),
        _why(_, organization),
        facts=((_("Amount"), written(Money(minor, payment.currency), locale)), *_about(_, order)),
        shop=organization.name,
        reply_to=organization.support_email or "",
    )


def _about(_: Say, order: Order) -> tuple[tuple[str, str], ...]:
    return ((_("For"), _line(order.item_name)), (_("Order"), order.id))


def _test(_: Say, order: Order) -> str:
    return f"[{_('Test')}] " if order.test_mode else ""


def _only_a_test(_: Say, order: Order) -> tuple[str, ...]:
    return (_("Made in test mode: no real money moved."),) if order.test_mode else ()


def _why(_: Say, organization: Organization) -> str:
    return _("You get this because this address was given for a payment to %(shop)s.") % _shop(
        organization
    )


def _shop(organization: Organization) -> dict[str, str]:
    return {"shop": organization.name}


def _page(order: Order) -> str:
    return f"{settings().public_base_url}/checkout/o/{order.token}"


def _line(text: str) -> str:
    """One line, as subjects are: what a provider calls an item may have several."""
    return " ".join(text.split())


def _in_threes(reference: str) -> str:
    digits = reference.replace(" ", "")
    return " ".join(digits[at : at + 3] for at in range(0, len(digits), 3))


def _moment(when: datetime, locale: str) -> str:
    text: str = format_datetime(when, "d MMMM y, HH:mm 'UTC'", tzinfo=UTC, locale=locale)
    return text


def _loaded(args: Mapping[str, str]) -> tuple[Organization, Order, Payment]:
    """What a letter is about, in the current organization."""
    query = select(Order, Payment).join(Payment, Payment.order_id == Order.id)
    row = db.session.execute(query.where(Payment.id == args["payment"])).one()
    return db.session.get_one(Organization, current_org()), row.Order, row.Payment


TO_CUSTOMERS: dict[str, Callable[[Say, Mapping[str, str]], Draft | None]] = {
    "receipt": lambda _, args: receipt(_, args["locale"], *_loaded(args)),
    "instructions": lambda _, args: instructions(_, args["locale"], *_loaded(args)),
    "refund_notice": lambda _, args: refund_notice(
        _, args["locale"], *_loaded(args), int(args["minor"])
    ),
}
