"""What goes into an export of orders."""

from typing import Any

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import SelectChoice, SelectField, SelectMultipleField, widgets
from wtforms.validators import InputRequired

from app.blueprints import moments
from app.kit.zones import zones
from app.services import exports

__all__ = ["ExportForm"]

TITLES = {
    "order_id": _("Order id"),
    "external_id": _("External id"),
    "created_at": _("Made"),
    "paid_at": _("Paid at"),
    "status": _("Status"),
    "item": _("Item"),
    "amount": _("Amount"),
    "refunded": _("Refunded amount"),
    "currency": _("Currency"),
    "customer_email": _("Customer's e-mail address"),
    "provider": _("Provider"),
    "gateway": _("Payment company"),
    "gateway_payment_id": _("The company's payment id"),
    "mode": _("Mode"),
}


def _columns() -> list[Any]:
    return [SelectChoice(name, TITLES[name]) for name in exports.COLUMNS]


def _zones() -> list[Any]:
    return [SelectChoice(one, one.replace("_", " ")) for one in zones()]


class ExportForm(FlaskForm):  # type: ignore[misc]
    """Columns and time zone; which orders stands in the address."""

    columns = SelectMultipleField(
        _("Columns"),
        [InputRequired(_("Choose at least one column."))],
        choices=_columns,
        default=list(TITLES),
        widget=widgets.ListWidget(prefix_label=False),
        option_widget=widgets.CheckboxInput(),
    )
    zone = SelectField(_("Time zone"), choices=_zones, default=moments.zone_name)
