"""Deliveries in a merchant's words: how they stand, what went wrong, why a try was made."""

from flask_babel import gettext
from flask_babel import lazy_gettext as _

from app.models import Attempt, Delivery, DeliveryStatus
from app.services.deliveries.log import NO_ANSWER

__all__ = ["ANSWERS", "ERRORS", "STATUS", "TONE", "TRIGGERS", "problem_of"]

STATUS = {
    DeliveryStatus.pending: _("On its way"),
    DeliveryStatus.succeeded: _("Delivered"),
    DeliveryStatus.failed: _("Given up"),
    DeliveryStatus.paused: _("Held back"),
    DeliveryStatus.cancelled: _("Cancelled"),
}
TONE = {DeliveryStatus.succeeded: "good", DeliveryStatus.failed: "warn"}
ANSWERS = {
    "2": _("2xx: taken"),
    "3": _("3xx: redirected"),
    "4": _("4xx: refused"),
    "5": _("5xx: broken"),
    NO_ANSWER: _("No answer"),
}
ERRORS = {
    "E_TIMEOUT": _("The receiver did not answer within 15 seconds."),
    "E_CONNECT": _("The receiver took no connection: it is down, or a firewall is in between."),
    "E_DNS": _("The address has a name that leads nowhere."),
    "E_TLS": _("The receiver's certificate is not valid for that name."),
    "E_HTTP": _("What came back is not HTTP."),
    "E_BLOCKED": _("The address leads into a network that is not called from here."),
    "E_SECRET": _("The endpoint's secret does not open, so nothing can be signed. Make a new one."),
    "E_INTERNAL": _("Something broke on our side; the operator's log says what."),
}
TRIGGERS = {
    "manual": _("by hand"),
    "replay": _("once more, with others"),
    "schedule": _("on schedule"),
}


def problem_of(one: Delivery | Attempt) -> str:
    """What went wrong the last time, in a sentence; empty when nothing did."""
    if isinstance(one, Delivery):
        code, status = one.last_error, one.last_status_code
    else:
        code, status = one.error, one.status_code
    if code is None:
        return ""
    if code != "E_STATUS":
        return str(ERRORS.get(code, code))
    if status is not None and 300 <= status < 400:
        return str(gettext("It answered %(status)s: redirects are not followed.", status=status))
    return str(gettext("It answered %(status)s, which is not a 2xx.", status=status))
