"""One order with everything about it, and what may be done to it."""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.blueprints import hold_words, session
from app.blueprints.attention_words import ATTENTION
from app.blueprints.orders import escrow, escrow_words, story_words, words
from app.blueprints.orders.acting import done
from app.blueprints.orders.refund_form import REASONS
from app.registry import gateway, services
from app.services import refunds
from app.services.escrow import offering
from app.services.inbound import look as inbound
from app.services.orders import differences, ending, look, mending, noting, resending, story

__all__ = ["register"]


def register(bp: Blueprint) -> None:
    bp.get("/orders/<order_id>")(show)
    bp.post("/orders/<order_id>/sync")(sync)
    bp.post("/orders/<order_id>/cancel")(cancel)
    bp.post("/orders/<order_id>/note")(note)
    bp.post("/orders/<order_id>/resend")(resend)


@session.merchant("look")
def show(order_id: str) -> ResponseReturnValue:
    whole = look.get(order_id)
    return render_template(
        "orders/order.html",
        whole=whole,
        sayable=refunds.sayable_of(whole.payments, whole.refunds),
        difference=differences.of(order_id),
        held=offering.offer(order_id) if whole.order.seller_id else None,
        lines=story.of(order_id),
        calls=inbound.calls_of(order_id) if session.may("orders.change") else [],
        companies=services(),
        method_of=_method_of,
        said=words,
        reasons=REASONS,
        told=story_words,
        attention=ATTENTION,
        hold_words=hold_words,
        escrow_words=escrow_words,
        longest=noting.LONGEST,
        longest_reason=escrow.LONGEST,
    )


def _method_of(company: str, name: str | None) -> str:
    """A method by its title, in the reader's language."""
    method = gateway(company).method(name) if name else None
    return str(_(method.title)) if method else name or ""


@session.merchant("orders.change")
def sync(order_id: str) -> ResponseReturnValue:
    """Ask the gateway how the order and its refunds stand."""

    def act() -> None:
        mending.ask_again(order_id, actor=session.actor())

    return done(order_id, act, _("Asked: this is how it stands now."))


@session.merchant("orders.change")
def cancel(order_id: str) -> ResponseReturnValue:
    def act() -> None:
        ending.cancel(order_id, actor=session.actor())

    return done(order_id, act, _("Cancelled: nobody can pay it any more."))


@session.merchant("orders.change")
def note(order_id: str) -> ResponseReturnValue:
    def act() -> None:
        noting.note(order_id, request.form.get("text", ""), actor=session.actor())

    return done(order_id, act, _("Noted."))


@session.merchant("orders.change")
def resend(order_id: str) -> ResponseReturnValue:
    """Send the order's webhooks once more."""
    sent: list[int] = []

    def act() -> None:
        sent.append(resending.resend(order_id, actor=session.actor()))

    def success() -> str:
        return str(_("Webhooks on their way again: %(count)s.", count=sent[0]))

    return done(order_id, act, success)
