"""Hosted Checkout Sessions: the API's side and the customer's."""

from __future__ import annotations

from typing import Any

from tests.fakes import stripe_shapes as shapes
from tests.fakes.customer import CustomerCannot
from tests.fakes.stripe_checks import (
    check_amount,
    check_currency,
    check_method_choice,
    method_types,
)
from tests.fakes.stripe_errors import invalid, refused
from tests.fakes.stripe_payments import Payments
from tests.fakes.stripe_world import Caller, Row, World, new_id

SHORTEST, LONGEST = 30 * 60, 24 * 60 * 60
ONLY_OTHER_UI = ("return_url", "redirect_on_completion", "payment_method_data")


class Sessions:
    """Checkout Sessions in payment mode."""

    def __init__(self, world: World, payments: Payments) -> None:
        self.world = world
        self.payments = payments

    def create(self, caller: Caller, p: dict[str, Any]) -> Row:
        """POST /v1/checkout/sessions."""
        self._check(p)
        lines = self._lines(p["line_items"])
        currency, total = lines[0]["currency"], sum(line["amount_total"] for line in lines)
        check_amount(total, currency, "line_items")
        check_method_choice(p)
        account = caller.account
        allowed = p.get("allowed_payment_method_types")
        types = method_types(
            allowed, account.capabilities, account.country, currency, "Checkout Session"
        )
        now = self.world.now()
        obj = shapes.session(p, now, caller.owner.livemode, types, (total, currency))
        obj["url"] = f"{self.world.base_url}/c/pay/{obj['id']}"
        data = p.get("payment_intent_data", {})
        return self.world.add(caller.owner, obj, line_items=lines, intent_data=data)

    def _check(self, p: dict[str, Any]) -> None:
        if p.get("ui_mode", "hosted_page") != "hosted_page":
            raise invalid("This fake models ui_mode hosted_page only.", "ui_mode")
        if p.get("mode", "payment") != "payment":
            raise invalid("This fake models mode payment only.", "mode")
        for name in ("mode", "line_items", "success_url"):
            if not p.get(name):
                raise invalid(f"Missing required param: {name}.", name, "parameter_missing")
        for name in ONLY_OTHER_UI:
            if name in p:
                raise invalid(f"{name} cannot be used with ui_mode hosted_page.", name)
        if p.get("payment_intent_data", {}).get("capture_method") == "manual":
            raise invalid("This fake does not model manual capture.", "payment_intent_data")
        if p.get("customer") and p.get("customer_email"):
            raise invalid("You may only specify one of customer and customer_email.")
        ahead = p.get("expires_at", self.world.now() + LONGEST) - self.world.now()
        if ahead < SHORTEST:
            raise invalid("expires_at must be at least 30 minutes from creation.", "expires_at")
        if ahead > LONGEST:
            raise invalid("expires_at must be less than 24 hours from creation.", "expires_at")

    def _lines(self, items: list[dict[str, Any]]) -> list[dict[str, Any]]:
        if len(items) > 100:
            raise invalid("A session can have up to 100 line items.", "line_items")
        lines = [self._line(item, f"line_items[{index}]") for index, item in enumerate(items)]
        if len({line["currency"] for line in lines}) > 1:
            raise invalid("All line items must have the same currency.", "line_items")
        return lines

    def _line(self, item: dict[str, Any], path: str) -> dict[str, Any]:
        price = item.get("price_data")
        if price is None:
            text = f"This fake models line items with price_data only: {path}"
            raise invalid(text, f"{path}[price_data]", "parameter_missing")
        for name, place in (("quantity", item), ("unit_amount", price), ("product_data", price)):
            if name not in place:
                here = f"{path}[{name}]" if place is item else f"{path}[price_data][{name}]"
                raise invalid(f"Missing required param: {here}.", here, "parameter_missing")
        if "recurring" in price:
            raise invalid("Recurring prices need mode subscription.", f"{path}[price_data]")
        if price["unit_amount"] < 0 or item["quantity"] < 1:
            raise invalid("Invalid non-negative integer", path, "parameter_invalid_integer")
        amount = price["unit_amount"] * item["quantity"]
        return {
            "id": new_id("li_1"),
            "object": "item",
            "amount_discount": 0,
            "amount_subtotal": amount,
            "amount_tax": 0,
            "amount_total": amount,
            "currency": check_currency(price["currency"], f"{path}[price_data][currency]"),
            "description": price["product_data"]["name"],
            "quantity": item["quantity"],
        }

    def settle_time(self, row: Row) -> Row:
        """Expire an open session whose time is over."""
        if row.obj["status"] == "open" and self.world.now() >= row.obj["expires_at"]:
            self._end(row)
        return row

    def expire(self, row: Row) -> Row:
        """POST /v1/checkout/sessions/{id}/expire."""
        status = self.settle_time(row).obj["status"]
        if status != "open":
            raise refused(
                f"Only Checkout Sessions with a status in ['open'] can be expired. This one has a "
                f"status of '{status}'.",
            )
        return self._end(row)

    def _end(self, row: Row) -> Row:
        row.obj.update(status="expired", url=None)
        intent_id = row.obj["payment_intent"]
        if intent_id:
            self.payments.end(self.world.rows[intent_id], "expired")
        self.world.emit(row, "checkout.session.expired")
        return row

    def attempt(self, row: Row, method: str) -> Row:
        """The customer tries to pay: from here on the session has a payment intent."""
        session = self.settle_time(row).obj
        if session["status"] != "open":
            raise CustomerCannot(f"{session['id']} is {session['status']}")
        if method not in session["payment_method_types"]:
            raise CustomerCannot(f"{session['id']} does not offer {method}")
        if session["payment_intent"] is None:
            p = {
                **row.hidden["intent_data"],
                "amount": session["amount_total"],
                "currency": session["currency"],
            }
            types = session["payment_method_types"]
            intent = self.payments.open_intent(row.owner, p, types, session=session["id"])
            session["payment_intent"] = intent.obj["id"]
        return self.world.rows[session["payment_intent"]]

    def pay(self, row: Row, method: str, *, processing: bool) -> Row:
        """The customer pays; with ``processing`` the money comes later."""
        intent = self.attempt(row, method)
        if processing:
            self.payments.process(intent, method)
        else:
            self.payments.succeed(intent, method)
        email = row.obj["customer_email"] or "buyer@example.com"
        details = {"email": email, "name": "A Buyer", "phone": None, "address": None}
        row.obj.update(status="complete", url=None, customer_details=details)
        row.obj["payment_status"] = "unpaid" if processing else "paid"
        self.world.emit(row, "checkout.session.completed")
        return row

    def decline(self, row: Row, method: str, decline_code: str) -> Row:
        """The customer's attempt fails and the page stays open."""
        self.payments.fail(self.attempt(row, method), method, decline_code)
        return row

    def money_came(self, intent: Row, ok: bool) -> None:
        """Close the session of an intent that was processing."""
        session_id = intent.hidden.get("session")
        if session_id is None:
            return
        row = self.world.rows[session_id]
        if ok:
            row.obj["payment_status"] = "paid"
        outcome = "succeeded" if ok else "failed"
        self.world.emit(row, f"checkout.session.async_payment_{outcome}")
