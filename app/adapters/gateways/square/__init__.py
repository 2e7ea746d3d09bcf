"""Square: a payment link for each attempt, paid on Square's own page by card or wallet.

API version 2025-08-20, plain HTTP: Square's SDK is 31 MB and says nothing that this does not. A
`gateway_ref` is `<link id>:<order id>`: the link is what can be taken back, its order is what
payments and events name. Until money came, the order's id stands in for the payment's.
"""

from contextlib import suppress
from dataclasses import replace
from typing import Any
from urllib.parse import quote

from app.adapters.gateways import actions, base
from app.adapters.gateways.square import events, locations, params, snapshots
from app.adapters.gateways.square.client import Refusal, connect, environment_of, part
from app.adapters.gateways.square.endpoints import SquareEndpoints

__all__ = ["SquareGateway"]

LINKS = "/v2/online-checkout/payment-links"
REFUNDS = "/v2/refunds"


class SquareGateway(base.Plain):
    """One location of one Square account, by its access token."""

    name = "square"
    methods = ("card", "apple_pay", "google_pay", "cash_app")

    def __init__(self, credentials: base.Credentials) -> None:
        self.credentials = credentials
        self.environment = environment_of(credentials)
        self.location_id = credentials["locationId"].strip()
        self.wire = connect(credentials, self.environment)

    @property
    def test_mode(self) -> bool:
        return self.environment == "sandbox"

    def create_payment(self, request: base.PaymentRequest) -> base.Created:
        sent = params.link(request, self.location_id)
        try:
            reply = self.wire.post(LINKS, sent, is_repeatable=True)
        except base.Missing as error:
            raise base.Misconfigured(f"Square knows no location {self.location_id}") from error
        except Refusal as error:
            raise base.Declined(self._why(error, request.money.currency)) from error
        link = part(reply, "payment_link")
        if not all(isinstance(link.get(name), str) for name in ("id", "order_id", "url")):
            raise base.Unavailable("Square's answer was not whole")
        return base.Created(
            f"{link['id']}:{link['order_id']}",
            gateway_payment_id=link["order_id"],
            action=actions.Redirect(link["url"]),
        )

    # Should Square have forgotten the key, this makes a second link; nobody ever saw the first.
    find_payment = create_payment

    def retrieve_payment(self, gateway_ref: str) -> base.Snapshot:
        order_id = gateway_ref.partition(":")[2]
        if not order_id:
            raise base.Missing("that is no payment of Square's")
        order = part(self.wire.get(f"/v2/orders/{_quoted(order_id)}"), "order")
        paid = [self._payment(one) for one in snapshots.payment_ids(order)]
        found = snapshots.of_order(order, paid)
        return replace(found, gateway_ref=gateway_ref, test_mode=self.test_mode)

    def cancel_payment(self, gateway_ref: str) -> base.Snapshot:
        """Delete the link, and make sure that nobody paid just before.

        Whether Square lets go of a link that was paid is not documented, so that is asked first.
        """
        self._unpaid(gateway_ref)
        link = _quoted(gateway_ref.partition(":")[0])
        with suppress(base.Missing):  # somebody deleted it before
            self.wire.call("DELETE", f"{LINKS}/{link}", is_repeatable=True)
        found = self._unpaid(gateway_ref)
        # The order is cancelled with its link; a failed attempt on it is no longer of interest.
        return replace(found, status="cancelled", failure=None)

    def refund_payment(
        self, gateway_payment_id: str, request: base.RefundRequest
    ) -> base.RefundResult:
        sent = params.refund(gateway_payment_id, request)
        made = part(self.wire.post(REFUNDS, sent, is_repeatable=True), "refund")
        return snapshots.of_refund(made)

    def retrieve_refund(self, gateway_refund_id: str) -> base.RefundResult:
        found = self.wire.get(f"{REFUNDS}/{_quoted(gateway_refund_id)}")
        return snapshots.of_refund(part(found, "refund"))

    def find_refund(
        self, gateway_payment_id: str, request: base.RefundRequest
    ) -> base.RefundResult | None:
        payment = self._payment(gateway_payment_id)
        for one in reversed(payment.get("refund_ids") or []):
            found = part(self.wire.get(f"{REFUNDS}/{_quoted(one)}"), "refund")
            if str(found.get("reason")).endswith(params.mark_of(request)):
                return snapshots.of_refund(found)
        return None

    def read_event(self, call: base.InboundCall) -> base.GatewayEvent:
        return events.read(call, self.credentials.live("webhookSignatureKey"))

    def can_read_events(self) -> bool:
        return bool(self.credentials.live("webhookSignatureKey"))

    @property
    def endpoints(self) -> SquareEndpoints:  # type: ignore[override]
        return SquareEndpoints(self.wire, self.credentials.live("webhookSignatureKey")[:1])

    def verify(self) -> base.Verification:
        found = self._locations()
        chosen = locations.account_of(found, self.location_id)
        remarks = locations.remarks_about(chosen, found)
        account = str(chosen.get("merchant_id") or self.location_id)
        return base.Verification(account, self.test_mode, remarks)

    def get_publishable_key(self) -> str | None:
        return self.credentials.get("applicationId") or None

    def _payment(self, payment_id: str) -> dict[str, Any]:
        return part(self.wire.get(f"/v2/payments/{_quoted(payment_id)}"), "payment")

    def _unpaid(self, gateway_ref: str) -> base.Snapshot:
        found = self.retrieve_payment(gateway_ref)
        if found.status in {"succeeded", "processing"}:
            raise base.Impossible(f"the payment is {found.status}")
        return found

    def _why(self, refusal: Refusal, currency: str) -> str:
        """Why a link was refused; about currencies Square says less than the location does."""
        is_currency = "CURRENCY" in refusal.code or "currency" in refusal.field
        takes = locations.currency_of(self.wire, self.location_id) if is_currency else None
        if takes and takes != currency:
            return f"this Square location takes {takes} only, not {currency}"
        return refusal.reason

    def _locations(self) -> list[dict[str, Any]]:
        try:
            return locations.listed(self.wire)
        except base.NotPermitted:
            raise
        except base.Misconfigured as error:
            if other := self._other_environment():
                said = f"this access token is of Square's {other} environment"
                raise base.Misconfigured(said) from error
            raise

    def _other_environment(self) -> str | None:
        """The other environment, if it knows the token: a mistake that only looks like a wrong
        token. Not asked where the operator moved both to one address."""
        if self.credentials.base_url:
            return None
        other = "production" if self.test_mode else "sandbox"
        try:
            locations.listed(connect(self.credentials, other, self.wire.transport))
        except base.NotPermitted:
            return other
        except base.GatewayError:
            return None
        return other


def _quoted(part_of_path: str) -> str:
    return quote(part_of_path, safe="")
