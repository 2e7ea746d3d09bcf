"""The list of providers, a new one, and one with everything about it."""

from collections.abc import Mapping

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.blueprints import once, session
from app.blueprints.forms import refuse
from app.blueprints.logos import LogoForm
from app.blueprints.providers.delivery_words import ERRORS
from app.blueprints.providers.forms import EndpointForm, KeyForm, NewForm, ProviderForm, values_of
from app.blueprints.providers.preview import preview
from app.kit import clock
from app.kit.errors import AppError
from app.models import Provider
from app.registry import services
from app.services import api_keys, logos, providers, webhook_endpoints
from app.services.deliveries import health
from app.services.versions import version_of

__all__ = ["page", "register", "shown_once"]


def register(bp: Blueprint) -> None:
    bp.get("/providers")(index)
    bp.route("/providers/new", methods=["GET", "POST"])(new)
    bp.get("/providers/<slug>")(show)
    bp.post("/providers/<slug>")(save)


@session.merchant("look")
def index() -> ResponseReturnValue:
    return render_template("providers/index.html", providers=providers.index())


@session.merchant("providers.change")
@session.fresh
def new() -> ResponseReturnValue:
    form, status = NewForm(), 200
    if form.validate_on_submit():
        try:
            made = providers.create(
                name=form.name.data or "",
                webhook_url=form.webhook_url.data or None,
                gateway=form.payment_gateway.data or None,
                success_url=form.success_url.data,
                cancel_url=form.cancel_url.data,
                scopes=("payments",),
                actor=session.actor(),
            )
            return shown_once(made.provider.slug, key=made.api_key, webhook=made.webhook_secret)
        except AppError as error:
            status = refuse(form, error)
    elif form.errors:
        status = 422
    return render_template("providers/new.html", form=form, preview=preview), status


@session.merchant("look")
def show(slug: str) -> ResponseReturnValue:
    return page(providers.find(slug), secrets=once.take())


@session.merchant("providers.change")
@session.fresh
def save(slug: str) -> ResponseReturnValue:
    provider, form = providers.find(slug), ProviderForm()
    if not form.validate_on_submit():
        return page(provider, form=form, status=422)
    try:
        changed = providers.update(
            provider.id, _wanted(form), actor=session.actor(), seen=form.version.data
        )
    except AppError as error:
        if error.code == "saved_meanwhile":
            provider = providers.get(provider.id)
            form.compare(values_of(provider), version_of(provider.updated_at))
        return page(provider, form=form, status=refuse(form, error))
    flash(_("Saved."))
    return redirect(url_for(".show", slug=changed.slug), 303)


def shown_once(slug: str, **secrets: str | None) -> ResponseReturnValue:
    """Go to a provider's page, which shows these secrets this once."""
    once.keep(**secrets)
    return redirect(url_for(".show", slug=slug), 303)


def _wanted(form: ProviderForm) -> providers.Settings:
    return providers.Settings(
        name=form.name.data or "",
        slug=form.slug.data or "",
        is_active=form.status.data == "active",
        gateway=form.payment_gateway.data or None,
        use_own_credentials=bool(form.use_own_credentials.data),
        late_policy=form.late_policy.data,
        fallbacks=tuple(
            one for one in (form.fallback_first.data, form.fallback_second.data) if one
        ),
        success_url=form.success_url.data,
        cancel_url=form.cancel_url.data,
    )


def _as_stored(provider: Provider) -> ProviderForm:
    version = version_of(provider.updated_at)
    return ProviderForm(formdata=None, data={**values_of(provider), "version": version})


def page(
    provider: Provider,
    *,
    form: ProviderForm | None = None,
    key_form: KeyForm | None = None,
    endpoint_form: EndpointForm | None = None,
    logo_form: LogoForm | None = None,
    secrets: Mapping[str, str] | None = None,
    status: int = 200,
) -> ResponseReturnValue:
    """One provider with its keys and endpoints; `secrets` are shown this once."""
    keys = api_keys.list_of(provider.id)
    shown = render_template(
        "providers/provider.html",
        provider=provider,
        form=form or _as_stored(provider),
        key_form=key_form or KeyForm(formdata=None),
        endpoint_form=endpoint_form or EndpointForm(formdata=None),
        logo=logos.of(provider.id),
        logo_form=logo_form or LogoForm(formdata=None),
        keys=keys,
        is_called=any(one.last_used_at for one in keys),
        endpoints=webhook_endpoints.list_of(provider.id),
        health=health.of_provider(provider.id),
        last_errors=webhook_endpoints.last_errors(provider.id),
        error_words=ERRORS,
        payment_services=[one for one in services().values() if one.gateway and one.fields],
        secrets=secrets or {},
        preview=preview,
        now=clock.now(),
    )
    return shown, status
