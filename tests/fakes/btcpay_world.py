"""What a BTCPay server knows: keys, stores, invoices, webhooks, pull payments."""

from __future__ import annotations

import secrets
import threading
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from app.kit import clock

__all__ = ["ALL", "Invoice", "Key", "World", "new_id", "stamp"]

ALL = (
    "btcpay.store.cancreateinvoice",
    "btcpay.store.canviewinvoices",
    "btcpay.store.canmodifyinvoices",
    "btcpay.store.webhooks.canmodifywebhooks",
    "btcpay.store.cancreatepullpayments",
    "btcpay.store.canmanagepullpayments",
)
RATE = Decimal("64000")  # of one bitcoin, in every currency
WINDOW = 15 * 60  # seconds an invoice lives, by the store's settings


def new_id() -> str:
    """22 letters and digits, as theirs are."""
    return secrets.token_hex(11)


def stamp() -> int:
    """The moment as theirs are written: Unix seconds."""
    return int(clock.now().timestamp())


@dataclass
class Key:
    """An API key: whose store it opens and what it may do there."""

    store: str
    permissions: tuple[str, ...] = ALL

    def may(self, permission: str, store: str) -> bool:
        return self.store == store and permission in self.permissions


@dataclass
class Invoice:
    """One invoice and the coins that came."""

    id: str
    store: str
    asked: dict[str, Any]
    base: str
    status: str = "New"
    why: str = "None"
    payments: list[dict[str, Any]] = field(default_factory=list)
    created: int = field(default_factory=stamp)

    @property
    def price(self) -> Decimal:
        return Decimal(self.asked["amount"])

    @property
    def paid(self) -> Decimal:
        coins = [Decimal(one["value"]) for one in self.payments if one["status"] != "Invalid"]
        return (sum(coins, Decimal(0)) * RATE).quantize(Decimal("0.01"))

    def shown(self) -> dict[str, Any]:
        """InvoiceData."""
        return {
            "id": self.id,
            "storeId": self.store,
            "amount": self.asked["amount"],
            "paidAmount": str(self.paid),
            "currency": self.asked["currency"],
            "type": "Standard",
            "checkoutLink": f"{self.base}/i/{self.id}",
            "createdTime": self.created,
            "expirationTime": self.created + WINDOW,
            "monitoringExpiration": self.created + WINDOW + 86_400,
            "status": self.status,
            "additionalStatus": self.why,
            "availableStatusesForManualMarking": ["Settled", "Invalid"],
            "archived": False,
            "metadata": self.asked.get("metadata") or {},
            "checkout": self.asked.get("checkout") or {},
            "receipt": {},
        }

    def methods(self) -> list[dict[str, Any]]:
        """InvoicePaymentMethodDataModel, of the one way to pay there is."""
        due = (self.price / RATE).quantize(Decimal("0.00000001"))
        address = "bc1q42lja79elem0anu8q8s3h2n687re9jax556pcc"
        return [
            {
                "paymentMethodId": "BTC-CHAIN",
                "currency": "BTC",
                "destination": address,
                "paymentLink": f"bitcoin:{address}?amount={due}",
                "rate": str(RATE),
                "amount": str(due),
                "payments": self.payments,
                "activated": True,
            }
        ]


class World:
    """All of it, behind one lock."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.keys: dict[str, Key] = {}
        self.invoices: dict[str, Invoice] = {}
        self.webhooks: dict[str, dict[str, Any]] = {}
        self.pull_payments: dict[str, dict[str, Any]] = {}
        self.payouts: dict[str, list[dict[str, Any]]] = {}
