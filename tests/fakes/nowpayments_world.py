"""What NOWPayments knows: accounts, coins and their rates, invoices and payments."""

from __future__ import annotations

import itertools
import threading
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import ROUND_UP, Decimal
from typing import Any

from app.kit import clock

__all__ = ["COINS", "Account", "Coin", "Payment", "World", "now", "valid_until"]


@dataclass(frozen=True)
class Coin:
    """One coin on one network; `least` in US dollars."""

    rate: Decimal  # US dollars for one
    decimals: int
    least: Decimal = Decimal("1")
    address: str = "bc1qfake"


COINS = {
    "btc": Coin(Decimal("64000"), 8, address="bc1q42lja79elem0anu8q8s3h2n687re9jax556pcc"),
    "eth": Coin(Decimal("2500"), 12, address="0xd1cDE08A07cD25adEbEd35c3867a59228C09B606"),
    "usdcerc20": Coin(Decimal("1"), 6, address="0xd1cDE08A07cD25adEbEd35c3867a59228C09B607"),
    "usdc": Coin(Decimal("1"), 6, address="0xd1cDE08A07cD25adEbEd35c3867a59228C09B607"),
    "usdttrc20": Coin(Decimal("1"), 6, address="TNDFkiSmBQorNFacb3735q8MnT29sn8BLn"),
    "trx": Coin(Decimal("0.25"), 6, address="TVKHbLc47BnMbdE7QN4X5Q1FtyZLGGiTo8"),
}


@dataclass
class Account:
    """One merchant's."""

    key: str
    ipn_secret: str
    coins: set[str] = field(default_factory=lambda: {"btc", "eth", "usdcerc20", "usdttrc20"})


@dataclass
class Payment:
    """One payment of an invoice, as GET /v1/payment/{id} shows it."""

    account: str
    callback: str | None
    shown: dict[str, Any]

    @property
    def id(self) -> str:
        return str(self.shown["payment_id"])


class World:
    """All of it, behind one lock."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.accounts: dict[str, Account] = {}
        self.invoices: dict[str, dict[str, Any]] = {}
        self.payments: dict[str, Payment] = {}
        self._ids = itertools.count(5_077_125_051)

    def next_id(self) -> int:
        return next(self._ids)

    def new_invoice(self, account: Account, sent: dict[str, Any], base: str) -> dict[str, Any]:
        """An invoice; numbers come back as text and letters in capitals, as theirs do."""
        number = str(self.next_id())
        asked = ("order_id", "order_description", "ipn_callback_url", "success_url", "cancel_url")
        made = {
            "id": number,
            "token_id": "5603669597",
            **{name: sent.get(name) for name in asked},
            "price_amount": str(sent["price_amount"]),
            "price_currency": sent["price_currency"].upper(),
            "pay_currency": sent.get("pay_currency"),
            "invoice_url": f"{base}/payment/?iid={number}",
            "created_at": now(),
            "updated_at": now(),
            "is_fixed_rate": False,
        }
        self.invoices[number] = {**made, "account": account.key, "price": sent["price_amount"]}
        return made

    def new_payment(
        self, invoice: dict[str, Any], ticker: str, parent: Payment | None = None
    ) -> Payment:
        """A payment of an invoice by one coin, at the rate of this moment."""
        coin, number = COINS[ticker], self.next_id()
        step = Decimal(1).scaleb(-coin.decimals)
        price = Decimal(invoice["price"])
        shown = {
            "payment_id": number,
            "parent_payment_id": parent.shown["payment_id"] if parent else None,
            "invoice_id": int(invoice["id"]),
            "payment_status": "waiting",
            "pay_address": parent.shown["pay_address"] if parent else coin.address,
            "payin_extra_id": None,
            "price_amount": price,
            "price_currency": invoice["price_currency"].lower(),
            "pay_amount": (price / coin.rate).quantize(step, rounding=ROUND_UP),
            "actually_paid": Decimal(0),
            "pay_currency": ticker,
            "order_id": invoice["order_id"],
            "order_description": invoice["order_description"],
            "purchase_id": str(self.next_id()),
            "outcome_amount": price,
            "outcome_currency": "usdttrc20",
            "created_at": now(),
            "updated_at": now(),
        }
        made = Payment(invoice["account"], invoice["ipn_callback_url"], shown)
        self.payments[made.id] = made
        return made


def now() -> str:
    """The moment as theirs are written."""
    return clock.iso(clock.now())


def valid_until() -> str:
    """When a payment made now expires there."""
    return clock.iso(clock.now() + timedelta(hours=24))
