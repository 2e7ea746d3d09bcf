"""The connection to Stripe: one HTTP client for the process, and Stripe's errors in our words."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import stripe

from app.adapters.gateways import base
from app.adapters.gateways.sessions import Sessions

__all__ = ["API_VERSION", "ONCE", "connect", "translated"]

API_VERSION = "2026-10-28.endive"
CONNECT, READ = 3.0, 9.0  # seconds; with one retry a call stays under 25
# What moves money is asked for once. A refusal of a second question behind our back would count as
# "nothing happened", whatever the lost answer to the first one was; we look before we ask again. So
# is what is looked up before: both together have to end before somebody else may take the move for
# abandoned.
ONCE: Any = {"max_network_retries": 0}

stripe.enable_telemetry = False  # it would write an id below the user's home and send it


_http = stripe.RequestsClient(timeout=(CONNECT, READ), session=Sessions())  # type: ignore[arg-type]


def connect(secret_key: str, base_url: str | None) -> stripe.StripeClient:
    """A client for one key. Cheap: all of them share the HTTP client."""
    return stripe.StripeClient(
        secret_key,
        stripe_version=API_VERSION,
        max_network_retries=1,
        http_client=_http,
        **({"base_addresses": {"api": base_url}} if base_url else {}),  # type: ignore[arg-type]
    )


@contextmanager
def translated(*, creating: bool = False, giving: bool = False) -> Iterator[None]:
    """Turn Stripe's errors into ours (https://docs.stripe.com/api/errors).

    A refused creation made nothing, so `creating` turns a plain 400 into Declined; a key that was
    used with other parameters means that something was made, or with `giving` was given back, so
    that is Unavailable.
    """
    try:
        yield
    except stripe.IdempotencyError as error:
        is_open = creating or giving
        raise (base.Unavailable if is_open else base.Impossible)(_said(error)) from error
    except stripe.CardError as error:
        raise base.Declined(error.user_message or error.code or "declined") from error
    except stripe.PermissionError as error:
        # The SDK keeps no `code` of these. An account that is not, or no longer, joined to ours:
        is_strange = getattr(error.error, "code", None) == "account_invalid"
        raise (base.Missing if is_strange else base.NotPermitted)(_said(error)) from error
    except stripe.AuthenticationError as error:
        raise base.Misconfigured(_said(error)) from error
    except stripe.RateLimitError as error:
        raise base.Busy(_said(error)) from error
    except stripe.InvalidRequestError as error:
        refusal = _invalid(error)
        if creating and type(refusal) is base.Impossible:
            refusal = base.Declined(refusal.reason)
        raise refusal from error
    except stripe.APIConnectionError as error:
        raise base.Unavailable("Stripe could not be reached from this server") from error
    except stripe.StripeError as error:
        raise base.Unavailable(_said(error)) from error


def _invalid(error: stripe.InvalidRequestError) -> base.GatewayError:
    if error.code == "resource_missing":
        return base.Missing(_said(error))
    if error.code == "insufficient_capabilities_for_transfer":
        return base.SellerNotReady(_said(error))
    if error.param in {"payment_method_types", "allowed_payment_method_types"}:
        return base.MethodUnavailable(_said(error))
    if error.code in {"payment_intent_payment_attempt_failed", "amount_too_small"}:
        return base.Declined(_said(error))
    return base.Impossible(_said(error))


def _said(error: stripe.StripeError) -> str:
    return (error.user_message or type(error).__name__)[:300]
