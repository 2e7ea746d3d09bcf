"""The sandbox's accounts for sellers, who need to say nothing of themselves."""

from collections.abc import Sequence
from typing import Protocol

from app.adapters.gateways import base

__all__ = ["SandboxMarketplace", "SellerBooks"]


class SellerBooks(Protocol):
    """What the sandbox company keeps about sellers."""

    def open_seller(self, request: base.SellerRequest) -> str:
        """Open an account, once for each key; its id."""
        ...

    def has_seller(self, seller_id: str) -> bool:
        """Whether there is such an account."""
        ...

    def transfer(self, request: base.TransferRequest) -> base.TransferState:
        """Move money of a payment, once for each key. Raises Impossible for more than came."""
        ...

    def find_transfer(self, key: str) -> base.TransferState | None:
        """The transfer made with this key, if there is one."""
        ...

    def transfer_state(self, transfer_id: str) -> base.TransferState:
        """How it stands. Raises Missing."""
        ...

    def reverse(self, transfer_id: str, request: base.ReversalRequest) -> str:
        """Fetch money back, once for each key. Raises Impossible when it is gone."""
        ...

    def find_reversal(self, key: str) -> str | None:
        """What was fetched back with this key, if anything was."""
        ...

    def seller_balance(self, seller_id: str) -> Sequence[base.Balance]:
        """What an account has."""
        ...

    def pay_out(self, seller_id: str, request: base.PayoutRequest) -> base.PayoutState:
        """Send money away, once for each key. Raises Impossible for more than there is."""
        ...

    def find_payout(self, key: str) -> base.PayoutState | None:
        """The payout made with this key, if there is one."""
        ...

    def payout_state(self, payout_id: str) -> base.PayoutState:
        """How it stands. Raises Missing."""
        ...


class SandboxMarketplace:
    """A seller's account is ready at once, and every payout arrives at once."""

    def __init__(self, books: SellerBooks) -> None:
        self.books = books

    def create_seller(self, request: base.SellerRequest) -> base.SellerState:
        return _ready(self.books.open_seller(request))

    def retrieve_seller(self, gateway_seller_id: str) -> base.SellerState:
        if not self.books.has_seller(gateway_seller_id):
            raise base.Missing("the sandbox does not know this seller")
        return _ready(gateway_seller_id)

    def onboarding_link(
        self, gateway_seller_id: str, refresh_url: str, return_url: str
    ) -> base.Link:
        return base.Link(return_url)  # there is nothing to ask

    def transfer(self, request: base.TransferRequest) -> base.TransferState:
        return self.books.transfer(request)

    def find_transfer(self, request: base.TransferRequest) -> base.TransferState | None:
        return self.books.find_transfer(request.idempotency_key)

    def retrieve_transfer(self, gateway_transfer_id: str) -> base.TransferState:
        return self.books.transfer_state(gateway_transfer_id)

    def reverse(self, gateway_transfer_id: str, request: base.ReversalRequest) -> str:
        return self.books.reverse(gateway_transfer_id, request)

    def find_reversal(self, gateway_transfer_id: str, request: base.ReversalRequest) -> str | None:
        return self.books.find_reversal(request.idempotency_key)

    def balance(self, gateway_seller_id: str) -> Sequence[base.Balance]:
        return self.books.seller_balance(gateway_seller_id)

    def pay_out(self, gateway_seller_id: str, request: base.PayoutRequest) -> base.PayoutState:
        return self.books.pay_out(gateway_seller_id, request)

    def find_payout(
        self, gateway_seller_id: str, request: base.PayoutRequest
    ) -> base.PayoutState | None:
        return self.books.find_payout(request.idempotency_key)

    def retrieve_payout(self, gateway_seller_id: str, gateway_payout_id: str) -> base.PayoutState:
        return self.books.payout_state(gateway_payout_id)


def _ready(seller_id: str) -> base.SellerState:
    return base.SellerState(seller_id, "ready", payouts_enabled=True)
