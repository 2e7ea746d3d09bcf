"""Stripe: Payment Intents for Cash App, Checkout Sessions for cards and wallets.

API version 2026-10-28.endive, the one the installed SDK speaks. A card number never reaches us:
the customer types it on Stripe's own page.
"""

from collections.abc import Mapping
from typing import Any

from app.adapters.gateways import actions, base
from app.adapters.gateways.stripe import disputes, events, images, params, snapshots
from app.adapters.gateways.stripe.client import ONCE, connect, translated
from app.adapters.gateways.stripe.endpoints import StripeEndpoints
from app.adapters.gateways.stripe.marketplace import StripeMarketplace

__all__ = ["StripeGateway"]


class StripeGateway(base.Plain):
    """One Stripe account, by its secret key."""

    name = "stripe"

    def __init__(self, credentials: base.Credentials) -> None:
        self.credentials = credentials
        self.client = connect(credentials["secretKey"], credentials.base_url)

    @property
    def test_mode(self) -> bool:
        return "_test_" in self.credentials["secretKey"][:8]

    @property
    def methods(self) -> tuple[str, ...]:
        """The methods this integration offers, in the order customers see them."""
        chosen = self.credentials.get("methods", "cashapp,card")
        return tuple(one.strip() for one in chosen.split(",") if one.strip())

    def create_payment(self, request: base.PaymentRequest) -> base.Created:
        if request.method is None:
            return self._open_intent(request)
        if request.method == "cashapp":
            created = self._intent({**params.intent(request, ("cashapp",))}, request)
            return self._confirm(created["id"], request)
        return self._open_session(request)

    find_payment = create_payment

    def continues(self, gateway_ref: str, method: str) -> bool:
        return method == "cashapp" and gateway_ref.startswith("pi_")

    def continue_payment(self, gateway_ref: str, request: base.PaymentRequest) -> base.Created:
        return self._confirm(gateway_ref, request)

    def retrieve_payment(self, gateway_ref: str) -> base.Snapshot:
        with translated():
            if gateway_ref.startswith("cs_"):
                found = self.client.v1.checkout.sessions.retrieve(
                    gateway_ref, {"expand": ["payment_intent.latest_charge"]}
                )
                session = found.to_dict()
                seen, intent = snapshots.of_session(session), session.get("payment_intent")
            else:
                intent = self.client.v1.payment_intents.retrieve(
                    gateway_ref, {"expand": ["latest_charge"]}
                ).to_dict()
                seen = snapshots.of_intent(intent)
            return disputes.seen(self.client, seen, intent)

    def cancel_payment(self, gateway_ref: str) -> base.Snapshot:
        try:
            return self._cancel(gateway_ref)
        except base.Impossible as error:
            now = self.retrieve_payment(gateway_ref)
            if now.status in {"cancelled", "expired"}:
                return now
            raise base.Impossible(f"the payment is {now.status}") from error

    def refund_payment(
        self, gateway_payment_id: str, request: base.RefundRequest
    ) -> base.RefundResult:
        sent: Any = params.refund(gateway_payment_id, request)
        options: Any = {"idempotency_key": request.idempotency_key, **ONCE}
        with translated(giving=True):
            refund = self.client.v1.refunds.create(sent, options)
        return snapshots.of_refund(refund.to_dict())

    def retrieve_refund(self, gateway_refund_id: str) -> base.RefundResult:
        with translated():
            refund = self.client.v1.refunds.retrieve(gateway_refund_id)
        return snapshots.of_refund(refund.to_dict())

    def find_refund(
        self, gateway_payment_id: str, request: base.RefundRequest
    ) -> base.RefundResult | None:
        with translated():
            listed: Any = {"payment_intent": gateway_payment_id, "limit": 100}
            made = self.client.v1.refunds.list(listed, ONCE)
            found = [refund.to_dict() for refund in made.auto_paging_iter()]
        for refund in found:
            if (refund.get("metadata") or {}).get("refund_id") == request.refund_id:
                return snapshots.of_refund(refund)
        return None

    def read_event(self, call: base.InboundCall) -> base.GatewayEvent:
        return events.read(call, self._webhook_secrets())

    def can_read_events(self) -> bool:
        return bool(self._webhook_secrets())

    @property
    def endpoints(self) -> StripeEndpoints:  # type: ignore[override]
        return StripeEndpoints(self.client)

    @property
    def seller_endpoints(self) -> StripeEndpoints:  # type: ignore[override]
        return StripeEndpoints(self.client, of_sellers=True)

    @property
    def marketplace(self) -> StripeMarketplace:  # type: ignore[override]
        return StripeMarketplace(self.client)

    def verify(self) -> base.Verification:
        with translated():
            account = self.client.v1.accounts.retrieve_current().to_dict()
        remarks = () if account.get("charges_enabled") else ("charges are not enabled",)
        return base.Verification(account["id"], self.test_mode, remarks)

    def get_publishable_key(self) -> str | None:
        return self.credentials.get("publishableKey") or None

    def fetch_image(self, url: str) -> tuple[str, bytes]:
        return images.fetch(url, self.credentials.base_url)

    def _webhook_secrets(self) -> list[str]:
        names = ("webhookSecret", "connectWebhookSecret")
        found = [one for name in names for one in self.credentials.live(name)]
        return [one for one in found if one != "whsec_"]

    def _open_intent(self, request: base.PaymentRequest) -> base.Created:
        """An unconfirmed intent: it exists, nobody can pay it before a method is chosen."""
        methods = request.wanted or self.methods
        wanted = tuple(m for m in methods if m != "cashapp" or request.money.currency == "USD")
        if not wanted:
            raise base.MethodUnavailable("Cash App takes US dollars only")
        intent = self._intent(params.intent(request, wanted), request)
        usable = intent.get("payment_method_types") or []
        offered = tuple(method for method in wanted if method in usable)
        if not offered:
            raise base.MethodUnavailable("no configured method is left for this account")
        return base.Created(
            intent["id"],
            gateway_payment_id=intent["id"],
            offered=offered,
        )

    def _cancel(self, gateway_ref: str) -> base.Snapshot:
        with translated():
            if gateway_ref.startswith("cs_"):
                session = self.client.v1.checkout.sessions.expire(gateway_ref)
                return snapshots.of_session(session.to_dict())
            intent = self.client.v1.payment_intents.cancel(
                gateway_ref, {"cancellation_reason": "abandoned"}
            )
            return snapshots.of_intent(intent.to_dict())

    def _intent(self, sent: Mapping[str, Any], request: base.PaymentRequest) -> dict[str, Any]:
        with translated(creating=True):
            intent = self.client.v1.payment_intents.create(
                sent,  # type: ignore[arg-type]
                {"idempotency_key": request.idempotency_key},
            )
        return intent.to_dict()

    def _confirm(self, intent_id: str, request: base.PaymentRequest) -> base.Created:
        with translated():
            confirmed = self.client.v1.payment_intents.confirm(
                intent_id,
                {
                    "payment_method_data": {"type": "cashapp"},
                    "return_url": request.return_url,
                },
                {"idempotency_key": f"{request.idempotency_key}-confirm"},
            ).to_dict()
        shown = (confirmed.get("next_action") or {}).get(
            "cashapp_handle_redirect_or_display_qr_code"
        )
        return base.Created(
            intent_id,
            status=snapshots.of_intent(confirmed).status,
            gateway_payment_id=intent_id,
            action=snapshots.qr(shown) if shown else actions.Wait(),
        )

    def _open_session(self, request: base.PaymentRequest) -> base.Created:
        with translated(creating=True):
            session = self.client.v1.checkout.sessions.create(
                params.session(request),  # type: ignore[arg-type]
                {"idempotency_key": request.idempotency_key},
            ).to_dict()
        return base.Created(
            session["id"],
            gateway_payment_id=snapshots.id_of(session.get("payment_intent")),
            action=actions.Redirect(session["url"]),
        )
