"""Paying sellers out of what customers paid: asked of gateways that keep accounts for them.

Amounts are integers in minor units. What moves money carries our key, and may be repeated with it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from app.kit.money import Money

__all__ = [
    "Balance",
    "Link",
    "Marketplace",
    "PayoutRequest",
    "PayoutState",
    "ReversalRequest",
    "SellerRequest",
    "SellerState",
    "TransferRequest",
    "TransferState",
]


@dataclass(frozen=True)
class SellerRequest:
    """Somebody to keep an account for."""

    seller_id: str  # our reference
    org_id: str
    name: str
    email: str
    country: str | None
    idempotency_key: str


@dataclass(frozen=True)
class SellerState:
    """How a seller's account stands there now."""

    gateway_seller_id: str
    status: str  # pending, ready, restricted
    payouts_enabled: bool = False
    requirements: tuple[str, ...] = ()  # what they want to know, by their names for it


@dataclass(frozen=True)
class Link:
    """A page of theirs that a seller opens once."""

    url: str
    expires_at: datetime | None = None


@dataclass(frozen=True)
class TransferRequest:
    """Money of one payment, for one seller."""

    release_id: str  # our reference
    order_id: str
    gateway_seller_id: str
    gateway_payment_id: str  # the customer's money that it comes out of
    money: Money
    idempotency_key: str


@dataclass(frozen=True)
class TransferState:
    """What they say of a transfer, in absolute amounts."""

    gateway_transfer_id: str
    amount_minor: int
    reversed_minor: int
    currency: str


@dataclass(frozen=True)
class ReversalRequest:
    """Money of a transfer, back from the seller."""

    reversal_id: str  # our reference
    money: Money
    idempotency_key: str


@dataclass(frozen=True)
class PayoutRequest:
    """Money of a seller's balance, to their bank."""

    payout_id: str  # our reference
    money: Money
    idempotency_key: str


@dataclass(frozen=True)
class PayoutState:
    """What they say of a payout: pending, paid, failed, cancelled."""

    gateway_payout_id: str
    status: str
    money: Money
    reference: str | None = None  # ours, where we asked for it
    failure: str | None = None
    arrives_at: datetime | None = None


@dataclass(frozen=True)
class Balance:
    """What a seller has there in one currency."""

    currency: str
    available_minor: int
    pending_minor: int


class Marketplace(Protocol):
    """The part of a gateway that pays sellers.

    Every call may raise Misconfigured, Busy, Unavailable; one that asks for something, Impossible
    with the reason when they refuse for good what is asked with this key, now and whenever it was
    asked before; Unasked when it was not asked at all, because of what was seen first.
    """

    def create_seller(self, request: SellerRequest) -> SellerState:
        """Open an account for a seller, once for each key."""
        ...

    def retrieve_seller(self, gateway_seller_id: str) -> SellerState:
        """How the account stands. Raises Missing when it is no longer joined to ours."""
        ...

    def onboarding_link(self, gateway_seller_id: str, refresh_url: str, return_url: str) -> Link:
        """A page on which the seller says who they are. It works once: when it is stale they are
        sent to `refresh_url`, when they are done to `return_url`."""
        ...

    def transfer(self, request: TransferRequest) -> TransferState:
        """Move money of a payment to a seller, once for each key. Raises SellerNotReady where they
        may be paid later; Contested where they know that the customer's bank has still to
        decide."""
        ...

    def find_transfer(self, request: TransferRequest) -> TransferState | None:
        """After a time-out: the transfer that this request made, None when it made none."""
        ...

    def retrieve_transfer(self, gateway_transfer_id: str) -> TransferState:
        """How a transfer stands. Raises Missing."""
        ...

    def reverse(self, gateway_transfer_id: str, request: ReversalRequest) -> str:
        """Fetch money of a transfer back, once for each key; their id of it. Raises Impossible
        when the seller does not have it any more."""
        ...

    def find_reversal(self, gateway_transfer_id: str, request: ReversalRequest) -> str | None:
        """After a time-out: the id of what this request fetched back, None when it did nothing."""
        ...

    def balance(self, gateway_seller_id: str) -> Sequence[Balance]:
        """What a seller has there, by currency."""
        ...

    def pay_out(self, gateway_seller_id: str, request: PayoutRequest) -> PayoutState:
        """Send a seller's money to their bank, once for each key."""
        ...

    def find_payout(self, gateway_seller_id: str, request: PayoutRequest) -> PayoutState | None:
        """After a time-out: the payout that this request made, None when it made none."""
        ...

    def retrieve_payout(self, gateway_seller_id: str, gateway_payout_id: str) -> PayoutState:
        """How a payout stands. Raises Missing."""
        ...
