"""The form that releases held money: how much; and what follows, in a sentence."""

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import HiddenField, StringField
from wtforms.validators import Regexp

from app.blueprints.amounts import money, typed_minor
from app.kit.money import Money
from app.kit.tokens import new_token
from app.models import MoveStatus
from app.services.escrow.offering import Offer

__all__ = ["STATES", "ReleaseForm", "amount_of", "blank", "outcome_of"]

# What became of it, once it was asked for.
STATES = {
    MoveStatus.requested: _("The release is being asked for."),
    MoveStatus.succeeded: _("Released."),
    MoveStatus.failed: _("The payment company refused; it is held as before. See why below."),
    MoveStatus.unknown: _(
        "The payment company did not answer. The amount stays set aside and nothing is released "
        "twice; it is asked again by itself."
    ),
}


class ReleaseForm(FlaskForm):  # type: ignore[misc]
    """A release. `key` makes it one release, however often it is sent."""

    amount = StringField(_("Amount"))
    key = HiddenField(
        validators=[Regexp(r"^[0-9a-f]{32}$", message=_("Open the page again and start anew."))]
    )


def blank(offer: Offer) -> ReleaseForm:
    """A new form about all that is left."""
    return ReleaseForm(formdata=None, data={"amount": str(offer.left.major), "key": new_token()})


def amount_of(offer: Offer, typed: str) -> Money | str:
    """The amount somebody typed, or what is wrong with it."""
    minor = typed_minor(typed, offer.order.currency, offer.step)
    if minor is None:
        return str(gettext("Type an amount like %(example)s.", example=offer.left.major))
    if minor > offer.left.minor:
        return str(gettext("Only %(left)s is left to release.", left=money(offer.left)))
    return Money(minor, offer.order.currency)


def outcome_of(offer: Offer, amount: Money) -> str:
    """What follows when this amount is released: whose it is then, to the minor unit."""
    fee, currency = offer.fee_of(amount), amount.currency
    said = gettext(
        "%(amount)s goes to %(seller)s, and %(fee)s stays with you as your fee.",
        amount=money(Money(amount.minor - fee.minor, currency)),
        seller=offer.seller.name,
        fee=money(fee),
    )
    rest = Money(offer.held.minor - amount.minor, currency)
    more = (
        gettext("%(rest)s stays held.", rest=money(rest))
        if rest.minor
        else gettext("Nothing is held afterwards.")
    )
    return f"{said} {more}"
