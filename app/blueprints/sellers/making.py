"""A new seller, made by hand. Sent twice, the form makes one."""

import json

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.blueprints import session
from app.blueprints.forms import refuse
from app.blueprints.sellers.making_form import SellerForm
from app.blueprints.sellers.refusals import refusal
from app.kit.errors import AppError
from app.kit.tokens import new_token
from app.models import Seller
from app.services import idempotency, providers, sellers
from app.services.sellers import Wanted

__all__ = ["register"]

SAID = {400, 402, 409, 422, 502}  # refusals that a person can do something about


def register(bp: Blueprint) -> None:
    bp.route("/sellers/new", methods=["GET", "POST"])(new)


@session.merchant("payouts.change")
@session.fresh
def new() -> ResponseReturnValue:
    form, status = SellerForm(providers.index(), sellers.gateways_that_pay()), 200
    if form.validate_on_submit():
        try:
            return _to(json.loads(_make(form))["seller"])
        except AppError as error:
            if error.status not in SAID:
                raise
            if "sellerId" in error.details:  # written down: a task goes on asking
                flash(refusal(error), "bad")
                return _to(error.details["sellerId"])
            error.message = refusal(error)
            status = refuse(form, error, at="gateway")
            form.key.data = new_token()  # what is sent next is another request
    elif form.errors:
        status = 422
    return render_template("sellers/new.html", form=form), status


def _make(form: SellerForm) -> bytes:
    asker = sellers.asker_of(form.provider_id)
    call = "seller-page"
    hash_ = idempotency.fingerprint(call, form.typed)
    key = idempotency.Key(asker.provider_id, call, form.key.data or "", hash_)
    if replay := idempotency.look(key):
        return replay.body
    wanted = Wanted(**form.typed)
    made = sellers.create(asker, wanted, actor=session.actor(), key=key, render=_answer)
    flash(_("The seller was made."))
    return made


def _answer(made: Seller) -> dict[str, str]:
    return {"seller": made.id}


def _to(seller_id: str) -> ResponseReturnValue:
    return redirect(url_for(".show", seller_id=seller_id), 303)
