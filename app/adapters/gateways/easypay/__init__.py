"""Easypay: Multibanco references, MB WAY, and cards on Easypay's own page. Payments API 2.0.

One call makes a payment and its capture; the capture is what refunds come out of. Notifications
are not signed, so they only ever make us ask.
"""

from typing import Any

from app.adapters.gateways import base
from app.adapters.gateways.easypay import events, params, snapshots
from app.adapters.gateways.easypay.books import Books
from app.adapters.gateways.easypay.client import NotNow, StoredFailure, connect
from app.adapters.gateways.easypay.endpoints import EasypayEndpoints
from app.adapters.gateways.easypay.verifying import verify
from app.kit import clock

__all__ = ["EasypayGateway"]

SETTLED = 60  # seconds after which a creation that failed there will not turn up any more
KEY_LIVES = 23 * 3600  # seconds; Easypay forgets an idempotency key after 24 hours
TRIES = 20  # of a refund that is refused for the moment, each with a key of its own


class EasypayGateway(base.Plain):
    """One account at Easypay, by its id and key."""

    name = "easypay"
    methods = tuple(params.METHODS)

    def __init__(self, credentials: base.Credentials) -> None:
        self.credentials = credentials
        self.wire = connect(credentials)
        self.books = Books(self.wire)

    @property
    def test_mode(self) -> bool:
        return self.credentials.get("baseUrl", "production") == "sandbox"

    def can(self, method: str) -> base.Capabilities:
        """Multibanco has no way back to who paid: a merchant pays back by bank transfer."""
        return base.Capabilities(refund="none" if method == "multibanco" else "partial")

    def create_payment(self, request: base.PaymentRequest) -> base.Created:
        try:
            made = self._post("/single", params.single(request), request.idempotency_key)
        except base.Impossible as error:
            raise base.Declined(error.reason) from error
        return snapshots.created(made, request)

    def find_payment(self, request: base.PaymentRequest) -> base.Created:
        """Looked for by our id first: a key whose call failed at Easypay fails for ever, and one
        that Easypay has forgotten would make a second payment."""
        if row := self.books.listed("key", request.payment_id):
            return snapshots.created(self.books.single(row["id"]), request)
        age = (clock.now() - request.created_at).total_seconds()
        if age > KEY_LIVES:
            raise base.Declined("Easypay has no such payment")
        try:
            return self.create_payment(request)
        except StoredFailure as error:
            if age < SETTLED:
                raise
            raise base.Declined("Easypay failed to make this payment") from error

    def retrieve_payment(self, gateway_ref: str) -> base.Snapshot:
        single = self.books.single(gateway_ref)
        status = snapshots.status_of(single)
        if status == "pending" and "payment_status" not in single:
            row = self.books.listed("id", gateway_ref) or {}
            status = snapshots.status_of(single, row.get("payment_status"))
        paid = refunded = 0
        if status == "succeeded":
            capture_id = snapshots.id_of(single, "capture")
            capture = self.books.capture(capture_id) if capture_id else {}
            paid = self.books.paid(single, capture)
            refunded = snapshots.refunded(capture, paid)
        return snapshots.of_single(
            single,
            status=status,
            paid_minor=paid,
            refunded_minor=refunded,
            test_mode=self.test_mode,
        )

    def cancel_payment(self, gateway_ref: str) -> base.Snapshot:
        """Looked at before, since deleting what was paid might undo it, and after: a payment that
        came in between wins."""
        now = self.retrieve_payment(gateway_ref)
        if now.status in {"cancelled", "failed"}:
            return base.Snapshot("cancelled", gateway_ref=gateway_ref)
        if now.status == "pending":
            self._delete(gateway_ref)
            now = self._after(gateway_ref)
        if now.status in {"succeeded", "processing"}:
            raise base.Impossible(f"the payment is {now.status}")
        return base.Snapshot("cancelled", gateway_ref=gateway_ref)

    def _delete(self, gateway_ref: str) -> None:
        try:
            self.wire.call("DELETE", f"/single/{gateway_ref}")
        except base.Impossible:  # a reference that has run out needs no deleting
            if not snapshots.has_run_out(self.books.single(gateway_ref)):
                raise

    def _after(self, gateway_ref: str) -> base.Snapshot:
        try:
            return self.retrieve_payment(gateway_ref)
        except base.Missing:  # deleted, and gone from their lists as well
            return base.Snapshot("cancelled")

    def refund_payment(
        self, gateway_payment_id: str, request: base.RefundRequest
    ) -> base.RefundResult:
        made = self._refund(f"/refund/{gateway_payment_id}", request)
        if not isinstance(made.get("id"), str):
            raise base.Unavailable("Easypay's answer lacks the refund's id")
        return base.RefundResult(made["id"], "pending")

    def _refund(self, path: str, request: base.RefundRequest) -> dict[str, Any]:
        """A passing refusal is stored with its key and repeated for ever; since it says that
        nothing happened, the next try has the next key."""
        sent, key = params.refund(request), request.idempotency_key
        for number in range(1, TRIES + 1):
            try:
                return self._post(path, sent, key if number == 1 else f"{key}-{number}")
            except NotNow as error:
                if not error.is_replay:
                    raise
            except base.Impossible as error:
                raise _explained(error) from error
        raise base.Busy("Easypay cannot refund this for the moment")

    def retrieve_refund(self, gateway_refund_id: str) -> base.RefundResult:
        return snapshots.of_refund(self.books.refund(gateway_refund_id))

    def find_refund(
        self, gateway_payment_id: str, request: base.RefundRequest
    ) -> base.RefundResult | None:
        for row in self.books.capture(gateway_payment_id).get("refunds") or []:
            known = row if "transaction_key" in row else self.books.refund(row["id"])
            if known.get("transaction_key") == request.refund_id:
                return snapshots.of_refund(known)
        return None

    def read_event(self, call: base.InboundCall) -> base.GatewayEvent:
        return events.read(call)

    def can_read_events(self) -> bool:
        return True  # there is no secret that could be missing

    @property
    def endpoints(self) -> EasypayEndpoints:  # type: ignore[override]
        return EasypayEndpoints(self.wire)

    def verify(self) -> base.Verification:
        return verify(self.wire, self.credentials["accountId"], self.test_mode)

    def _post(self, path: str, sent: dict[str, Any], key: str) -> dict[str, Any]:
        return self.wire.post(path, sent, headers={"Idempotency-Key": key}).data


def _explained(error: base.Impossible) -> base.Impossible:
    """They refuse to refund a reference by asking for the customer's bank account."""
    if any(word in error.reason.lower() for word in ("iban", "account_holder")):
        return base.Impossible(
            "Easypay cannot refund Multibanco payments; pay the customer back by bank transfer"
        )
    return error
