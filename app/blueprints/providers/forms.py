"""What a merchant says about a provider."""

from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    SelectChoice,
    SelectField,
    SelectMultipleField,
    StringField,
    URLField,
    widgets,
)
from wtforms.validators import InputRequired, Length, Optional

from app.blueprints.forms import StoredForm
from app.extensions import settings
from app.models import EventType, LatePolicy, Provider
from app.models.provider import SCOPES
from app.registry import services
from app.services.events import DEFAULT_EVENTS

__all__ = ["ChangedEndpointForm", "EndpointForm", "KeyForm", "NewForm", "ProviderForm", "values_of"]

_LONG = Length(max=2048)
_CODE = {"spellcheck": "false", "autocomplete": "off"}
_PLACES = _("Use {orderId}, {externalId} or {status} where you need them.")


class _Boxes(SelectMultipleField):  # type: ignore[misc]
    widget = widgets.ListWidget(prefix_label=False)
    option_widget = widgets.CheckboxInput()


def _choices(*pairs: tuple[str, Any]) -> list[Any]:
    return [SelectChoice(value, label) for value, label in pairs]


def _gateways() -> list[Any]:
    active = [
        (name, spec.title) for name, spec in services().items() if spec.gateway and spec.is_active
    ]
    usual = services()[settings().default_gateway].title
    default = gettext("Platform default: %(gateway)s", gateway=usual)
    return _choices(("", default), *active)


def _fallbacks() -> list[Any]:
    able = [
        (name, spec.title)
        for name, spec in services().items()
        if spec.gateway and spec.is_active and not spec.gateway.is_builtin
    ]
    return _choices(("", gettext("Nobody")), *able)


def _with_preview(name: str) -> dict[str, str]:
    """While somebody types, the line below shows where the address leads."""
    return {
        **_CODE,
        "hx-get": "/providers/new/preview",
        "hx-trigger": "input changed delay:400ms",
        "hx-target": f"#{name}-preview",
        "hx-swap": "outerHTML",
    }


class _Form(FlaskForm):  # type: ignore[misc]
    name = StringField(_("Name"), [InputRequired(), Length(max=120)])
    payment_gateway = SelectField(_("Payment company"), choices=_gateways)
    success_url = URLField(
        _("Send paid customers to"),
        [Optional(), _LONG],
        description=_PLACES,
        render_kw=_with_preview("success_url"),
    )
    cancel_url = URLField(
        _("Send cancelling customers to"),
        [Optional(), _LONG],
        render_kw=_with_preview("cancel_url"),
    )


class NewForm(_Form):
    webhook_url = URLField(
        _("Send webhooks to"),
        [Optional(), _LONG],
        description=_("You can add this later, and more than one."),
        render_kw=_CODE,
    )


class ProviderForm(_Form, StoredForm):
    slug = StringField(_("Short name in addresses"), [Optional(), Length(max=100)], render_kw=_CODE)
    status = SelectField(
        _("Status"),
        choices=_choices(
            ("active", _("Active")), ("inactive", _("Inactive: its keys are refused"))
        ),
    )
    fallback_first = SelectField(
        _("If it does not work, take over with"),
        choices=_fallbacks,
        default="",
        description=_("Only where its keys are of the same mode, test or live."),
    )
    fallback_second = SelectField(_("And then with"), choices=_fallbacks, default="")
    late_policy = SelectField(
        _("Money that comes after the deadline"),
        choices=_choices(
            (str(LatePolicy.accept), _("Accept it: the order is paid")),
            (str(LatePolicy.refund), _("Send it back")),
            (str(LatePolicy.hold), _("Keep it and ask me")),
        ),
        default=str(LatePolicy.accept),
    )
    use_own_credentials = BooleanField(_("Use own keys for this provider where it has some"))


class KeyForm(FlaskForm):  # type: ignore[misc]
    scopes = _Boxes(
        _("What the key may do"),
        choices=_choices(*((one, one) for one in SCOPES)),
        default=["payments"],
    )


class EndpointForm(FlaskForm):  # type: ignore[misc]
    url = URLField(_("Address"), [InputRequired(), _LONG], render_kw=_CODE)
    events = _Boxes(
        _("Events"),
        choices=_choices(*((str(one), str(one)) for one in EventType if one != EventType.ping)),
        default=[str(one) for one in DEFAULT_EVENTS],
    )


class ChangedEndpointForm(EndpointForm, StoredForm):
    pass


def values_of(provider: Provider) -> dict[str, Any]:
    """A provider as its form shows it."""
    return {
        "name": provider.name,
        "slug": provider.slug,
        "status": "active" if provider.is_active else "inactive",
        "payment_gateway": provider.payment_gateway or "",
        "fallback_first": "".join(provider.fallback_gateways[:1]),
        "fallback_second": "".join(provider.fallback_gateways[1:2]),
        "late_policy": provider.late_policy,
        "use_own_credentials": provider.use_own_credentials,
        "success_url": provider.success_url or "",
        "cancel_url": provider.cancel_url or "",
    }
