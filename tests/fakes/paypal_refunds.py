"""Captures as they are read by themselves, and refunds."""

from __future__ import annotations

from decimal import Decimal

from tests.fakes import paypal_checks as checks
from tests.fakes.paypal_errors import missing, unprocessable
from tests.fakes.paypal_world import App, Object, Row, World, new_id, stamp

REFUNDABLE = {"COMPLETED", "PARTIALLY_REFUNDED"}


class Refunds:
    """Money going back out of captures."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.mode = "COMPLETED"  # how the next refunds come out: also PENDING, FAILED, CANCELLED
        self.refusal = ""  # the issue the next refund is refused with

    def capture(self, app: App, capture_id: str) -> Object:
        """GET /v2/payments/captures/{id}."""
        row = self._capture(app, capture_id)
        related = {"related_ids": {"order_id": row.hidden["order"]}}
        return {**row.obj, "supplementary_data": related}

    def create(self, app: App, capture_id: str, body: Object) -> Object:
        """POST /v2/payments/captures/{id}/refund."""
        row = self._capture(app, capture_id)
        if issue := self.refusal:
            self.refusal = ""
            raise unprocessable(issue)
        value = self._value(row, body)
        refund = self._made(row, body, value)
        self.world.refunds[refund["id"]] = Row(row.merchant_id, refund, {"capture": capture_id})
        payments = self._unit(row)["payments"]
        payments.setdefault("refunds", []).append(refund)
        if refund["status"] == "COMPLETED":
            self._count(row, refund)
        return refund

    def get(self, app: App, refund_id: str) -> Object:
        """GET /v2/payments/refunds/{id}."""
        row = self.world.refunds.get(refund_id)
        if row is None or row.merchant_id != app.merchant_id:
            raise missing()
        return row.obj

    def settle(self, refund_id: str, status: str) -> None:
        """A pending refund comes to an end."""
        row = self.world.refunds[refund_id]
        row.obj["status"] = status
        row.obj.pop("status_details", None)
        if status == "COMPLETED":
            self._count(self.world.captures[row.hidden["capture"]], row.obj)

    def by_merchant(self, capture_id: str, value: str) -> Object:
        """The merchant refunds in PayPal's dashboard: with no id of ours."""
        row = self.world.captures[capture_id]
        money = {"value": value, "currency_code": row.obj["amount"]["currency_code"]}
        owner = next(one for one in self.world.apps.values() if one.merchant_id == row.merchant_id)
        return self.create(owner, capture_id, {"amount": money})

    def _value(self, row: Row, body: Object) -> Decimal:
        capture = row.obj
        if capture["status"] == "PENDING":
            raise unprocessable("PENDING_CAPTURE")
        if capture["status"] == "REFUNDED":
            raise unprocessable("CAPTURE_FULLY_REFUNDED")
        if capture["status"] not in REFUNDABLE:
            raise unprocessable("REFUND_NOT_ALLOWED")
        left = self._left(row)
        if "amount" not in body:
            return left
        value = checks.amount(body["amount"], "/amount")
        if body["amount"]["currency_code"] != capture["amount"]["currency_code"]:
            raise unprocessable("REFUND_CAPTURE_CURRENCY_MISMATCH", "/amount/currency_code")
        if value > left:
            raise unprocessable("REFUND_AMOUNT_EXCEEDED", "/amount/value")
        return value

    def _left(self, row: Row) -> Decimal:
        gone = [
            Decimal(one.obj["amount"]["value"])
            for one in self.world.refunds.values()
            if one.hidden["capture"] == row.obj["id"]
            and one.obj["status"] in {"COMPLETED", "PENDING"}
        ]
        return Decimal(row.obj["amount"]["value"]) - sum(gone)

    def _made(self, row: Row, body: Object, value: Decimal) -> Object:
        refund_id, capture = new_id(), row.obj
        refund: Object = {
            "id": refund_id,
            "status": self.mode,
            "amount": checks.written(value, capture["amount"]["currency_code"]),
            "create_time": stamp(),
            "links": [
                self.world.link(f"/v2/payments/refunds/{refund_id}", "self"),
                self.world.link(f"/v2/payments/captures/{capture['id']}", "up"),
            ],
        }
        if self.mode == "PENDING":
            refund["status_details"] = {"reason": "ECHECK"}
        named = ("custom_id", "invoice_id", "note_to_payer")
        return refund | {name: body[name] for name in named if name in body}

    def _count(self, row: Row, refund: Object) -> None:
        done = [
            Decimal(one.obj["amount"]["value"])
            for one in self.world.refunds.values()
            if one.hidden["capture"] == row.obj["id"] and one.obj["status"] == "COMPLETED"
        ]
        whole = sum(done) >= Decimal(row.obj["amount"]["value"])
        row.obj["status"] = "REFUNDED" if whole else "PARTIALLY_REFUNDED"
        self.world.emit("PAYMENT.CAPTURE.REFUNDED", "refund", refund)

    def _unit(self, row: Row) -> Object:
        return self.world.orders[row.hidden["order"]].obj["purchase_units"][0]

    def _capture(self, app: App, capture_id: str) -> Row:
        row = self.world.captures.get(capture_id)
        if row is None or row.merchant_id != app.merchant_id:
            raise missing()
        return row
