"""A stateful BTCPay server on loopback that refuses what one refuses.

Tests play the customer, the blockchain and the merchant at their server with the methods below;
what happens leaves calls for the webhooks that are registered (`calls_made`).
"""

from __future__ import annotations

import hashlib
import hmac
import json
from dataclasses import dataclass
from decimal import ROUND_UP, Decimal
from typing import Any

from tests.fakes.btcpay_api import BtcPayApi
from tests.fakes.btcpay_world import ALL, RATE, Invoice, Key, new_id, stamp
from tests.fakes.crypto_checks import CustomerCannot
from tests.fakes.faults import Fault
from tests.fakes.server import Request, Response

__all__ = ["BtcPayFake", "Call", "sign"]


@dataclass(frozen=True)
class Call:
    """One webhook delivery: where it goes, and what it says."""

    url: str
    body: bytes
    headers: dict[str, str]


def sign(body: bytes, secret: str) -> str:
    """The value of BTCPay-Sig."""
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


class BtcPayFake(BtcPayApi):
    """``with BtcPayFake() as fake: fake.key_for("key", "store")``."""

    def key_for(self, key: str, store: str, permissions: tuple[str, ...] = ALL) -> None:
        """Make `key` open a store, with these permissions there."""
        self.world.keys[key] = Key(store, permissions)

    def fault_response(self, request: Request, fault: Fault) -> Response:
        status = fault.options["status"]
        body = fault.options["body"] or {"code": "planned", "message": f"planned fault {status}"}
        return Response(status, body, dict(fault.options["headers"]))

    # The customer, and the blockchain

    def pay(self, number: str, minor: int | None = None, *, confirmed: bool = True) -> None:
        """Coins arrive: what is asked for, or `minor` hundredths of the invoice's currency."""
        with self.world.lock:
            found = self.world.invoices[number]
            if found.status in {"Invalid", "Settled"}:
                raise CustomerCannot(found.status)
            money = found.price if minor is None else Decimal(minor) / 100
            self._arrive(found, money)
            if confirmed:
                self.confirm(number)

    def _arrive(self, found: Invoice, money: Decimal) -> None:
        coins = (money / RATE).quantize(Decimal("0.00000001"), rounding=ROUND_UP)
        payment = {
            "id": f"{new_id()}-0",
            "receivedDate": stamp(),
            "value": str(coins),
            "fee": "0.0",
            "status": "Processing",
            "destination": "bc1q42lja79elem0anu8q8s3h2n687re9jax556pcc",
        }
        found.payments.append(payment)
        late, whole = found.status == "Expired", found.paid >= found.price
        if late:
            found.why = "PaidLate" if whole else "PaidPartial"
        elif whole:
            found.status, found.why = "Processing", "None"
            found.why = "PaidOver" if found.paid > found.price + 1 else "None"
        else:
            found.why = "PaidPartial"
        about = {"afterExpiration": late, "paymentMethodId": "BTC-CHAIN", "payment": payment}
        self.tell("InvoiceReceivedPayment", found, **about)
        if found.status == "Processing":
            self.tell("InvoiceProcessing", found, overPaid=found.why == "PaidOver")

    def confirm(self, number: str) -> None:
        """Every coin that came has its confirmations."""
        with self.world.lock:
            found = self.world.invoices[number]
            for one in found.payments:
                one["status"] = "Settled"
            self.tell("InvoicePaymentSettled", found, afterExpiration=found.status == "Expired")
            if found.status == "Processing":
                found.status = "Settled"
                over = found.why == "PaidOver"
                self.tell("InvoiceSettled", found, manuallyMarked=False, overPaid=over)

    def expire(self, number: str) -> None:
        """The invoice's time is over."""
        with self.world.lock:
            found = self.world.invoices[number]
            if found.status != "New":
                raise CustomerCannot(found.status)
            found.status = "Expired"
            self.tell("InvoiceExpired", found, partiallyPaid=found.why == "PaidPartial")

    def lose(self, number: str) -> None:
        """The coins were never confirmed: a double spend."""
        with self.world.lock:
            found = self.world.invoices[number]
            if not found.payments:
                self._arrive(found, found.price)
            found.status, found.why = "Invalid", "None"
            self.tell("InvoiceInvalid", found, manuallyMarked=False)

    def settle_by_hand(self, number: str) -> None:
        """The merchant marks it settled on their server."""
        with self.world.lock:
            found = self.world.invoices[number]
            found.status, found.why = "Settled", "Marked"
            self.tell("InvoiceSettled", found, manuallyMarked=True, overPaid=False)

    def claim(self, number: str, state: str = "Completed") -> None:
        """The customer claims a pull payment, and it is paid out."""
        with self.world.lock:
            found = self.world.pull_payments[number]
            payout = {"id": new_id(), "pullPaymentId": number, "state": state}
            payout |= {"originalCurrency": found["currency"], "originalAmount": found["amount"]}
            payout |= {"payoutCurrency": "BTC", "payoutMethodId": "BTC-CHAIN"}
            self.world.payouts[number] = [payout]

    # Its calls to us

    @property
    def calls_made(self) -> list[Call]:
        """What every registered webhook was told, in order."""
        made = []
        for kind, invoice, more in self.events:
            for hook in self.world.webhooks.values():
                told = hook.get("authorizedEvents") or {"everything": True}
                wanted = told.get("everything") or kind in told.get("specificEvents", ())
                if hook.get("enabled", True) and wanted:
                    made.append(self._call(hook["url"], kind, invoice, hook["secret"], more))
        return made

    def call_about(self, number: str, kind: str, secret: str, url: str = "") -> Call:
        """One delivery about an invoice, signed with a secret."""
        return self._call(url, kind, self.world.invoices[number], secret, {})

    def _call(self, url: str, kind: str, invoice: Invoice, secret: str, more: Any) -> Call:
        delivery = new_id()
        told = {
            "deliveryId": delivery,
            "webhookId": "hook",
            "originalDeliveryId": delivery,
            "isRedelivery": False,
            "type": kind,
            "timestamp": stamp(),
            "storeId": invoice.store,
            "invoiceId": invoice.id,
            "metadata": invoice.shown()["metadata"],
        }
        body = json.dumps({**told, **more}, indent=2).encode()
        kinds = {"Content-Type": "application/json", "BTCPay-Sig": sign(body, secret)}
        return Call(url, body, kinds)
