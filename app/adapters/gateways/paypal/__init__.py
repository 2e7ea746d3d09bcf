"""PayPal: an order approved on PayPal's own page, captured by us.

Orders v2, by redirect. The wallet, Pay Later and cards are shown by PayPal's page, so no script of
theirs runs on ours and no card number reaches us. An approval takes no money, only our capture.
"""

from app.adapters.gateways import actions, base
from app.adapters.gateways.paypal import capturing, events, params, snapshots, testing
from app.adapters.gateways.paypal.claims import is_webhook_id
from app.adapters.gateways.paypal.client import Client
from app.adapters.gateways.paypal.endpoints import PayPalEndpoints
from app.adapters.gateways.paypal.issues import Refused
from app.adapters.gateways.paypal.refs import Ref, is_id, read

__all__ = ["PayPalGateway"]

ORDERS = "/v2/checkout/orders"
CAPTURES, REFUNDS = "/v2/payments/captures", "/v2/payments/refunds"


class PayPalGateway(base.Plain):
    """One app of one PayPal account."""

    name = "paypal"
    methods = ("paypal", "card", "pay_later")  # Venmo needs PayPal's script on the page

    def __init__(self, credentials: base.Credentials) -> None:
        self.credentials = credentials
        self.client = Client(credentials)
        self.webhook_id = credentials.get("webhookId").strip()

    @property
    def test_mode(self) -> bool:
        return self.client.environment == "sandbox"

    def create_payment(self, request: base.PaymentRequest) -> base.Created:
        try:
            reply = self.client.post(ORDERS, params.order(request), params.create_key(request))
        except (Refused, ValueError) as error:
            raise _declined(error) from error
        order = reply.data
        page = snapshots.link(order, "payer-action", "approve")
        if not is_id(str(order.get("id", ""))) or not page:
            raise base.Unavailable("PayPal answered without an order")
        ref = Ref.of(order["id"], request.created_at, self.client.client_id)
        return base.Created(str(ref), action=actions.Redirect(page))

    find_payment = create_payment  # nobody was sent to an order whose answer was lost

    def retrieve_payment(self, gateway_ref: str) -> base.Snapshot:
        ref = read(gateway_ref)
        try:
            order = self.client.get(f"{ORDERS}/{ref.order_id}").data
        except base.Missing:
            if not ref.is_forgotten_by(self.client.client_id):
                raise
            return base.Snapshot("expired", gateway_ref=gateway_ref, test_mode=self.test_mode)
        return snapshots.of_order(order, ref=gateway_ref, test_mode=self.test_mode)

    def complete_payment(self, gateway_ref: str, request: base.PaymentRequest) -> base.Snapshot:
        path = f"{ORDERS}/{read(gateway_ref).order_id}/capture"
        try:
            order = self.client.post(path, {}, params.capture_key(request)).data
        except Refused as refusal:
            return capturing.after_refusal(refusal, self.retrieve_payment(gateway_ref))
        except base.Missing:
            return self.retrieve_payment(gateway_ref)
        return snapshots.of_order(order, ref=gateway_ref, test_mode=self.test_mode)

    def cancel_payment(self, gateway_ref: str) -> base.Snapshot:
        """PayPal has no such call, and none is needed: what we do not capture is never paid. An
        order that was captured, or is being captured, raises Impossible."""
        now = self.retrieve_payment(gateway_ref)
        if now.status in {"succeeded", "processing"}:
            raise base.Impossible(f"the payment is {now.status}")
        if now.status in {"expired", "failed"}:
            return now
        return base.Snapshot("cancelled", gateway_ref=gateway_ref, test_mode=self.test_mode)

    def refund_payment(
        self, gateway_payment_id: str, request: base.RefundRequest
    ) -> base.RefundResult:
        path = f"{_path(CAPTURES, gateway_payment_id)}/refund"
        try:
            reply = self.client.post(path, params.refund(request), request.idempotency_key)
        except ValueError as error:
            raise base.Impossible(str(error)) from error
        return snapshots.of_refund(reply.data)

    def retrieve_refund(self, gateway_refund_id: str) -> base.RefundResult:
        return snapshots.of_refund(self.client.get(_path(REFUNDS, gateway_refund_id)).data)

    def find_refund(
        self, gateway_payment_id: str, request: base.RefundRequest
    ) -> base.RefundResult | None:
        """By way of the order, which lists its refunds with the ids we gave them."""
        capture = self.client.get(_path(CAPTURES, gateway_payment_id)).data
        order_id = capturing.order_of(capture)
        if not is_id(order_id):
            raise base.Unavailable("PayPal does not say which order this payment belongs to")
        order = self.client.get(f"{ORDERS}/{order_id}").data
        for refund in snapshots.refunds_in(order):
            if refund.get("custom_id") == request.refund_id:
                return snapshots.of_refund(refund)
        return None

    def read_event(self, call: base.InboundCall) -> base.GatewayEvent:
        return events.read(call, self.client, self.webhook_id)

    def can_read_events(self) -> bool:
        return is_webhook_id(self.webhook_id)

    @property
    def endpoints(self) -> PayPalEndpoints:  # type: ignore[override]
        return PayPalEndpoints(self.client, self.webhook_id)

    def verify(self) -> base.Verification:
        return testing.verify(self.credentials, self.client)

    def get_publishable_key(self) -> str | None:
        return self.client.client_id


def _declined(error: Refused | ValueError) -> base.GatewayError:
    return base.Declined(error.reason if isinstance(error, Refused) else str(error))


def _path(folder: str, thing_id: str) -> str:
    if not is_id(thing_id):
        raise base.Missing("not an id of PayPal's")
    return f"{folder}/{thing_id}"
