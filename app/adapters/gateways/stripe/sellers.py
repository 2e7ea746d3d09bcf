"""What we send to Stripe about sellers, and what it says of them, in our words."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from app.adapters.gateways import base
from app.adapters.gateways.stripe.amounts import from_stripe, to_stripe
from app.kit import clock
from app.kit.money import Money

__all__ = [
    "account",
    "of_account",
    "of_balance",
    "of_payout",
    "of_transfer",
    "payout",
    "reversal",
    "transfer",
]

_PAYOUT = {
    "pending": "pending",
    "in_transit": "pending",
    "paid": "paid",
    "failed": "failed",
    "canceled": "cancelled",
}


def account(request: base.SellerRequest) -> dict[str, Any]:
    """AccountCreateParams. The platform pays Stripe's fees and answers for losses; the seller says
    who they are on Stripe's pages and sees their money in the Express Dashboard."""
    sent: dict[str, Any] = {
        "email": request.email,
        "business_profile": {"name": request.name},
        "controller": {
            "fees": {"payer": "application"},
            "losses": {"payments": "application"},
            "stripe_dashboard": {"type": "express"},
        },
        "capabilities": {"transfers": {"requested": True}},
        "metadata": {"seller_id": request.seller_id, "organization_id": request.org_id},
    }
    if request.country:
        sent["country"] = request.country
    return sent


def transfer(request: base.TransferRequest, charge: str) -> dict[str, Any]:
    """TransferCreateParams of a part of one charge."""
    return {
        **_money(request.money),
        "destination": request.gateway_seller_id,
        "source_transaction": charge,
        "transfer_group": request.order_id,
        "metadata": {"release_id": request.release_id, "order_id": request.order_id},
    }


def reversal(request: base.ReversalRequest) -> dict[str, Any]:
    """TransferReversalCreateParams; the currency is the transfer's."""
    return {
        "amount": to_stripe(request.money.minor, request.money.currency),
        "metadata": {"reversal_id": request.reversal_id},
    }


def payout(request: base.PayoutRequest) -> dict[str, Any]:
    """PayoutCreateParams."""
    return {**_money(request.money), "metadata": {"payout_id": request.payout_id}}


def _money(money: Money) -> dict[str, Any]:
    return {
        "amount": to_stripe(money.minor, money.currency),
        "currency": money.currency.lower(),
    }


def of_account(found: Mapping[str, Any]) -> base.SellerState:
    """A connected account. What decides is whether money may be transferred to it; whether it may
    leave for the bank is another question."""
    needs = found.get("requirements") or {}
    return base.SellerState(
        found["id"],
        _standing(found, needs),
        payouts_enabled=bool(found.get("payouts_enabled")),
        requirements=tuple(needs.get("currently_due") or ()),
    )


def _standing(found: Mapping[str, Any], needs: Mapping[str, Any]) -> str:
    if (found.get("capabilities") or {}).get("transfers") == "active":
        return "ready"
    why = needs.get("disabled_reason") or ""
    # Who has told everything and waits for it to be looked at is not restricted.
    is_stopped = found.get("details_submitted") and why != "requirements.pending_verification"
    return "restricted" if is_stopped and why else "pending"


def of_transfer(found: Mapping[str, Any]) -> base.TransferState:
    """A Transfer."""
    currency = found["currency"].upper()
    return base.TransferState(
        found["id"],
        from_stripe(found["amount"], currency),
        from_stripe(found["amount_reversed"], currency),
        currency,
    )


def of_payout(found: Mapping[str, Any]) -> base.PayoutState:
    """A Payout of a connected account."""
    currency = found["currency"].upper()
    arrives = found.get("arrival_date")
    return base.PayoutState(
        found["id"],
        _PAYOUT.get(found["status"], "pending"),
        Money(from_stripe(found["amount"], currency), currency),
        reference=(found.get("metadata") or {}).get("payout_id"),
        failure=_failure(found),
        arrives_at=clock.from_unix(arrives) if arrives else None,
    )


def _failure(found: Mapping[str, Any]) -> str | None:
    said = found.get("failure_message") or found.get("failure_code")
    return str(said)[:300] if said else None


def of_balance(found: Mapping[str, Any]) -> Sequence[base.Balance]:
    """A Balance, by currency."""
    sums: dict[str, dict[str, int]] = defaultdict(lambda: {"available": 0, "pending": 0})
    for part in ("available", "pending"):
        for one in found.get(part) or ():
            currency = one["currency"].upper()
            sums[currency][part] += from_stripe(one["amount"], currency)
    return [
        base.Balance(currency, one["available"], one["pending"]) for currency, one in sums.items()
    ]
