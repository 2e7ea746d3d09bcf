"""A stateful NOWPayments on loopback that refuses what NOWPayments refuses.

Tests play the customer with the methods below and count the money in the ledger; every change of a
payment leaves a signed call (`calls_made`), to be handed to whom it is meant for.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qs

from tests.fakes.crypto_checks import CustomerCannot, description, problems, read_json
from tests.fakes.faults import Fault
from tests.fakes.nowpayments_calls import js, signature
from tests.fakes.nowpayments_world import COINS, Account, Payment, World, now, valid_until
from tests.fakes.server import FakeServer, Request, Response

__all__ = ["Call", "NowPaymentsFake"]


@dataclass(frozen=True)
class Call:
    """One IPN: where it goes, and what it says."""

    url: str | None
    body: bytes
    headers: dict[str, str]


class _No(Exception):
    def __init__(self, status: int, code: str, message: str) -> None:
        self.response = Response(status, {"statusCode": status, "code": code, "message": message})


class NowPaymentsFake(FakeServer):
    """``with NowPaymentsFake() as fake: fake.account("key", "secret")``."""

    def __init__(self) -> None:
        super().__init__()
        self.world = World()
        self.calls_made: list[Call] = []

    def account(self, key: str, ipn_secret: str, **traits: Any) -> Account:
        """Make `key` open an account; `coins` are the tickers that are switched on there."""
        made = self.world.accounts[key] = Account(key, ipn_secret, **traits)
        return made

    # The API

    def handle(self, request: Request) -> Response:
        if request.path == "/v1/status":
            return Response(200, {"message": "OK"})
        try:
            with self.world.lock:
                account = self._who(request)
                failure = self.work_started(request)
                if failure is not None:
                    return self.fault_response(request, failure)
                return self._route(request, account)
        except _No as refusal:
            return refusal.response

    def fault_response(self, request: Request, fault: Fault) -> Response:
        status = fault.options["status"]
        body = fault.options["body"] or {
            "statusCode": status,
            "code": "INTERNAL_ERROR",
            "message": f"planned fault {status}",
        }
        return Response(status, body, dict(fault.options["headers"]))

    def _who(self, request: Request) -> Account:
        key = request.headers.get("x-api-key")
        if not key:
            raise _No(401, "AUTH_REQUIRED", "Authorization header is empty")
        if key not in self.world.accounts:
            raise _No(403, "INVALID_API_KEY", "Invalid api key")
        request.account = key
        return self.world.accounts[key]

    def _route(self, request: Request, account: Account) -> Response:
        where = f"{request.method} {request.path}"
        if where == "GET /v1/merchant/coins":
            return Response(200, {"selectedCurrencies": sorted(c.upper() for c in account.coins)})
        if where == "GET /v1/min-amount":
            return self._least(request)
        if where == "POST /v1/invoice":
            return self._invoice(request, account)
        if where == "POST /v1/invoice-payment":
            return self._payment(request, account)
        if request.method == "GET" and request.path.rstrip("/") == "/v1/payment":
            raise _No(401, "AUTH_REQUIRED", "Authorization header is empty (Bearer JWTtoken)")
        if request.method == "GET" and request.path.startswith("/v1/payment/"):
            return self._look(request, account)
        raise _No(404, "NOT_FOUND", "Endpoint not found")

    def _sent(self, request: Request, name: str) -> dict[str, Any]:
        if "json" not in request.headers.get("Content-Type", ""):
            raise _No(400, "INVALID_REQUEST_PARAMS", "Content-Type must be application/json")
        sent = request.params = read_json(request.body)
        for where, said in problems("nowpayments", name, sent):
            raise _No(400, "INVALID_REQUEST_PARAMS", f"{where}: {said}")
        return sent

    def _invoice(self, request: Request, account: Account) -> Response:
        sent = self._sent(request, "invoice")
        if sent["price_currency"] not in description("nowpayments")["fiat"]:
            raise _No(400, "BAD_REQUEST", f"Currency {sent['price_currency']} was not found")
        return Response(200, self.world.new_invoice(account, sent, self.url))

    def _payment(self, request: Request, account: Account) -> Response:
        sent = self._sent(request, "invoice-payment")
        invoice = self.world.invoices.get(str(sent["iid"]))
        if invoice is None or invoice["account"] != account.key:
            raise _No(404, "NOT_FOUND", "Invoice not found")
        ticker = sent["pay_currency"]
        if ticker not in account.coins or ticker not in COINS:
            raise _No(400, "CURRENCY_UNAVAILABLE", f"Currency {ticker} is currently unavailable")
        if Decimal(invoice["price"]) < COINS[ticker].least:
            raise _No(400, "AMOUNT_MINIMAL_ERROR", "amountTo is too small")
        made = self.world.new_payment(invoice, ticker)
        self._tell(made)
        # Ids come as text here and as numbers elsewhere, as theirs do.
        more = {"payment_id": made.id, "valid_until": valid_until(), "network_precision": "8"}
        return _json(201, {**made.shown, **more})

    def _look(self, request: Request, account: Account) -> Response:
        found = self.world.payments.get(request.path.rsplit("/", 1)[1])
        if found is None or found.account != account.key:
            raise _No(404, "PAYMENT_NOT_FOUND", "Payment not found")
        return _json(200, found.shown)

    def _least(self, request: Request) -> Response:
        query = {name: values[0] for name, values in parse_qs(request.query).items()}
        ticker = query.get("currency_from", "")
        if ticker not in COINS:
            raise _No(400, "BAD_REQUEST", "currency_from is unknown")
        coin = COINS[ticker]
        found = {"currency_from": ticker, "currency_to": query.get("currency_to", ticker)}
        found["min_amount"] = coin.least / coin.rate
        if query.get("fiat_equivalent"):
            found["fiat_equivalent"] = coin.least
        return _json(200, found)

    # The customer, and the blockchain

    def pay(self, payment_id: str, share: Decimal | int = 1) -> None:
        """The coins arrive and are taken: all of them, a part (`share` 0.5), or more."""
        found = self._payable(payment_id)
        sent = found.shown["pay_amount"] * Decimal(share)
        status = "finished" if sent >= found.shown["pay_amount"] else "partially_paid"
        self.change(payment_id, payment_status=status, actually_paid=sent)

    def see(self, payment_id: str, status: str = "confirming") -> None:
        """The coins are seen on their way."""
        found = self._payable(payment_id)
        self.change(payment_id, payment_status=status, actually_paid=found.shown["pay_amount"])

    def fail(self, payment_id: str) -> None:
        self.change(payment_id, payment_status="failed")

    def expire(self, payment_id: str) -> None:
        self.change(payment_id, payment_status="expired")

    def refund(self, payment_id: str) -> None:
        """The merchant gives the coins back in NOWPayments' dashboard."""
        self.change(payment_id, payment_status="refunded")

    def start_on_page(self, invoice_id: str, ticker: str) -> str:
        """The customer picks a coin on the invoice's own page; the new payment's id."""
        with self.world.lock:
            made = self.world.new_payment(self.world.invoices[invoice_id], ticker)
            self._tell(made)
        return made.id

    def deposit_again(self, payment_id: str, coins: Decimal) -> str:
        """Coins are sent to an address that was used already; the new payment's id."""
        with self.world.lock:
            parent = self.world.payments[payment_id]
            invoice = self.world.invoices[str(parent.shown["invoice_id"])]
            made = self.world.new_payment(invoice, parent.shown["pay_currency"], parent)
        self.change(made.id, payment_status="finished", actually_paid=coins, pay_amount=coins)
        return made.id

    def change(self, payment_id: str, **values: Any) -> None:
        """Let a payment be so, and tell of it."""
        with self.world.lock:
            found = self.world.payments[payment_id]
            found.shown |= {**values, "updated_at": now()}
            self._tell(found)

    def ledger(self) -> list[dict[str, Any]]:
        """The payments whose whole price came."""
        return [p.shown for p in self.world.payments.values() if p.shown["payment_status"] in DONE]

    def call_about(self, number: str, form: str = "recursive", /, **changes: Any) -> Call:
        """The call about how a payment stands now, signed."""
        found = self.world.payments[number]
        body = {**found.shown, "fee": {"currency": "btc", "depositFee": Decimal("0.0985"), **FREE}}
        body |= changes
        signed = signature(body, self.world.accounts[found.account].ipn_secret, form)
        headers = {"Content-Type": "application/json", "x-nowpayments-sig": signed}
        return Call(found.callback, js(body).encode(), headers)

    def _payable(self, payment_id: str) -> Payment:
        found = self.world.payments.get(payment_id)
        if found is None or found.shown["payment_status"] in {*DONE, "failed", "refunded"}:
            raise CustomerCannot(payment_id)
        return found

    def _tell(self, found: Payment) -> None:
        if found.callback:
            self.calls_made.append(self.call_about(found.id))


DONE = {"finished"}
FREE = {"withdrawalFee": 0, "serviceFee": 0}


def _json(status: int, body: dict[str, Any]) -> Response:
    return Response(status, js(body).encode())
