"""Stripe's error answers as one exception type."""

from __future__ import annotations

import copy
from typing import Any


class StripeRefusal(Exception):
    """An error answer. ``stored`` says whether an idempotency key remembers it."""

    def __init__(
        self,
        status: int,
        message: str,
        *,
        type: str = "invalid_request_error",
        stored: bool = True,
        **fields: Any,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.stored = stored
        self.fields = {"type": type, "message": message, **fields}

    def body(self, request_id: str, livemode: bool) -> dict[str, Any]:
        """The JSON body."""
        mode = "live" if livemode else "test"
        error = {key: value for key, value in self.fields.items() if value is not None}
        error["request_log_url"] = f"https://dashboard.stripe.com/{mode}/logs/{request_id}"
        if "code" in error:
            error["doc_url"] = f"https://docs.stripe.com/error-codes#{error['code']}"
        return {"error": error}


def invalid(message: str, param: str | None = None, code: str | None = None) -> StripeRefusal:
    """A request that is wrong in itself; idempotency keys do not remember those."""
    return StripeRefusal(400, message, param=param, code=code, stored=False)


def refused(message: str, **fields: Any) -> StripeRefusal:
    """A well-formed request that the object's state does not allow."""
    return StripeRefusal(400, message, **fields)


def unexpected_state(message: str, intent: dict[str, Any] | None) -> StripeRefusal:
    """The error of a payment intent that is not in a state for the call."""
    # A copy: the answer is written after the lock is given back.
    return refused(
        message, code="payment_intent_unexpected_state", payment_intent=copy.deepcopy(intent)
    )


def missing(kind: str, object_id: str, other_mode: str | None = None) -> StripeRefusal:
    """No such object for this account and mode."""
    param = {"payment_intent": "intent", "checkout.session": "session"}.get(kind, "id")
    message = f"No such {kind}: '{object_id}'"
    if other_mode:
        mine = "live" if other_mode == "test" else "test"
        message += (
            f"; a similar object exists in {other_mode} mode, but a {mine} mode key was used "
            "to make this request."
        )
    return StripeRefusal(404, message, code="resource_missing", param=param)
