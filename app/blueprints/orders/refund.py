"""Giving money back by hand."""

import json

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.blueprints import session
from app.blueprints.orders.acting import refusal
from app.blueprints.orders.refund_form import (
    STATES,
    RefundForm,
    amount_of,
    blank,
    outcome_of,
)
from app.blueprints.orders.refund_sources import OBSTACLE, sources_in_words
from app.kit.errors import AppError
from app.kit.money import Money
from app.models import Refund, RefundStatus
from app.registry import services
from app.services import idempotency, refunds
from app.services.escrow import offering as escrow
from app.services.escrow.going_back import sources_of
from app.services.refunds.offering import Offer, offer

__all__ = ["register"]


def register(bp: Blueprint) -> None:
    bp.route("/orders/<order_id>/refund", methods=["GET", "POST"])(refund)
    bp.get("/orders/<order_id>/refund/outcome")(outcome)


@session.merchant("orders.change")
@session.fresh
def refund(order_id: str) -> ResponseReturnValue:
    payment_id = request.values.get("payment") or None
    found, form = offer(order_id, payment_id), RefundForm()
    if not form.is_submitted():
        return _page(found, blank(found, payment_id))
    if (replay := _look(found, form)) is not None:
        return _gone(order_id, replay.body)
    amount = found.left if "all" in request.form else amount_of(found, form.amount.data or "")
    if not form.validate() or isinstance(amount, str):
        if isinstance(amount, str):
            form.amount.errors = [*form.amount.errors, amount]
        return _page(found, form, status=422)
    if "look" in request.form or not found.is_open:
        return _page(found, form, amount)
    return _ask(found, form, amount)


@session.merchant("orders.change")
def outcome(order_id: str) -> ResponseReturnValue:
    """What would follow, while somebody types."""
    way = request.args.get("way")  # as the page has learned it: no keys are opened to say it again
    found = offer(order_id, request.args.get("payment") or None, way=way)
    amount = amount_of(found, request.args.get("amount", ""))
    return render_template("orders/_outcome.html", outcome=_said(found, amount, _held(found)))


def _key(found: Offer, form: RefundForm) -> idempotency.Key:
    """The form's own key, and with it what it was sent with."""
    call = f"refund-page:{found.order.id}"
    asked = {"all": "all" in request.form, "payment": form.payment.data, "reason": form.reason.data}
    asked["amount"] = None if asked["all"] else form.amount.data
    hash_ = idempotency.fingerprint(call, asked)
    return idempotency.Key(found.order.provider_id, call, form.key.data or "", hash_)


def _look(found: Offer, form: RefundForm) -> idempotency.Replay | None:
    """What this very form was answered before, when it was sent already."""
    if not form.validate():
        return None
    try:
        return idempotency.look(_key(found, form))
    except AppError:
        return None  # said when it is asked for


def _ask(found: Offer, form: RefundForm, amount: Money) -> ResponseReturnValue:
    order_id = found.order.id
    try:
        idempotency.look(_key(found, form))
        body = refunds.create(
            order_id,
            amount,
            reason=form.reason.data,
            actor=session.actor(),
            payment_id=form.payment.data or None,
            key=_key(found, form),
            render=_answer,
        )
    except AppError as error:
        if error.status not in {409, 422}:
            raise
        again = offer(order_id, form.payment.data or None)
        fresh = blank(again, form.payment.data)
        fresh.form_errors.append(refusal(error))
        return _page(again, fresh, status=409)
    return _gone(order_id, body)


def _answer(made: Refund) -> dict[str, str]:
    return {"refund": made.id, "status": made.status}


def _gone(order_id: str, body: bytes) -> ResponseReturnValue:
    status = RefundStatus(json.loads(body)["status"])
    flash(str(STATES[status]), "bad" if status == RefundStatus.failed else "message")
    return redirect(url_for(".show", order_id=order_id, _anchor="refunds"), 303)


def _held(found: Offer) -> escrow.Offer | None:
    """What is held of the order, where anything is."""
    return escrow.offer(found.order.id) if found.order.seller_id else None


def _said(found: Offer, amount: Money | str, held: escrow.Offer | None) -> str:
    """What follows, and where the money comes from if it is held for a seller."""
    if isinstance(amount, str):
        return amount
    said = outcome_of(found, amount)
    sources = sources_of(held, found.payment, amount) if held and found.payment else None
    if held is None or sources is None:
        return said
    if sources.obstacle:
        return str(OBSTACLE[sources.obstacle])
    return f"{said} {sources_in_words(sources, held.seller.name)}"


def _page(
    found: Offer, form: RefundForm, amount: Money | None = None, *, status: int = 200
) -> ResponseReturnValue:
    said = amount_of(found, form.amount.data or "") if amount is None else amount
    held = _held(found)
    page = render_template(
        "orders/refund.html",
        offer=found,
        form=form,
        company=services()[(found.payment or found.order).gateway].title,
        outcome=_said(found, said, held),
        held=held,
    )
    return page, status
