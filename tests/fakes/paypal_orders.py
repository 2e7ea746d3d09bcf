"""Orders and captures, as PayPal keeps them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from tests.fakes import paypal_checks as checks
from tests.fakes.customer import CustomerCannot
from tests.fakes.paypal_errors import missing, unprocessable
from tests.fakes.paypal_world import App, Object, Row, World, new_id, now, stamp

LIFE = 3 * 3600  # seconds until an order that nobody approved is forgotten
UNAPPROVED = {"CREATED", "PAYER_ACTION_REQUIRED"}


class Orders:
    """Everything that can happen to an order."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.outcomes: dict[str, tuple[str, str]] = {}  # by order: capture status, reason
        self.declines: dict[str, str] = {}  # by order: the issue its capture is refused with

    def create(self, app: App, body: Object) -> Object:
        """POST /v2/checkout/orders."""
        units = body["purchase_units"]
        if len(units) > 1 or body["intent"] != "CAPTURE":
            raise unprocessable("UNSUPPORTED_INTENT")
        checks.amount(units[0]["amount"], "/purchase_units/0/amount")
        order_id, has_source = new_id(), "payment_source" in body
        unit = {
            "reference_id": "default",
            **units[0],
            "payee": {"email_address": "shop@example.com", "merchant_id": app.merchant_id},
        }
        order = {
            "id": order_id,
            "intent": "CAPTURE",
            "status": "PAYER_ACTION_REQUIRED" if has_source else "CREATED",
            "purchase_units": [unit],
            "create_time": stamp(),
        }
        row = Row(app.merchant_id, order, {"made_at": now(), "sent": body})
        self.world.orders[order_id] = row
        return self.shown(row)

    def get(self, app: App, order_id: str) -> Object:
        """GET /v2/checkout/orders/{id}."""
        return self.shown(self.find(app, order_id))

    def capture(self, app: App, order_id: str) -> Object:
        """POST /v2/checkout/orders/{id}/capture."""
        row = self.find(app, order_id)
        if row.obj["status"] == "COMPLETED":
            raise unprocessable("ORDER_ALREADY_CAPTURED")
        if row.obj["status"] != "APPROVED":
            raise unprocessable("ORDER_NOT_APPROVED")
        if issue := self.declines.pop(order_id, None):
            if issue == "PAYER_ACTION_REQUIRED":
                row.obj["status"] = issue
            raise unprocessable(issue)
        self._check_invoice(row)
        self._take(row)
        return self.shown(row)

    def find(self, app: App, order_id: str) -> Row:
        """The app's order, or PayPal's 404; one that nobody approved in time is forgotten."""
        row = self.world.orders.get(order_id)
        if row is None or row.merchant_id != app.merchant_id or self._is_forgotten(row):
            raise missing()
        return row

    def approve(self, order_id: str, **payer: Any) -> None:
        """The customer agrees on PayPal's page."""
        row = self._row(order_id)
        if row.obj["status"] not in UNAPPROVED or self._is_forgotten(row):
            raise CustomerCannot(f"order {order_id} is {row.obj['status']}")
        row.obj["status"] = "APPROVED"
        row.obj["payer"] = {"payer_id": "PAYER22222222", **payer}
        self._tell("CHECKOUT.ORDER.APPROVED", row)

    def reverse(self, order_id: str) -> None:
        """PayPal takes an approval back that was not captured in time."""
        row = self._row(order_id)
        row.obj["status"] = "VOIDED"
        thing = {"order_id": order_id, "purchase_units": row.obj["purchase_units"]}
        self.world.emit("CHECKOUT.PAYMENT-APPROVAL.REVERSED", "checkout-order", thing)

    def settle(self, order_id: str, status: str, reason: str = "") -> None:
        """A pending capture comes to an end: COMPLETED, DECLINED or FAILED."""
        capture = self.capture_of(order_id)
        capture["status"] = status
        capture.pop("status_details", None)
        if reason:
            capture["status_details"] = {"reason": reason}
        self._tell_capture(capture)

    def capture_of(self, order_id: str) -> Object:
        """The one capture of an order."""
        return self._row(order_id).obj["purchase_units"][0]["payments"]["captures"][0]

    def shown(self, row: Row) -> Object:
        """The order whole, with the links its state has."""
        order_id, status = row.obj["id"], row.obj["status"]
        path = f"/v2/checkout/orders/{order_id}"
        links = [self.world.link(path, "self")]
        if status in UNAPPROVED:
            rel = "payer-action" if status == "PAYER_ACTION_REQUIRED" else "approve"
            links.append(self.world.link(f"/checkoutnow?token={order_id}", rel))
        if status == "APPROVED":
            links.append(self.world.link(f"{path}/capture", "capture", "POST"))
        return {**row.obj, "links": links}

    def _row(self, order_id: str) -> Row:
        return self.world.orders[order_id]

    def _is_forgotten(self, row: Row) -> bool:
        return row.obj["status"] in UNAPPROVED and now() - row.hidden["made_at"] > LIFE

    def _check_invoice(self, row: Row) -> None:
        invoice = row.obj["purchase_units"][0].get("invoice_id")
        for one in self.world.captures.values():
            taken = one.obj["status"] not in {"DECLINED", "FAILED"}
            if invoice and taken and one.obj.get("invoice_id") == invoice:
                raise unprocessable("DUPLICATE_INVOICE_ID")

    def _take(self, row: Row) -> None:
        order_id, unit = row.obj["id"], row.obj["purchase_units"][0]
        status, reason = self.outcomes.get(order_id, ("COMPLETED", ""))
        capture_id = new_id()
        path = f"/v2/payments/captures/{capture_id}"
        money = checks.written(Decimal(unit["amount"]["value"]), unit["amount"]["currency_code"])
        capture: Object = {
            "id": capture_id,
            "status": status,
            "amount": money,
            "final_capture": True,
            "create_time": stamp(),
            "links": [
                self.world.link(path, "self"),
                self.world.link(f"{path}/refund", "refund", "POST"),
                self.world.link(f"/v2/checkout/orders/{order_id}", "up"),
            ],
        }
        capture |= {name: unit[name] for name in ("custom_id", "invoice_id") if name in unit}
        if reason:
            capture["status_details"] = {"reason": reason}
        unit["payments"] = {"captures": [capture]}
        row.obj["status"] = "COMPLETED"
        self.world.captures[capture_id] = Row(row.merchant_id, capture, {"order": order_id})
        self._tell("CHECKOUT.ORDER.COMPLETED", row)
        self._tell_capture(capture)

    def _tell(self, type_: str, row: Row) -> None:
        self.world.emit(type_, "checkout-order", self.shown(row))

    def _tell_capture(self, capture: Object) -> None:
        said = "DENIED" if capture["status"] in {"DECLINED", "FAILED"} else capture["status"]
        order_id = self.world.captures[capture["id"]].hidden["order"]
        related = {"supplementary_data": {"related_ids": {"order_id": order_id}}}
        self.world.emit(f"PAYMENT.CAPTURE.{said}", "capture", {**capture, **related})
