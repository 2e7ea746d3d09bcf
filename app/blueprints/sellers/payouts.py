"""A seller's payouts: all there were, and one that is asked for by hand."""

import json
import re

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.blueprints import session
from app.blueprints.sellers import payout_words, words
from app.blueprints.sellers.payout_form import PayoutForm, amount_of, blank
from app.kit.errors import AppError
from app.kit.money import Money
from app.models import Payout, PayoutStatus, Seller
from app.registry import services
from app.services import idempotency, payouts, sellers
from app.services.payouts import Offer

__all__ = ["register"]

_ID = re.compile(r"pyo_[0-9A-Z]{26}")
_LOST = {PayoutStatus.failed, PayoutStatus.cancelled}


def register(bp: Blueprint) -> None:
    bp.get("/sellers/<seller_id>/payouts")(show_payouts)
    bp.route("/sellers/<seller_id>/payouts/new", methods=["GET", "POST"])(pay_out)


@session.merchant("look")
def show_payouts(seller_id: str) -> ResponseReturnValue:
    seller, before = sellers.get(seller_id), request.args.get("before", "")
    found, older = payouts.page(seller_id, cursor=before if _ID.fullmatch(before) else None)
    return render_template(
        "sellers/payouts.html",
        seller=seller,
        payouts=found,
        older=older,
        words=words,
        can_be_paid_out=payouts.can_be_paid_out(seller),
    )


@session.merchant("payouts.change")
@session.fresh
def pay_out(seller_id: str) -> ResponseReturnValue:
    seller, form = sellers.get(seller_id), PayoutForm()
    if form.is_submitted() and (replay := _look(seller, form)) is not None:
        return _gone(seller_id, replay.body)
    found = payouts.offer(seller_id)
    if not form.is_submitted() or found.obstacle:
        return _page(found, blank(found))
    amount = amount_of(found, form)
    if not form.validate() or isinstance(amount, str):
        if isinstance(amount, str):
            form.amount.errors = [*form.amount.errors, amount]
        return _page(found, form, status=422)
    return _ask(found, form, amount)


def _key(seller: Seller, form: PayoutForm) -> idempotency.Key:
    """The form's own key, and with it what it was sent with."""
    call = f"payout-page:{seller.id}"
    asked = {"amount": form.amount.data, "currency": form.currency.data}
    hash_ = idempotency.fingerprint(call, asked)
    return idempotency.Key(seller.provider_id, call, form.key.data or "", hash_)


def _look(seller: Seller, form: PayoutForm) -> idempotency.Replay | None:
    """What this very form was answered before, when it was sent already."""
    if not form.validate():
        return None
    try:
        return idempotency.look(_key(seller, form))
    except AppError:
        return None  # said when it is asked for


def _ask(found: Offer, form: PayoutForm, amount: Money) -> ResponseReturnValue:
    seller, key = found.seller, _key(found.seller, form)
    try:
        idempotency.look(key)
        body = payouts.create(seller.id, amount, actor=session.actor(), key=key, render=_answer)
    except AppError as error:
        if error.status not in {409, 422}:
            raise
        again = payouts.offer(seller.id)
        fresh = blank(again)
        fresh.form_errors.append(payout_words.refused(error))
        return _page(again, fresh, status=409)
    return _gone(seller.id, body)


def _answer(made: Payout) -> dict[str, str]:
    return {"payout": made.id, "status": made.status}


def _gone(seller_id: str, body: bytes) -> ResponseReturnValue:
    status = PayoutStatus(json.loads(body)["status"])
    flash(str(payout_words.STATES[status]), "bad" if status in _LOST else "message")
    return redirect(url_for(".show", seller_id=seller_id, _anchor="payouts"), 303)


def _page(found: Offer, form: PayoutForm, *, status: int = 200) -> ResponseReturnValue:
    form.currency.choices = [one.currency for one in found.left]
    page = render_template(
        "sellers/payout.html",
        offer=found,
        form=form,
        words=payout_words,
        company=services()[found.seller.gateway].title,
    )
    return page, status
