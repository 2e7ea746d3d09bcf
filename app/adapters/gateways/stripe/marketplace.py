"""Sellers at Stripe: connected accounts, to which money of the platform's charges is transferred.

Separate charges and transfers (https://docs.stripe.com/connect/separate-charges-and-transfers): the
customer pays the platform, and each transfer names the charge that it comes out of, so that it can
be made before that charge's money is available.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import stripe

from app.adapters.gateways import base
from app.adapters.gateways.stripe import disputes, sellers
from app.adapters.gateways.stripe.client import ONCE, translated
from app.kit import clock

__all__ = ["StripeMarketplace"]


class StripeMarketplace:
    """The connected accounts of one platform account."""

    def __init__(self, client: stripe.StripeClient) -> None:
        self.v1: Any = client.v1

    def create_seller(self, request: base.SellerRequest) -> base.SellerState:
        with translated(creating=True):
            made = self.v1.accounts.create(
                sellers.account(request), {"idempotency_key": request.idempotency_key}
            )
        return sellers.of_account(made.to_dict())

    def retrieve_seller(self, gateway_seller_id: str) -> base.SellerState:
        with translated():
            found = self.v1.accounts.retrieve(gateway_seller_id)
        return sellers.of_account(found.to_dict())

    def onboarding_link(
        self, gateway_seller_id: str, refresh_url: str, return_url: str
    ) -> base.Link:
        with translated():
            made = self.v1.account_links.create(
                {
                    "account": gateway_seller_id,
                    "type": "account_onboarding",
                    "refresh_url": refresh_url,
                    "return_url": return_url,
                }
            )
        return base.Link(made.url, clock.from_unix(made.expires_at))

    def transfer(self, request: base.TransferRequest) -> base.TransferState:
        charge = self._charge_of(request.gateway_payment_id)
        with _moving():
            made = self.v1.transfers.create(
                sellers.transfer(request, charge),
                {"idempotency_key": request.idempotency_key, **ONCE},
            )
        return sellers.of_transfer(made.to_dict())

    def find_transfer(self, request: base.TransferRequest) -> base.TransferState | None:
        listed = {"transfer_group": request.order_id, "destination": request.gateway_seller_id}
        with translated():
            made = self.v1.transfers.list({**listed, "limit": 100}, ONCE)
            found = _ours(made, "release_id", request.release_id)
        return sellers.of_transfer(found) if found else None

    def retrieve_transfer(self, gateway_transfer_id: str) -> base.TransferState:
        with translated():
            found = self.v1.transfers.retrieve(gateway_transfer_id)
        return sellers.of_transfer(found.to_dict())

    def reverse(self, gateway_transfer_id: str, request: base.ReversalRequest) -> str:
        with _moving():
            made = self.v1.transfers.reversals.create(
                gateway_transfer_id,
                sellers.reversal(request),
                {"idempotency_key": request.idempotency_key, **ONCE},
            )
        return str(made.id)

    def find_reversal(self, gateway_transfer_id: str, request: base.ReversalRequest) -> str | None:
        with translated():
            made = self.v1.transfers.reversals.list(gateway_transfer_id, {"limit": 100}, ONCE)
            found = _ours(made, "reversal_id", request.reversal_id)
        return str(found["id"]) if found else None

    def balance(self, gateway_seller_id: str) -> Sequence[base.Balance]:
        with translated():
            found = self.v1.balance.retrieve({}, _as(gateway_seller_id))
        return sellers.of_balance(found.to_dict())

    def pay_out(self, gateway_seller_id: str, request: base.PayoutRequest) -> base.PayoutState:
        with _moving():
            made = self.v1.payouts.create(
                sellers.payout(request),
                {**_as(gateway_seller_id), "idempotency_key": request.idempotency_key, **ONCE},
            )
        return sellers.of_payout(made.to_dict())

    def find_payout(
        self, gateway_seller_id: str, request: base.PayoutRequest
    ) -> base.PayoutState | None:
        with translated():
            made = self.v1.payouts.list({"limit": 100}, {**_as(gateway_seller_id), **ONCE})
            found = _ours(made, "payout_id", request.payout_id)
        return sellers.of_payout(found) if found else None

    def retrieve_payout(self, gateway_seller_id: str, gateway_payout_id: str) -> base.PayoutState:
        with translated():
            found = self.v1.payouts.retrieve(gateway_payout_id, {}, _as(gateway_seller_id))
        return sellers.of_payout(found.to_dict())

    def _charge_of(self, intent_id: str) -> str:
        """Raises Missing where this account does not know it, for instance because the keys are
        another account's now: that says nothing of what was moved before. Nor does a refusal to
        show it. Raises Unasked where nothing was paid, Contested while a bank disputes it, which
        Stripe itself would not mind."""
        try:
            with translated():
                expanded = {"expand": ["latest_charge"]}
                intent = self.v1.payment_intents.retrieve(intent_id, expanded, ONCE).to_dict()
                charge = intent.get("latest_charge")
                is_contested = charge and disputes.is_open(self.v1, charge, ONCE)
        except base.Impossible as error:
            raise base.Unavailable(error.reason) from error
        if not charge:
            raise base.Unasked("nothing was paid that could be transferred")
        if is_contested:
            raise base.Contested("the customer's bank contests this payment")
        return str(charge["id"])


@contextmanager
def _moving() -> Iterator[None]:
    """As `translated`, where money moves: what they do not know can never be moved, and a key that
    was used with other parameters means that something was."""
    try:
        with translated(creating=True):
            yield
    except base.Missing as error:
        raise base.Impossible(error.reason) from error


def _as(gateway_seller_id: str) -> dict[str, Any]:
    """Act for a connected account: what follows happens in its own books."""
    return {"stripe_account": gateway_seller_id}


def _ours(listed: Any, name: str, reference: str) -> dict[str, Any] | None:
    """The one of a list's objects that carries our reference."""
    for one in listed.auto_paging_iter():
        found: dict[str, Any] = one.to_dict()
        if (found.get("metadata") or {}).get(name) == reference:
            return found
    return None
