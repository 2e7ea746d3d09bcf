"""Where a provider is told: one more address, a new secret, a test event, on and off."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.blueprints import session
from app.blueprints.forms import refuse
from app.blueprints.providers.forms import ChangedEndpointForm, EndpointForm
from app.blueprints.providers.pages import page, shown_once
from app.kit.errors import AppError
from app.models import WebhookEndpoint
from app.services import providers, webhook_endpoints
from app.services.deliveries import health

__all__ = ["register"]


def register(bp: Blueprint) -> None:
    bp.post("/providers/<slug>/endpoints")(add_endpoint)
    bp.route("/providers/<slug>/endpoints/<endpoint_id>", methods=["GET", "POST"])(endpoint)
    bp.post("/providers/<slug>/endpoints/<endpoint_id>/secret")(replace_secret)
    bp.post("/providers/<slug>/endpoints/<endpoint_id>/ping")(ping)
    bp.post("/providers/<slug>/endpoints/<endpoint_id>/disable")(disable)
    bp.post("/providers/<slug>/endpoints/<endpoint_id>/enable")(enable)


@session.merchant("providers.change")
@session.fresh
def add_endpoint(slug: str) -> ResponseReturnValue:
    provider, form = providers.find(slug), EndpointForm()
    if not form.validate_on_submit():
        return page(provider, endpoint_form=form, status=422)
    try:
        secret = webhook_endpoints.add(
            provider.id, form.url.data or "", form.events.data or [], actor=session.actor()
        )
    except AppError as error:
        return page(provider, endpoint_form=form, status=refuse(form, error, at="url"))
    return shown_once(slug, webhook=secret)


@session.merchant("providers.change")
@session.fresh
def endpoint(slug: str, endpoint_id: str) -> ResponseReturnValue:
    provider = providers.find(slug)
    stored = webhook_endpoints.get(provider.id, endpoint_id)
    form, status = ChangedEndpointForm(data=_values_of(stored)), 200
    if form.validate_on_submit():
        try:
            webhook_endpoints.change(
                provider.id,
                endpoint_id,
                form.url.data or "",
                form.events.data or [],
                actor=session.actor(),
                seen=form.version.data,
            )
            return _back(slug, _("Saved."))
        except AppError as error:
            if error.code == "saved_meanwhile":
                stored = webhook_endpoints.get(provider.id, endpoint_id)
                form.compare(_values_of(stored), webhook_endpoints.version_of(stored))
            status = refuse(form, error, at="url")
    elif form.errors:
        status = 422
    shown = render_template(
        "providers/endpoint.html",
        provider=provider,
        endpoint=stored,
        form=form,
        health=health.of_provider(provider.id)[endpoint_id],
    )
    return shown, status


def _values_of(stored: WebhookEndpoint) -> dict[str, Any]:
    version = webhook_endpoints.version_of(stored)
    return {"url": stored.url, "events": stored.events, "version": version}


@session.merchant("providers.change")
@session.fresh
def replace_secret(slug: str, endpoint_id: str) -> ResponseReturnValue:
    provider = providers.find(slug)
    secret = webhook_endpoints.replace_secret(provider.id, endpoint_id, actor=session.actor())
    return shown_once(slug, webhook=secret)


@session.merchant("providers.change")
def ping(slug: str, endpoint_id: str) -> ResponseReturnValue:
    webhook_endpoints.ping(providers.find(slug).id, endpoint_id)
    return _back(slug, _("A test event is on its way."))


@session.merchant("providers.change")
def disable(slug: str, endpoint_id: str) -> ResponseReturnValue:
    webhook_endpoints.disable(providers.find(slug).id, endpoint_id, actor=session.actor())
    return _back(slug, _("Nothing is sent there any more."))


@session.merchant("providers.change")
def enable(slug: str, endpoint_id: str) -> ResponseReturnValue:
    webhook_endpoints.enable(providers.find(slug).id, endpoint_id, actor=session.actor())
    return _back(slug, _("Webhooks are sent there again."))


def _back(slug: str, said: str) -> ResponseReturnValue:
    flash(said)
    return redirect(url_for(".show", slug=slug), 303)
