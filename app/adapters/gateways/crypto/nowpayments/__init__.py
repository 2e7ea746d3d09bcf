"""NOWPayments: an invoice for each attempt, and one payment of it for the coin that was chosen.

The payment has an id, so it can be asked about, and an address, so it can be shown; the invoice's
own page is a link for those who would rather pay there. It knows no idempotency keys: what nobody
has answered nobody has been shown either, so it is made anew. Nothing is cancelled or refunded
through its API.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any
from urllib.parse import quote

from app.adapters.gateways import actions, base
from app.adapters.gateways.crypto.nowpayments import calls
from app.adapters.gateways.crypto.nowpayments.client import Client, Refused
from app.adapters.gateways.crypto.nowpayments.coins import COINS, Coin, plain
from app.adapters.gateways.crypto.nowpayments.snapshots import moment, of_payment
from app.kit.money import any_decimal

__all__ = ["NowPayments"]

TOO_SMALL = "AMOUNT_MINIMAL_ERROR"


class NowPayments(base.Plain):
    """One account, by its API key."""

    name = "crypto"
    methods = tuple(COINS)

    def __init__(self, credentials: base.Credentials) -> None:
        self.credentials = credentials
        self.client = Client(credentials)

    @property
    def test_mode(self) -> bool:
        return self.credentials.get("environment") == "sandbox"

    def create_payment(self, request: base.PaymentRequest) -> base.Created:
        coin = COINS.get(request.method or "")
        if coin is None:
            raise base.MethodUnavailable("this coin is not taken through NOWPayments")
        try:
            invoice = self.client.make("/v1/invoice", _invoice(request), "id", "invoice_url")
            made = self._payment_of(str(invoice["id"]), coin)
        except Refused as error:
            raise base.Declined(self._why(error, coin, request)) from error
        payment_id = str(made["payment_id"])
        return base.Created(
            f"{invoice['id']}:{payment_id}",
            status=of_payment(made, test_mode=self.test_mode).status,
            gateway_payment_id=payment_id,
            action=_shown(coin, made, str(invoice["invoice_url"]), request.expires_at),
        )

    find_payment = create_payment

    def retrieve_payment(self, gateway_ref: str) -> base.Snapshot:
        payment_id = gateway_ref.partition(":")[2]
        if not payment_id:
            raise base.Missing("not a payment of NOWPayments'")
        found = self.client.look(f"/v1/payment/{quote(payment_id, safe='')}")
        if "payment_id" not in found:
            raise base.Unavailable("NOWPayments answered without a payment")
        return replace(of_payment(found, test_mode=self.test_mode), gateway_ref=gateway_ref)

    def cancel_payment(self, gateway_ref: str) -> base.Snapshot:
        now = self.retrieve_payment(gateway_ref)
        if now.status in {"processing", "succeeded"}:
            raise base.Impossible(f"the payment is {now.status}")
        return now if now.status == "expired" else replace(now, status="cancelled", failure=None)

    def refund_payment(
        self, gateway_payment_id: str, request: base.RefundRequest
    ) -> base.RefundResult:
        raise base.Impossible(
            "NOWPayments gives nothing back through its API: send the coins back from your wallet"
        )

    def retrieve_refund(self, gateway_refund_id: str) -> base.RefundResult:
        raise base.Missing("NOWPayments makes no refunds")

    def find_refund(
        self, gateway_payment_id: str, request: base.RefundRequest
    ) -> base.RefundResult | None:
        return None

    def can(self, method: str) -> base.Capabilities:
        return base.Capabilities(refund="none", cancel=False)

    def read_event(self, call: base.InboundCall) -> base.GatewayEvent:
        return calls.read(call, self.credentials.live("ipnSecret"), test_mode=self.test_mode)

    def can_read_events(self) -> bool:
        return bool(self.credentials.live("ipnSecret"))

    def verify(self) -> base.Verification:
        listed = self.client.look("/v1/merchant/coins").get("selectedCurrencies")
        if not isinstance(listed, list):
            raise base.Unavailable("NOWPayments answered without a list of coins")
        switched_on = {str(one).lower() for one in listed}
        off = [one for one in COINS.values() if not switched_on & set(one.tickers)]
        remarks = tuple(
            f"{one.symbol} on {one.network} ({one.tickers[0]}) is not switched on there"
            for one in off
        )
        # A key opens one account, and they do not say which: its name is all there is.
        return base.Verification("NOWPayments", self.test_mode, remarks)

    def _payment_of(self, invoice_id: str, coin: Coin) -> dict[str, Any]:
        *others, last = coin.tickers
        for ticker in others:
            try:
                return self._pay_by(invoice_id, ticker)
            except Refused as error:
                if error.code == TOO_SMALL:
                    raise
        return self._pay_by(invoice_id, last)

    def _pay_by(self, invoice_id: str, ticker: str) -> dict[str, Any]:
        sent = {"iid": invoice_id, "pay_currency": ticker}
        needed = ("payment_id", "pay_address", "pay_amount")
        return self.client.make("/v1/invoice-payment", sent, *needed)

    def _why(self, error: Refused, coin: Coin, request: base.PaymentRequest) -> str:
        """A refusal in words a customer can act on; the least amount changes by the minute, so it
        is asked for only when it was missed."""
        if error.code != TOO_SMALL:
            return error.reason
        return f"This is too little to be paid in {coin.symbol}{self._least(coin, request)}"

    def _least(self, coin: Coin, request: base.PaymentRequest) -> str:
        currency = request.money.currency
        query = {"currency_from": coin.tickers[-1], "fiat_equivalent": currency.lower()}
        try:
            least = any_decimal(self.client.look("/v1/min-amount", query).get("fiat_equivalent"))
        except base.GatewayError:
            return ""
        return f": the least is about {currency} {least:.2f} right now" if least else ""


def _invoice(request: base.PaymentRequest) -> Mapping[str, Any]:
    sent = {
        "price_amount": request.money.major,
        "price_currency": request.money.currency.lower(),
        "order_id": request.payment_id,
        "order_description": request.item_name,
        "success_url": request.return_url,
        "cancel_url": request.cancel_url,
    }
    return {**sent, "ipn_callback_url": request.notify_url} if request.notify_url else sent


def _shown(coin: Coin, made: Mapping[str, Any], page: str, until: datetime) -> actions.Action:
    """What the customer is shown: code, address and the exact amount, and the invoice's page."""
    amount = coin.exactly(any_decimal(made["pay_amount"]))
    if amount <= 0 or not page.startswith(("https://", "http://")):
        raise base.Unavailable("NOWPayments answered without an amount or a page")
    address = str(made["pay_address"])
    link = coin.link(address, amount) if coin.link else None
    ends = moment(made.get("valid_until"))
    return actions.ShowQr(
        page,
        mobile_url=link,
        content=link or address,
        address=address,
        amount=plain(amount),
        coin=coin.symbol,
        network=coin.network,
        expires_at=min(ends, until) if ends else until,
    )
