"""Sending an endpoint once more what it did not take: begun, watched and stopped on one page."""

from datetime import datetime, timedelta
from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import DateTimeLocalField
from wtforms.validators import InputRequired

from app.blueprints import moments, session
from app.blueprints.forms import refuse
from app.kit import clock
from app.kit.errors import AppError
from app.models import WebhookEndpoint
from app.services import providers, webhook_endpoints
from app.services.deliveries import replays

__all__ = ["ReplayForm", "register"]

USUAL = timedelta(hours=24)  # back, where nothing says since when the endpoint fails


class ReplayForm(FlaskForm):  # type: ignore[misc]
    since = DateTimeLocalField(
        _("Everything given up since"),
        [InputRequired(_("Choose a day and a time."))],
    )

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.since.description = gettext(
            "Day and time in %(zone)s; at most 14 days back, and 10,000 deliveries at once.",
            zone=moments.zone_title(),
        )


def register(bp: Blueprint) -> None:
    path = "/providers/<slug>/endpoints/<endpoint_id>/replay"
    bp.get(path)(replay)
    bp.post(path)(start_replay)
    bp.post(f"{path}/cancel")(cancel_replay)


@session.merchant("look")
def replay(slug: str, endpoint_id: str) -> ResponseReturnValue:
    endpoint = _endpoint(slug, endpoint_id)
    now = clock.now()
    since = max(endpoint.failing_since or now - USUAL, now - replays.FURTHEST + USUAL / 24)
    form = ReplayForm(formdata=None, data={"since": since.astimezone(moments.zone())})
    return _page(slug, endpoint, form)


@session.merchant("orders.change")
def start_replay(slug: str, endpoint_id: str) -> ResponseReturnValue:
    endpoint, form = _endpoint(slug, endpoint_id), ReplayForm()
    if not form.validate_on_submit():
        return _page(slug, endpoint, form, 422)
    moment: datetime = form.since.data
    try:
        replays.start(endpoint_id, moment.replace(tzinfo=moments.zone()), actor=session.actor())
    except AppError as error:
        return _page(slug, endpoint, form, refuse(form, error))
    return redirect(url_for(".replay", slug=slug, endpoint_id=endpoint_id), 303)


@session.merchant("orders.change")
def cancel_replay(slug: str, endpoint_id: str) -> ResponseReturnValue:
    _endpoint(slug, endpoint_id)
    if running := replays.latest(endpoint_id):
        replays.cancel(running.replay.id, actor=session.actor())
        flash(gettext("Nothing more is sent; what was under way already goes on."))
    return redirect(url_for(".replay", slug=slug, endpoint_id=endpoint_id), 303)


def _endpoint(slug: str, endpoint_id: str) -> WebhookEndpoint:
    return webhook_endpoints.get(providers.find(slug).id, endpoint_id)


def _page(
    slug: str, endpoint: WebhookEndpoint, form: ReplayForm, status: int = 200
) -> ResponseReturnValue:
    shown = render_template(
        "providers/replay.html",
        slug=slug,
        endpoint=endpoint,
        form=form,
        latest=replays.latest(endpoint.id),
    )
    return shown, status
