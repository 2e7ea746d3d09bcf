"""PayPal's refusals in our words.

What is wrong stands in the `issue` of the first detail, or in the `name` where the older webhooks
API writes a sentence there (https://developer.paypal.com/api/rest/responses/#link-errors).
"""

import re

import structlog

from app.adapters.gateways import base
from app.adapters.gateways.wire import Reply

__all__ = ["Refused", "refuse", "refuse_credentials"]

log = structlog.get_logger()

UNDER_WAY = {"ORDER_COMPLETION_IN_PROGRESS", "PREVIOUS_REQUEST_IN_PROGRESS"}
OTHERS_KEY = "DUPLICATE_REQUEST_ID"  # it was used for something else, and that was done
# Statuses by which PayPal says no; 401 and 403 become what they are in the wire.
DEFINITE = {400, 401, 403, 415, 422}
_CODE = re.compile(r"[A-Z][A-Z0-9_]{2,80}", re.ASCII)
# What a customer or a merchant can do something about; of the others PayPal's own words are said.
_WORDS = {
    "INSTRUMENT_DECLINED": "the card or bank turned the payment down",
    "PAYER_ACTION_REQUIRED": "the customer has to confirm once more at PayPal",
    "REDIRECT_PAYER_FOR_ALTERNATE_FUNDING": "the customer has to choose another way to pay",
    "TRANSACTION_REFUSED": "the payment was refused",
    "COMPLIANCE_VIOLATION": "the payment was refused for legal reasons",
    "PAYER_CANNOT_PAY": "this customer cannot pay this",
    "DUPLICATE_INVOICE_ID": "this payment was taken before",
    "PAYEE_ACCOUNT_RESTRICTED": "the merchant's account is restricted",
    "PAYEE_ACCOUNT_LOCKED_OR_CLOSED": "the merchant's account is locked or closed",
    "CAPTURE_FULLY_REFUNDED": "everything was given back already",
    "REFUND_AMOUNT_EXCEEDED": "that is more than is left to give back",
    "REFUND_TIME_LIMIT_EXCEEDED": "too much time has passed since the payment",
    "PENDING_CAPTURE": "the money has not arrived yet",
    "PARTIAL_REFUND_NOT_ALLOWED": "only the whole payment can be given back",
    "REFUND_FAILED_INSUFFICIENT_FUNDS": "the merchant's account has not enough money",
    "WEBHOOK_URL_ALREADY_EXISTS": "another app's webhook has this address",
    "WEBHOOK_NUMBER_LIMIT_EXCEEDED": "the app has as many webhooks as it may have",
}


class Refused(base.Impossible):
    """A definite no, with PayPal's code for the reason."""

    def __init__(self, reason: str, issue: str) -> None:
        super().__init__(reason)
        self.issue = issue


def refuse(reply: Reply) -> base.GatewayError:
    """The error that an answer of 4xx stands for."""
    issue, said = _issue(reply), _said(reply)
    debug_id = str(reply.data.get("debug_id", ""))[:40]
    log.info("paypal.refused", status=reply.status, issue=issue, debug_id=debug_id)
    if reply.status == 404:
        return base.Missing("PayPal does not know it")
    if issue in UNDER_WAY:
        return base.Unavailable("PayPal is still working on an earlier call")
    if issue == OTHERS_KEY:
        return base.Unavailable("PayPal has done something else under this key")
    if reply.status not in DEFINITE:
        return base.Unavailable(f"PayPal answered {reply.status}")
    return Refused(f"PayPal: {_WORDS.get(issue, said)}"[:300], issue)


def refuse_credentials(reply: Reply) -> base.GatewayError:
    """The error that a refused token stands for: RFC 6749, section 5.2."""
    error = str(reply.data.get("error") or "refused")[:60]
    return base.Misconfigured(f"PayPal does not accept this client id and secret ({error})")


def _issue(reply: Reply) -> str:
    found = str(_detail(reply).get("issue") or "")
    return found if _CODE.fullmatch(found) else str(reply.data.get("name") or "")[:80]


def _said(reply: Reply) -> str:
    first = _detail(reply)
    sentence = first.get("description") or first.get("issue") or reply.data.get("message")
    return f"{sentence or f'answered {reply.status}'} ({_issue(reply) or 'no code'})"


def _detail(reply: Reply) -> dict[str, object]:
    details = reply.data.get("details")
    first = details[0] if isinstance(details, list) and details else {}
    return first if isinstance(first, dict) else {}
