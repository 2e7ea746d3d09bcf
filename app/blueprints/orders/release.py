"""Releasing held money to the seller by hand."""

import json

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.blueprints import session
from app.blueprints.orders import escrow_words
from app.blueprints.orders.acting import refusal
from app.blueprints.orders.release_form import (
    STATES,
    ReleaseForm,
    amount_of,
    blank,
    outcome_of,
)
from app.kit.errors import AppError
from app.kit.money import Money
from app.models import MoveStatus
from app.services import escrow, idempotency
from app.services.escrow import Escrow
from app.services.escrow.offering import Offer, offer

__all__ = ["register"]


def register(bp: Blueprint) -> None:
    bp.route("/orders/<order_id>/release", methods=["GET", "POST"])(release)
    bp.get("/orders/<order_id>/release/outcome")(release_outcome)


@session.merchant("payouts.change")
@session.fresh
def release(order_id: str) -> ResponseReturnValue:
    found, form = offer(order_id), ReleaseForm()
    if not form.is_submitted():
        return _page(found, blank(found))
    if (replay := _look(found, form)) is not None:
        return _gone(order_id, replay.body)
    amount = found.left if "all" in request.form else amount_of(found, form.amount.data or "")
    if not form.validate() or (isinstance(amount, str) and not found.obstacle):
        if isinstance(amount, str):
            form.amount.errors = [*form.amount.errors, amount]
        return _page(found, form, status=422)
    if isinstance(amount, str) or "look" in request.form or found.obstacle:
        return _page(found, form)
    return _ask(found, form, amount)


@session.merchant("payouts.change")
def release_outcome(order_id: str) -> ResponseReturnValue:
    """What would follow, while somebody types."""
    found = offer(order_id)
    return render_template(
        "orders/_outcome.html", outcome=_said(found, request.args.get("amount", ""))
    )


def _key(found: Offer, form: ReleaseForm) -> idempotency.Key:
    """The form's own key, and with it what it was sent with."""
    call = f"release-page:{found.order.id}"
    is_all = "all" in request.form
    asked = {"all": is_all, "amount": None if is_all else form.amount.data}
    hash_ = idempotency.fingerprint(call, asked)
    return idempotency.Key(found.order.provider_id, call, form.key.data or "", hash_)


def _look(found: Offer, form: ReleaseForm) -> idempotency.Replay | None:
    """What this very form was answered before, when it was sent already."""
    if not form.validate():
        return None
    try:
        return idempotency.look(_key(found, form))
    except AppError:
        return None  # said when it is asked for


def _ask(found: Offer, form: ReleaseForm, amount: Money) -> ResponseReturnValue:
    order_id, key = found.order.id, _key(found, form)
    try:
        idempotency.look(key)
        body = escrow.release(order_id, amount, actor=session.actor(), key=key, render=_answer)
    except AppError as error:
        if error.status not in {409, 422}:
            raise
        again = offer(order_id)
        fresh = blank(again)
        fresh.form_errors.append(refusal(error))
        return _page(again, fresh, status=409)
    return _gone(order_id, body)


def _answer(found: Escrow) -> dict[str, str]:
    """The newest release is the one that was asked for: there is one at a time."""
    made = found.releases[-1]
    return {"release": made.id, "status": made.status}


def _gone(order_id: str, body: bytes) -> ResponseReturnValue:
    status = MoveStatus(json.loads(body)["status"])
    flash(str(STATES[status]), "bad" if status == MoveStatus.failed else "message")
    return redirect(url_for(".show", order_id=order_id, _anchor="escrow"), 303)


def _said(found: Offer, typed: str) -> str:
    amount = amount_of(found, typed)
    return amount if isinstance(amount, str) else outcome_of(found, amount)


def _page(found: Offer, form: ReleaseForm, *, status: int = 200) -> ResponseReturnValue:
    page = render_template(
        "orders/release.html",
        offer=found,
        form=form,
        words=escrow_words,
        outcome=_said(found, form.amount.data or ""),
    )
    return page, status
