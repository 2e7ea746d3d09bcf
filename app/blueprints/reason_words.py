"""Why a payment or a refund did not happen, in the reader's language as far as the words are ours:
what a company wrote itself is shown as it wrote it. What only one adapter says is in its entry."""

import re

from flask import Flask
from flask_babel import gettext
from flask_babel import lazy_gettext as _

from app.registry import reasons

__all__ = ["PATTERNS", "REASONS", "init_app", "reason_of"]

REASONS = {
    "the seller's account does not hold that much any more": _(
        "The seller's account does not hold that much any more"
    ),
    "the seller's account does not hold that much": _(
        "The seller's account does not hold that much"
    ),
    "no answer for a day: look at the company whether it has an account for them": _(
        "No answer for a day: look at the company whether it has an account for them"
    ),
    "the stored credentials are incomplete or do not open": _(
        "The stored keys are incomplete, or cannot be read"
    ),
    "the stored keys are of another mode (test, live) than this payment": _(
        "The stored keys are of another mode, test or live, than this payment"
    ),
    "what became of it could not be found out: the operator's log says why": _(
        "What became of it could not be found out: the operator's log says why"
    ),
    "somebody looked at the payment company: it was not made": _(
        "Somebody looked at the payment company: it was not made"
    ),
    "stopped by a dispute": _("Stopped by a dispute"),
    "less is held by now": _("Less is held by now"),
    "stopped: the customer's bank has it": _("Stopped: the customer's bank has it"),
    "the customer's bank contests this payment": _("The customer's bank contests this payment"),
    "that is more than is left of the payment": _("That is more than is left of the payment"),
    "something was paid already, or may have been": _(
        "Something was paid already, or may have been"
    ),
    "the address is not one that may be called from here": _(
        "The address is not one that may be called from here"
    ),
    "the address leads on to another one: give that one": _(
        "The address leads on to another one: give that one"
    ),
    "the file is empty": _("The file is empty"),
    "The file is larger than 1 MiB": _("The file is larger than 1 MiB"),
    "SVG is not taken: save it as PNG first": _("SVG is not taken: save it as PNG first"),
    "That is not an image: PNG, JPEG, WebP or GIF can be used": _(
        "That is not an image: PNG, JPEG, WebP or GIF can be used"
    ),
    "The image is damaged: save it once more and try again": _(
        "The image is damaged: save it once more and try again"
    ),
    "ImageKit is not set up completely: look at it under Integrations": _(
        "ImageKit is not set up completely: look at it under Integrations"
    ),
    "it could not be written on this server": _("It could not be written on this server"),
    "the server did not answer in time": _("The server did not answer in time"),
    "the server could not be reached": _("The server could not be reached"),
}
# Sentences with a company's name, or a state of its, in them.
PATTERNS = {
    r"the payment is succeeded": _("It was paid already"),
    r"the payment is (?:cancelled|expired)": _("It had ended already"),
    r"the payment is processing": _("It is being paid"),
    r"(?P<company>[\w ]+) asks us to wait": _("%(company)s asks us to wait"),
    r"(?P<company>[\w ]+) could not be reached.*": _("%(company)s could not be reached"),
    r"(?P<company>[\w ]+) did not answer in time": _("%(company)s did not answer in time"),
    r"the server answered (?P<status>\d{3})": _("The server answered %(status)s"),
    r"The image has more than (?P<most>\d+) pixels on a side: make it smaller first": _(
        "The image has more than %(most)s pixels on a side: make it smaller first"
    ),
    r"(?P<company>[\w ]+) answered (?P<status>\d{3})": _("%(company)s answered %(status)s"),
    r"no answer for a day, and the gateway shows (?:nothing of it|no such \w+)": _(
        "No answer for a day, and the company shows nothing of it"
    ),
    r"not fetched back from the seller: (?P<reason>.+)": _(
        "Not fetched back from the seller: %(reason)s"
    ),
    r"(?P<code>\w+): put aside by a person": _("Put aside by a person"),
}


def init_app(app: Flask) -> None:
    """Give every template the filter `reason`."""
    app.add_template_filter(reason_of, "reason")


def reason_of(noted: str) -> str:
    """A reason as it was noted, in the reader's language where it is one of ours."""
    for known in (noted.rstrip("."), noted):
        if known in REASONS:
            return str(REASONS[known])
        if known in reasons():
            return str(gettext(reasons()[known]))
    for pattern, said in PATTERNS.items():
        if found := re.fullmatch(pattern, noted):
            named = found.groupdict()
            if "reason" in named:
                named["reason"] = reason_of(named["reason"])
            return str(said) % named
    return noted
