"""The form that sends a seller's money to their bank: how much of what they have there."""

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import HiddenField, SelectField, StringField
from wtforms.validators import Regexp

from app.blueprints.amounts import money, typed_minor
from app.kit.money import Money
from app.kit.tokens import new_token
from app.services.payouts import Offer

__all__ = ["PayoutForm", "amount_of", "blank"]


class PayoutForm(FlaskForm):  # type: ignore[misc]
    """A payout. `key` makes it one payout, however often it is sent. Which currencies there are
    is known once the payment company was asked, so what is none of them has nothing left."""

    amount = StringField(_("Amount"))
    currency = SelectField(_("Currency"), choices=[], validate_choice=False)
    key = HiddenField(
        validators=[Regexp(r"^[0-9a-f]{32}$", message=_("Open the page again and start anew."))]
    )


def blank(offer: Offer) -> PayoutForm:
    """A new form about all that is there, in the first currency."""
    values = {"key": new_token()}
    if offer.left:
        first = offer.left[0]
        values.update(amount=str(first.major), currency=first.currency)
    return PayoutForm(formdata=None, data=values)


def amount_of(offer: Offer, form: PayoutForm) -> Money | str:
    """The amount somebody typed, or what is wrong with it."""
    left = offer.left_in(form.currency.data or "")
    if not left.minor:
        return str(gettext("There is nothing to pay out in this currency."))
    minor = typed_minor(form.amount.data or "", left.currency, offer.step(left.currency))
    if minor is None:
        return str(gettext("Type an amount like %(example)s.", example=left.major))
    if minor > left.minor:
        return str(gettext("Only %(left)s can be paid out now.", left=money(left)))
    return Money(minor, left.currency)
