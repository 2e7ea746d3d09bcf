"""The form that gives money back: how much, why; and what follows, in a sentence."""

from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import HiddenField, SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Regexp

from app.blueprints.amounts import money, typed_minor
from app.kit.money import Money
from app.kit.tokens import new_token
from app.models import RefundStatus
from app.registry import gateways, services
from app.services.refunds.offering import Offer

__all__ = ["REASONS", "STATES", "RefundForm", "amount_of", "blank", "outcome_of"]

REASONS = {
    "requested_by_customer": _("The customer asked for it"),
    "not_delivered": _("It could not be delivered"),
    "duplicate": _("It was paid twice"),
    "fraudulent": _("It looks like fraud"),
    "other": _("Something else"),
}
_CHOICES = [SelectChoice(code, title) for code, title in REASONS.items()]
# What became of it, once it was asked for.
STATES = {
    RefundStatus.requested: _("The refund is being asked for."),
    RefundStatus.pending: _(
        "Asked for: the payment company is working on it, which may take days."
    ),
    RefundStatus.succeeded: _("Given back."),
    RefundStatus.failed: _("The payment company refused; nothing went back. See why below."),
    RefundStatus.unknown: _(
        "The payment company did not answer. The amount stays set aside and nothing is given back "
        "twice; ask again in a while."
    ),
}


class RefundForm(FlaskForm):  # type: ignore[misc]
    """A refund. `key` makes it one refund, however often it is sent."""

    amount = StringField(_("Amount"))
    reason = SelectField(
        _("Reason"),
        choices=_CHOICES,
        validators=[InputRequired()],
    )
    payment = HiddenField()
    key = HiddenField(
        validators=[Regexp(r"^[0-9a-f]{32}$", message=_("Open the page again and start anew."))]
    )


def blank(offer: Offer, payment_id: str | None) -> RefundForm:
    """A new form about all that is left."""
    data: dict[str, Any] = {
        "amount": str(offer.left.major),
        "payment": payment_id or "",
        "key": new_token(),
    }
    return RefundForm(formdata=None, data=data)


def amount_of(offer: Offer, typed: str) -> Money | str:
    """The amount somebody typed, or what is wrong with it."""
    currency = offer.order.currency
    step = gateways()[offer.payment.gateway].step_of(currency) if offer.payment else 1
    minor = typed_minor(typed, currency, step)
    if minor is None:
        return str(gettext("Type an amount like %(example)s.", example=offer.left.major))
    if minor > offer.left.minor:
        return str(gettext("Only %(left)s is left to refund.", left=money(offer.left)))
    if offer.way == "full" and minor != offer.left.minor:
        return str(gettext("This way of paying can only be refunded as a whole."))
    return Money(minor, currency)


def outcome_of(offer: Offer, amount: Money) -> str:
    """What follows when this amount is given back."""
    payment = offer.payment
    company = services()[payment.gateway].title if payment else ""
    rest = Money(offer.left.minor - amount.minor, amount.currency)
    said = gettext(
        "%(amount)s goes back to the customer through %(company)s.",
        amount=money(amount),
        company=company,
    )
    if payment and payment.is_duplicate:
        more = gettext("The order stays paid by its other payment.")
    elif rest.minor:
        more = gettext("%(rest)s can still be refunded afterwards.", rest=money(rest))
    else:
        more = gettext("Nothing is left of the payment afterwards.")
    claim = gettext("The customer collects it by a link, which you pass on to them.")
    return " ".join([said, more, claim] if offer.way == "claim" else [said, more])
