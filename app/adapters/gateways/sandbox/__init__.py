"""The built-in test gateway. It behaves like an outside company, down to signed webhooks.

Its ledger is handed in as a port by create_app, because adapters know no database.
"""

import json
from typing import ClassVar, Protocol

from app.adapters.gateways import actions, base
from app.adapters.gateways.sandbox.sellers import SandboxMarketplace, SellerBooks
from app.kit import clock, signing

__all__ = ["Ledger", "SandboxGateway", "SellerBooks"]


class Ledger(Protocol):
    """The sandbox company's own books."""

    def open(self, request: base.PaymentRequest) -> str:
        """Write a payment down, once for each idempotency key; its id. Raises Unavailable when
        the scenario says so, after the writing."""
        ...

    def snapshot(self, payment_id: str) -> base.Snapshot:
        """How it stands. Raises Missing."""
        ...

    def close(self, payment_id: str) -> base.Snapshot:
        """Make it unpayable. Raises Impossible when it was paid."""
        ...

    def refund(self, payment_id: str, request: base.RefundRequest) -> base.RefundResult:
        """Give money back, once for each idempotency key. Raises Impossible for too much."""
        ...

    def refund_status(self, refund_id: str) -> base.RefundResult:
        """How a refund stands. Raises Missing."""
        ...

    def find_refund(self, request: base.RefundRequest) -> base.RefundResult | None:
        """The refund made with this request's key, if there is one."""
        ...

    def page_url(self, payment_id: str) -> str:
        """The sandbox's own checkout page."""
        ...


class SandboxGateway(base.Plain):
    """The sandbox account of one organization."""

    name = "sandbox"
    test_mode = True
    methods = ("test",)
    ledger: ClassVar[Ledger]
    sellers: ClassVar[SellerBooks]

    def __init__(self, credentials: base.Credentials) -> None:
        self.credentials = credentials

    def create_payment(self, request: base.PaymentRequest) -> base.Created:
        found = self.ledger.open(request)
        action = actions.Redirect(self.ledger.page_url(found)) if request.method else None
        return base.Created(
            found,
            gateway_payment_id=found,
            offered=self.methods,
            action=action,
        )

    find_payment = create_payment

    def continues(self, gateway_ref: str, method: str) -> bool:
        return True

    def continue_payment(self, gateway_ref: str, request: base.PaymentRequest) -> base.Created:
        return base.Created(
            gateway_ref,
            gateway_payment_id=gateway_ref,
            action=actions.Redirect(self.ledger.page_url(gateway_ref)),
        )

    def retrieve_payment(self, gateway_ref: str) -> base.Snapshot:
        return self.ledger.snapshot(gateway_ref)

    def cancel_payment(self, gateway_ref: str) -> base.Snapshot:
        return self.ledger.close(gateway_ref)

    def refund_payment(
        self, gateway_payment_id: str, request: base.RefundRequest
    ) -> base.RefundResult:
        return self.ledger.refund(gateway_payment_id, request)

    def retrieve_refund(self, gateway_refund_id: str) -> base.RefundResult:
        return self.ledger.refund_status(gateway_refund_id)

    def find_refund(
        self, gateway_payment_id: str, request: base.RefundRequest
    ) -> base.RefundResult | None:
        return self.ledger.find_refund(request)

    def read_event(self, call: base.InboundCall) -> base.GatewayEvent:
        try:
            signing.verify(
                call.headers,
                call.body,
                self.credentials["webhookSecret"],
                now=clock.now().timestamp(),
            )
            event = json.loads(call.body)
            return base.GatewayEvent(
                external_id=event["id"],
                type=event["type"],
                reference=event["reference"],
                gateway_ref=event["payment"],
                gateway_payment_id=event["payment"],
            )
        except (signing.BadSignature, ValueError, KeyError, TypeError) as error:
            raise base.BadSignature(str(error)) from error

    @property
    def marketplace(self) -> SandboxMarketplace:  # type: ignore[override]
        return SandboxMarketplace(self.sellers)

    def can_read_events(self) -> bool:
        return True

    def verify(self) -> base.Verification:
        return base.Verification("sandbox", True)
