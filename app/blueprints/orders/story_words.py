"""The story of an order in sentences: what happened, and who did it."""

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _

from app.blueprints.amounts import rewritten
from app.blueprints.attention_words import ATTENTION
from app.blueprints.reason_words import reason_of
from app.models import Attention
from app.registry import gateways, services
from app.services.orders.story import CREATED, HEARD, SENT, Line

__all__ = ["ACTORS", "SENTENCES", "actor_of", "sentence_of"]

SENTENCES = {
    CREATED: _("The order was created: %(amount)s."),
    HEARD: _("%(gateway)s called: %(type)s."),
    SENT: _("%(event)s was sent to %(url)s, attempt %(number)s: %(outcome)s."),
    "order.paid": _("The order is paid."),
    "order.failed": _("The payment failed; the customer may try again until the deadline."),
    "order.cancelled": _("The order was cancelled."),
    "order.expired": _("The deadline passed: the order has expired."),
    "order.abandoned": _("The order could not be made: %(reason)s."),
    "order.gateway_changed": _("%(after)s took over from %(before)s, which did not do."),
    "order.late_accepted": _("The money that came late was accepted."),
    "item_image.not_shown": _("The picture of the item is not shown: %(reason)s."),
    "payment.method": _("The customer chose how to pay: %(method)s."),
    "payment.created": _("A payment was prepared."),
    "payment.pending": _("The payment waits for the customer."),
    "payment.processing": _("The payment is under way."),
    "payment.succeeded": _("The money came."),
    "payment.failed": _("The payment failed: %(reason)s."),
    "payment.cancelled": _("The payment was cancelled: %(reason)s."),
    "payment.expired": _("The payment has expired."),
    "payment.superseded": _("Another payment took this one's place."),
    "payment.unknown": _("The payment company gave no answer: %(reason)s."),
    "payment.refunded": _("%(amount)s went back to the customer."),
    "payment.refund_taken_back": _(
        "%(amount)s did not go back after all, and counts as not refunded."
    ),
    "refund.requested": _("A refund of %(amount)s was asked for%(cause)s."),
    "refund.succeeded": _("The refund succeeded."),
    "refund.failed": _("The refund failed: %(reason)s."),
    "refund.unanswered": _("No answer about the refund: %(reason)s."),
    "refund.said_made": _("The refund was made: somebody looked on the company's own pages."),
    "refund.said_not_made": _("The refund was not made: somebody looked there."),
    "escrow.held": _("%(amount)s is held for the seller."),
    "escrow.release_requested": _("%(amount)s is to be released to the seller."),
    "escrow.released": _("The seller got %(amount)s; the fee is %(fee)s."),
    "escrow.release_failed": _("The release failed: %(reason)s."),
    "escrow.release_unanswered": _("No answer about the release: %(reason)s."),
    "escrow.said_not_released": _(
        "The release was not made: somebody looked on the company's own pages."
    ),
    "escrow.said_not_reversed": _(
        "Nothing was fetched back from the seller: somebody looked on the company's own pages."
    ),
    "escrow.reversed": _("%(amount)s was fetched back from the seller."),
    "escrow.reversal_failed": _(
        "What a refund needed could not be fetched back from the seller: %(reason)s."
    ),
    "escrow.reversal_unanswered": _("No answer about what is fetched back: %(reason)s."),
    "escrow.disputed": _("What is held was disputed: the clock stands still.%(why)s"),
    "escrow.resumed": _("The dispute is over: the clock runs on."),
    "escrow.reminded": _("The owners were reminded that held money is released in three days."),
    "escrow.date_waits": _(
        "Its date has come, and how the payment stands could not be asked: %(reason)s."
    ),
    "escrow.uncovered": _("%(amount)s more went out than was held."),
    "mail.failed": _("A letter did not reach the customer: %(reason)s."),
    "payment.charged_back": _("The customer's bank contests the payment."),
    "payment.chargeback_won": _("The bank decided for you: the money is here again."),
    "payment.chargeback_lost": _("The bank decided for the customer, who has the money back."),
    "escrow.charged_back": _(
        "The customer's bank contests the payment: what is held stands still."
    ),
    "escrow.chargeback_won": _("The bank decided for you: the money is here again."),
    "escrow.chargeback_lost": _("The bank decided for the customer, who has the money back."),
    "escrow.reversed_elsewhere": _(
        "%(amount)s was fetched back from the seller on the payment company's own pages."
    ),
    "note.written": _("Note: %(text)s"),
    "webhooks.resent": _("The order's webhooks are sent again: %(count)s."),
    "attention.looked_at": _("“%(code)s” is dealt with."),
    "attention.amount_mismatch": _("Another amount came: %(received)s, not %(expected)s."),
    "attention.mode_mismatch": _("A test payment came for a live order, or the other way round."),
    "attention.account_mismatch": _("The money went into another account."),
    "attention.paid_late": _("The money came after the deadline; %(policy)s."),
    "attention.duplicate_payment": _("The customer paid a second time."),
}
ACTORS = {
    "gatehouse": _("Gatehouse"),
    "gateway": _("the payment company"),
    "api": _("the provider, by the API"),
    "sync": _("the provider, who asked"),
    "reconciler": _("Gatehouse, which asked"),
    "return page": _("the customer, who came back"),
    "customer": _("the customer"),
    "clock": _("the clock"),
    "refund": _("Gatehouse, after a refund"),
}
POLICIES = {
    "accept": _("it is accepted, as the provider has it"),
    "refund": _("it goes back, as the provider has it"),
    "hold": _("it is held, as the provider has it"),
}
CAUSES = {
    "duplicate": _(", because the customer paid twice"),
    "late": _(", because the money came late"),
}


class _Known(dict[str, str]):
    """What a line tells; one from before something was noted tells less."""

    def __missing__(self, key: str) -> str:
        return str(gettext("no reason given")) if key == "reason" else "?"


def sentence_of(line: Line) -> str:
    """What a line says. A remark of a gateway is told as it is; a kind that is no longer written is
    its code."""
    template = SENTENCES.get(line.kind)
    if template is None:
        note = line.data.get("note")
        remark = gettext("%(company)s remarks: %(note)s", company=_title(line.actor), note=note)
        return str(remark) if note else line.kind
    return str(template) % _Known(_words(line.data))


def actor_of(line: Line) -> str:
    """Who did it: a person by their address, a company by its name."""
    return str(ACTORS.get(line.actor) or _title(line.actor))


def _words(data: Mapping[str, Any]) -> dict[str, str]:
    said = {name: str(value) for name, value in data.items() if value is not None}
    said |= {name: _title(said[name]) for name in ("gateway", "before", "after") if name in said}
    if "method" in said:
        said["method"] = _method(said["method"])
    if "failure" in said:
        said.setdefault("reason", said["failure"])
    for name in {"amount", "fee", "expected", "received"} & set(said):
        said[name] = rewritten(said[name])
    if said.get("code") in ATTENTION and "number" not in said:
        said["code"] = str(ATTENTION[Attention(said["code"])].short)
    if said.get("policy") in POLICIES:
        said["policy"] = str(POLICIES[said["policy"]])
    said["cause"] = str(CAUSES.get(said.get("cause", ""), ""))
    said["outcome"] = _outcome(data)
    note = said.get("note")
    said["why"] = f" {gettext('Reason: %(note)s', note=note)}" if note else ""
    if "reason" in said:
        said["reason"] = reason_of(said["reason"]).rstrip(".")
    return said


def _outcome(data: Mapping[str, Any]) -> str:
    if data.get("code"):
        return str(gettext("answered %(code)s", code=data["code"]))
    if data.get("error"):
        return str(gettext("not delivered (%(error)s)", error=data["error"]))
    return str(gettext("no end is known"))


def _method(name: str) -> str:
    """A way to pay by its title, which is the same at every company."""
    every = (one for spec in gateways().values() for one in spec.methods)
    return next((str(gettext(one.title)) for one in every if one.name == name), name)


def _title(key: str) -> str:
    return services()[key].title if key in services() else key
