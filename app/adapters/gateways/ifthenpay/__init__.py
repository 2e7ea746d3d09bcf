"""Ifthenpay: Multibanco references, MB WAY pushes, cards on its own page. Euros only.

Nothing there knows our idempotency keys, so what may have reached a phone or a bank is looked for
and never sent again.
"""

from collections.abc import Mapping

from app.adapters.gateways import base
from app.adapters.gateways.ifthenpay import (
    checking,
    creating,
    events,
    ledger,
    offline,
    pushes,
    refunds,
    returns,
)
from app.adapters.gateways.ifthenpay.client import Client
from app.adapters.gateways.ifthenpay.endpoints import IfthenpayEndpoints
from app.adapters.gateways.ifthenpay.refs import Ref, is_multibanco
from app.kit import clock

__all__ = ["IfthenpayGateway"]


class IfthenpayGateway(base.Plain):
    """One merchant's keys: one for each method, one of the backoffice for all that comes after."""

    name = "ifthenpay"

    def __init__(self, credentials: base.Credentials) -> None:
        self.credentials = credentials
        self.client = Client(credentials)

    @property
    def test_mode(self) -> bool:
        return self.credentials.get("environment") == "sandbox"

    @property
    def methods(self) -> tuple[str, ...]:
        """Those with a key, and of these the ones that the environment has: MB WAY has no
        sandbox, and a reference that was computed is a real one anywhere."""
        get = self.credentials.get
        is_live = not self.test_mode
        can = {
            "multibanco": bool(get("mbKey")) or (is_live and self._has_pair()),
            "mbway": bool(get("mbwayKey")) and is_live,
            "card": bool(get("ccKey")),
        }
        return tuple(name for name, is_offered in can.items() if is_offered)

    def _has_pair(self) -> bool:
        return offline.is_pair(self.credentials.get("entity"), self.credentials.get("subEntity"))

    @property
    def _backoffice_key(self) -> str:
        return self.credentials.get("backofficeKey")

    def create_payment(self, request: base.PaymentRequest) -> base.Created:
        get = self.credentials.get
        if request.method not in self.methods:
            raise base.MethodUnavailable("the key of this payment method is not set")
        if request.method == "mbway":
            return creating.push(self.client, get("mbwayKey"), request)
        if request.method == "card":
            return creating.card(self.client, get("ccKey"), request, is_sandbox=self.test_mode)
        if key := get("mbKey"):
            return creating.multibanco(self.client, key, request, is_sandbox=self.test_mode)
        return creating.multibanco_offline(get("entity"), get("subEntity"), request)

    def find_payment(self, request: base.PaymentRequest) -> base.Created:
        """A reference or a page that nobody has seen is made again; a push may be in somebody's
        hand, and is looked for."""
        return (
            self._find_push(request) if request.method == "mbway" else self.create_payment(request)
        )

    def _find_push(self, request: base.PaymentRequest) -> base.Created:
        key, order = self._backoffice_key, request.reference
        for one in ledger.read(self.client, key, {"orderId": order}) if key else []:
            if one.order == order:
                ref = Ref("mbway", one.request_id, order, request.money.minor)
                return base.Created(str(ref), gateway_payment_id=ref.money_id)
        age = clock.now() - request.created_at
        if age < (pushes.CERTAIN if key else pushes.HEARD):
            raise base.Unavailable("it is not certain whether MB WAY asked the customer")
        if not key:
            raise base.Unconfirmed("Nothing was ever heard of this MB WAY payment")
        raise base.Declined("The payment was not confirmed in the MB WAY app")

    def retrieve_payment(self, gateway_ref: str) -> base.Snapshot:
        ref = Ref.parse(gateway_ref)
        if ref.kind == "mbway":
            return pushes.ask(self.client, self.credentials.get("mbwayKey"), ref)[0]
        return self._listed(ref)

    def _listed(self, ref: Ref) -> base.Snapshot:
        """What the backoffice lists is paid. Pending is what is not there, or cannot be seen."""
        key = self._backoffice_key
        mine = ledger.of(self.client, key, ref) if key else []
        return base.Snapshot(
            "succeeded" if mine else "pending",
            paid_minor=sum(one.minor for one in mine),
            currency="EUR",
            gateway_ref=str(ref),
            gateway_payment_id=ref.money_id,
            test_mode=self.test_mode,
            paid_at=mine[0].paid_at if mine else None,
        )

    def cancel_payment(self, gateway_ref: str) -> base.Snapshot:
        """Nothing can be taken back there. A push is over by itself; the others we give up."""
        ref = Ref.parse(gateway_ref)
        if ref.kind == "mbway":
            return self._outlive(ref)
        now = self._listed(ref)
        if now.status == "succeeded":
            raise base.Impossible("the payment is succeeded")
        return base.Snapshot("cancelled", gateway_ref=gateway_ref, test_mode=self.test_mode)

    def _outlive(self, ref: Ref) -> base.Snapshot:
        now, pushed_at = pushes.ask(self.client, self.credentials.get("mbwayKey"), ref)
        if now.status == "succeeded":
            raise base.Impossible("the payment is succeeded")
        if now.status != "pending":
            return now
        if pushed_at is None or clock.now() < pushed_at + pushes.CERTAIN:
            raise base.Impossible("the customer may still confirm it in the MB WAY app")
        return base.Snapshot("expired", gateway_ref=str(ref), test_mode=self.test_mode)

    def can(self, method: str) -> base.Capabilities:
        can_refund = method in {"mbway", "card"} and bool(self._backoffice_key)
        return base.Capabilities(refund="partial" if can_refund else "none", cancel=False)

    def refund_payment(
        self, gateway_payment_id: str, request: base.RefundRequest
    ) -> base.RefundResult:
        if is_multibanco(gateway_payment_id):
            raise base.Impossible(refunds.NO_MULTIBANCO)
        if not self._backoffice_key:
            raise base.Impossible(refunds.NEEDS_KEY)
        return refunds.send(self.client, self._backoffice_key, gateway_payment_id, request)

    def retrieve_refund(self, gateway_refund_id: str) -> base.RefundResult:
        return refunds.recall(gateway_refund_id)

    def find_refund(
        self, gateway_payment_id: str, request: base.RefundRequest
    ) -> base.RefundResult | None:
        if is_multibanco(gateway_payment_id):
            return None  # none was ever made
        raise base.Unavailable(refunds.UNSEEN)

    def read_event(self, call: base.InboundCall) -> base.GatewayEvent:
        keys = self.credentials.live("antiPhishingKey")
        return events.read(call, keys, can_list=bool(self._backoffice_key))

    def can_read_events(self) -> bool:
        return bool(self.credentials.live("antiPhishingKey"))

    def read_return(self, gateway_ref: str, query: Mapping[str, str]) -> base.Snapshot | None:
        ref = Ref.parse(gateway_ref)
        if ref.kind != "card":
            return None
        return returns.read(ref, query, self.credentials.get("ccKey"))

    @property
    def endpoints(self) -> IfthenpayEndpoints:  # type: ignore[override]
        return IfthenpayEndpoints(self.client, self.credentials)

    def verify(self) -> base.Verification:
        """Prove what can be proved. They name no account."""
        checking.prove(self.client, self.credentials, is_sandbox=self.test_mode)
        said = checking.remarks(self.credentials, is_sandbox=self.test_mode)
        return base.Verification("", self.test_mode, said)
