"""BTCPay Server: bitcoin straight to the merchant's own wallet, on a server of their own.

The customer pays on the invoice's page at that server. It knows no idempotency keys; an invoice
whose answer was lost is found by our payment's id, which it carries as its order id.
"""

from typing import Any
from urllib.parse import quote

from app.adapters.gateways import actions, base
from app.adapters.gateways.crypto.btcpay import calls, invoices, permissions, refunds
from app.adapters.gateways.crypto.btcpay.endpoints import BtcPayEndpoints
from app.adapters.gateways.crypto.btcpay.server import Refused, Store, web_address, whole
from app.adapters.gateways.wire import Transport

__all__ = ["BtcPay"]


class BtcPay(base.Plain):
    """One store, by an API key; `transport` as for Store."""

    name = "crypto"
    methods = ("bitcoin",)

    def __init__(self, credentials: base.Credentials, transport: Transport | None = None) -> None:
        self.credentials = credentials
        self.store = Store(credentials, transport)

    @property
    def test_mode(self) -> bool:
        """The server does not say on which network it is; the merchant does."""
        return self.credentials.get("environment") == "sandbox"

    def create_payment(self, request: base.PaymentRequest) -> base.Created:
        try:
            made = self.store.make("/invoices", invoices.request_of(request), *_NEEDED)
        except Refused as error:
            raise base.Declined(error.reason) from error
        return self._created(made)

    def find_payment(self, request: base.PaymentRequest) -> base.Created:
        listed = self.store.look("/invoices", {"orderId": request.payment_id}).items
        for one in listed:
            if (one.get("metadata") or {}).get("orderId") == request.payment_id:
                return self._created(whole(one, *_NEEDED))
        return self.create_payment(request)

    def retrieve_payment(self, gateway_ref: str) -> base.Snapshot:
        return self._snapshot(whole(self.store.look(_path(gateway_ref)).data, "id"))

    def cancel_payment(self, gateway_ref: str) -> base.Snapshot:
        found = whole(self.store.look(_path(gateway_ref)).data, "id")
        now = self._snapshot(found)
        if now.status in {"cancelled", "expired"}:
            return now
        if now.status != "pending" or invoices.has_money(found):
            raise base.Impossible("something was paid already, or may have been")
        marked = self.store.make(f"{_path(gateway_ref)}/status", {"status": "Invalid"}, "id")
        return self._snapshot(marked)

    def refund_payment(
        self, gateway_payment_id: str, request: base.RefundRequest
    ) -> base.RefundResult:
        return refunds.make(self.store, gateway_payment_id, request)

    def retrieve_refund(self, gateway_refund_id: str) -> base.RefundResult:
        return refunds.retrieve(self.store, gateway_refund_id)

    def find_refund(
        self, gateway_payment_id: str, request: base.RefundRequest
    ) -> base.RefundResult | None:
        return refunds.find(self.store, request)

    def can(self, method: str) -> base.Capabilities:
        return base.Capabilities(refund="claim")

    def read_event(self, call: base.InboundCall) -> base.GatewayEvent:
        return calls.read(call, self.credentials.live("ipnSecret"), self.store.id)

    def can_read_events(self) -> bool:
        return bool(self.credentials.live("ipnSecret"))

    @property
    def endpoints(self) -> BtcPayEndpoints:  # type: ignore[override]
        return BtcPayEndpoints(self.store)

    def verify(self) -> base.Verification:
        granted = self.store.ask("/api/v1/api-keys/current").data.get("permissions")
        if not isinstance(granted, list):
            raise base.Unavailable("BTCPay Server answered without permissions")
        held, store = [str(one) for one in granted], self.store.id
        if absent := permissions.lacking(held, store, permissions.NEEDED):
            raise base.NotPermitted(f"the key lacks, for store {store}: {', '.join(absent)}")
        try:
            self.store.look("/invoices", {"take": "1"})
        except (base.Missing, base.NotPermitted) as error:
            raise base.Misconfigured(f"the key opens no store {store} there") from error
        return base.Verification(store, self.test_mode, tuple(_remarks(held, store)))

    def _snapshot(self, found: dict[str, Any]) -> base.Snapshot:
        money = None
        if invoices.has_money(found):
            money = invoices.came(self.store.look(f"{_path(found['id'])}/payment-methods").items)
        return invoices.of_invoice(found, money, test_mode=self.test_mode)

    def _created(self, made: dict[str, Any]) -> base.Created:
        return base.Created(
            made["id"],
            status=self._snapshot(made).status,
            gateway_payment_id=made["id"],
            action=actions.Redirect(web_address(made["checkoutLink"])),
        )


_NEEDED = ("id", "checkoutLink", "status")


def _path(invoice_id: str) -> str:
    return f"/invoices/{quote(invoice_id, safe='')}"


def _remarks(held: list[str], store: str) -> list[str]:
    """What will not work with this key, though paying does."""
    wanted = {
        "to register our address": permissions.FOR_WEBHOOKS,
        "to refund": permissions.FOR_REFUNDS,
    }
    found = []
    for what, names in wanted.items():
        if absent := permissions.lacking(held, store, names):
            found.append(f"{what} the key lacks {', '.join(absent)}")
    return found
