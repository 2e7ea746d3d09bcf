"""The checkout page and what its buttons do."""

from contextlib import AbstractContextManager
from typing import Any

from flask import Blueprint, Response, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.blueprints.checkout import form_targets, language, tokens
from app.blueprints.checkout.finding import find
from app.extensions import limiter
from app.kit.errors import AppError, Refused
from app.models import Order
from app.services import checkout, redirects
from app.services.checkout import Found, Page

__all__ = ["register"]

ASKING = "30/minute"  # requests about one order that ask its gateway
ANSWERS = ("phone", "email")
RETURN_AFTER = 5  # seconds until a customer who paid is sent back to the provider


def register(bp: Blueprint) -> None:
    bp.get("/checkout/o/<token>")(show)
    bp.post("/checkout/o/<token>/pay")(pay)
    bp.get("/checkout/o/<token>/status")(status)
    bp.get("/checkout/o/<token>/return")(come_back)
    bp.post("/checkout/o/<token>/cancel")(cancel)
    bp.post("/checkout/o/<token>/retry")(retry)
    bp.get("/checkout/o/<token>/qr")(qr)


def show(token: str) -> ResponseReturnValue:
    return _page(token, checkout.page(find(token)))


def pay(token: str) -> ResponseReturnValue:
    found = find(token)
    tokens.check(token)
    with _few(token):
        return _pay(token, found)


def _few(token: str) -> AbstractContextManager[None]:
    """An order's address is known to strangers at times: it must not wear a gateway out."""
    return limiter.shared_limit(ASKING, "checkout", key_func=lambda: f"asks:{token}")


def _pay(token: str, found: Found) -> ResponseReturnValue:
    answers = {name: request.form.get(name, "").strip()[:254] for name in ANSWERS}
    try:
        page = checkout.pay(found, request.form.get("method", ""), answers, language.locale())
    except AppError as error:
        return _page(token, checkout.page(found), error)
    if page.redirect_url:
        return redirect(language.kept(page.redirect_url), 303)
    return redirect(url_for(".show", token=token, **language.chosen()), 303)


def status(token: str) -> ResponseReturnValue:
    """The fragment the page polls: from the database alone, final in a final state."""
    return render_template("checkout/_state.html", **_shown(token, checkout.page(find(token))))


def come_back(token: str) -> ResponseReturnValue:
    with _few(token):
        checkout.come_back(find(token), request.args.to_dict())
    return redirect(url_for(".show", token=token, **language.chosen()), 303)


def cancel(token: str) -> ResponseReturnValue:
    found = find(token)
    tokens.check(token)
    with _few(token):
        return _cancel(token, found)


def _cancel(token: str, found: Found) -> ResponseReturnValue:
    try:
        checkout.give_up(found)
    except AppError as error:
        return _page(token, checkout.page(found), error)
    page = checkout.page(found)
    if back := _filled(page.provider.cancel_url, page.order):
        return redirect(back, 303)
    return redirect(url_for(".show", token=token, **language.chosen()), 303)


def retry(token: str) -> ResponseReturnValue:
    """After a failure: back to the choice of methods, without a second charge by itself."""
    find(token)
    tokens.check(token)
    return redirect(url_for(".show", token=token, choose="1", **language.chosen()), 303)


def qr(token: str) -> ResponseReturnValue:
    """The gateway's QR image from our own origin, so that the browser speaks to nobody else."""
    with _few(token):
        content_type, body = checkout.image(find(token))
    return Response(body, mimetype=content_type)


def _page(token: str, page: Page, error: AppError | None = None) -> ResponseReturnValue:
    shown = _shown(token, page)
    status = 200 if error is None else 422 if isinstance(error, Refused) else error.status
    return render_template("checkout/page.html", error=error, **shown), status


def _filled(url: str | None, order: Order) -> str | None:
    return redirects.fill(url, redirects.of_order(order)) if url else None


def _shown(token: str, page: Page) -> dict[str, Any]:
    g.locale_hint = page.order.locale
    order = page.order
    g.style = page.brand.css
    form_targets.allow_plain(page.provider.cancel_url)
    success_url, cancel_url = page.provider.success_url, page.provider.cancel_url
    return {
        "page": page,
        "order": order,
        "token": token,
        "csrf_token": tokens.token_for(token),
        "is_choosing": order.status == "pending" or (order.is_payable and "choose" in request.args),
        "return_after": RETURN_AFTER,
        "success_url": _filled(success_url, order),
        "cancel_url": _filled(cancel_url, order),
        "language": language.chosen(),
        "continue_url": language.kept(page.redirect_url) if page.redirect_url else None,
    }
