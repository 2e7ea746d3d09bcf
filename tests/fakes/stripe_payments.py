"""Payment intents: what the API may do with them, and what the customer does."""

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
from tests.fakes.stripe_errors import StripeRefusal, invalid, refused, unexpected_state
from tests.fakes.stripe_world import Caller, Owner, Row, World, new_id

CANCELABLE = {"requires_payment_method", "requires_confirmation", "requires_action"}
CONFIRMABLE = CANCELABLE
ONLY_WITH_CONFIRM = ("return_url", "off_session", "error_on_requires_action", "mandate_data")
TEST_CARDS = {
    "pm_card_visa": None,
    "pm_card_mastercard": None,
    "pm_card_chargeDeclined": "generic_decline",
    "pm_card_visa_chargeDeclined": "generic_decline",
    "pm_card_visa_chargeDeclinedInsufficientFunds": "insufficient_funds",
    "pm_card_visa_chargeDeclinedLostCard": "lost_card",
}


class Payments:
    """Payment intents and the charges they make."""

    def __init__(self, world: World) -> None:
        self.world = world

    def create(self, caller: Caller, p: dict[str, Any]) -> Row:
        """POST /v1/payment_intents."""
        p["currency"] = check_currency(p["currency"], "currency")
        check_amount(p["amount"], p["currency"], "amount")
        check_method_choice(p)
        if p.get("capture_method") == "manual":
            raise invalid("This fake does not model manual capture.", "capture_method")
        if not p.get("confirm"):
            for name in ONLY_WITH_CONFIRM:
                if name in p:
                    raise invalid(f"{name} can only be used when confirm is true.", name)
        account, currency = caller.account, p["currency"]
        allowed = p.get("allowed_payment_method_types")
        types = method_types(
            allowed, account.capabilities, account.country, currency, "Payment Intent"
        )
        excluded = p.get("excluded_payment_method_types", [])
        types = [one for one in types if one not in excluded]
        if p.get("confirm"):
            self._check_confirmation(caller, p, types)
        row = self.open_intent(caller.owner, p, types)
        if p.get("confirm"):
            return self._confirm(row, p)
        names = ("payment_method", "payment_method_data")
        attached = {name: p[name] for name in names if name in p}
        if attached:
            row.obj["payment_method"] = p.get("payment_method") or new_id("pm_1")
            row.obj["status"] = "requires_confirmation"
            row.hidden["attached"] = attached
        return row

    def open_intent(self, owner: Owner, p: dict[str, Any], types: list[str], **hidden: Any) -> Row:
        """Store a new intent and tell of it."""
        intent = shapes.payment_intent(p, self.world.now(), owner.livemode, types)
        row = self.world.add(owner, intent, **hidden)
        self.world.emit(row, "payment_intent.created")
        return row

    def confirm(self, caller: Caller, row: Row, p: dict[str, Any]) -> Row:
        """POST /v1/payment_intents/{id}/confirm."""
        intent = row.obj
        if row.hidden.get("session"):
            raise unexpected_state(
                "You cannot confirm this PaymentIntent because it belongs to a Checkout Session.",
                intent,
            )
        if intent["status"] not in CONFIRMABLE:
            raise unexpected_state(
                "You cannot confirm this PaymentIntent because it has a status of "
                f"{intent['status']}.",
                intent,
            )
        if "attached" in row.hidden and not {"payment_method", "payment_method_data"} & set(p):
            p.update(row.hidden["attached"])
        self._check_confirmation(caller, p, intent["payment_method_types"], intent)
        return self._confirm(row, p)

    def _check_confirmation(
        self,
        caller: Caller,
        p: dict[str, Any],
        types: list[str],
        intent: dict[str, Any] | None = None,
    ) -> None:
        if not {"payment_method", "payment_method_data"} & set(p):
            raise unexpected_state(
                "You cannot confirm this PaymentIntent because it's missing a payment method.",
                intent,
            )
        method = p.get("payment_method_data", {}).get("type", "card")
        if method not in types:
            raise refused(
                f"The PaymentMethod provided ({method}) is not allowed for this PaymentIntent. "
                f"Allowed types: {', '.join(types)}.",
                code="payment_intent_incompatible_payment_method",
                param="payment_method",
            )
        card = p.get("payment_method")
        if method == "card" and (card not in TEST_CARDS or caller.owner.livemode):
            raise StripeRefusal(
                404,
                f"No such PaymentMethod: '{card}'",
                code="resource_missing",
                param="payment_method",
            )
        if method != "card" and "return_url" not in p:
            raise invalid(
                "A return_url must be given to confirm with a payment method that redirects.",
                "return_url",
                "parameter_missing",
            )

    def _confirm(self, row: Row, p: dict[str, Any]) -> Row:
        intent, method = row.obj, p.get("payment_method_data", {}).get("type", "card")
        if method == "card":
            return self._confirm_card(row, p["payment_method"])
        intent.update(payment_method=new_id("pm_1"), last_payment_error=None)
        row.hidden.update(method=method, return_url=p["return_url"])
        intent["status"] = "requires_action"
        intent["next_action"] = self._next_action(intent, method)
        self.world.emit(row, "payment_intent.requires_action")
        return row

    def _confirm_card(self, row: Row, card: str) -> Row:
        row.obj["payment_method"] = new_id("pm_1")
        decline = TEST_CARDS[card]
        if decline:
            self.decline_card(row, decline)
        self.succeed(row, "card")
        return row

    def decline_card(self, row: Row, decline_code: str) -> None:
        """Fail the attempt and answer 402, as for a card its bank refuses."""
        self.fail(row, "card", decline_code)
        error = row.obj["last_payment_error"]
        raise StripeRefusal(
            402,
            error["message"],
            type="card_error",
            code=error["code"],
            decline_code=decline_code,
            payment_intent=dict(row.obj),
        )

    def _next_action(self, intent: dict[str, Any], method: str) -> dict[str, Any]:
        hosted = f"{self.world.base_url}/cashapp/{intent['id']}"
        if method != "cashapp":
            return {"type": "redirect_to_url", "redirect_to_url": {"url": hosted}}
        kind = "cashapp_handle_redirect_or_display_qr_code"
        picture = f"{self.world.base_url}/qr/{intent['id']}"
        code = {
            "expires_at": self.world.now() + 60,
            "image_url_png": f"{picture}.png",
            "image_url_svg": f"{picture}.svg",
        }
        urls = {"hosted_instructions_url": hosted, "mobile_auth_url": f"{hosted}/mobile"}
        return {"type": kind, kind: {**urls, "qr_code": code}}

    def cancel(self, row: Row, p: dict[str, Any]) -> Row:
        """POST /v1/payment_intents/{id}/cancel."""
        intent = row.obj
        if row.hidden.get("session"):
            raise unexpected_state(
                "You cannot cancel this PaymentIntent because it belongs to a Checkout Session. "
                "Expire the session instead.",
                intent,
            )
        if intent["status"] not in CANCELABLE:
            raise unexpected_state(
                f"You cannot cancel this PaymentIntent because it has a status of "
                f"{intent['status']}.",
                intent,
            )
        return self.end(row, p.get("cancellation_reason"))

    def end(self, row: Row, reason: str | None) -> Row:
        """Cancel an intent, whoever wants it."""
        row.obj.update(
            status="canceled",
            canceled_at=self.world.now(),
            cancellation_reason=reason,
            next_action=None,
        )
        self.world.emit(row, "payment_intent.canceled")
        return row

    def require(self, row: Row, *statuses: str) -> None:
        """Stop a customer's click that the intent's state does not allow."""
        if row.obj["status"] not in statuses:
            raise CustomerCannot(f"{row.obj['id']} is {row.obj['status']}")

    def succeed(self, row: Row, method: str | None = None) -> Row:
        """The money moves: a charge exists from here on."""
        intent = row.obj
        method = method or row.hidden.get("method") or "card"
        intent["payment_method"] = intent["payment_method"] or new_id("pm_1")
        charge = shapes.charge(intent, self.world.now(), method, self.world.base_url)
        charge_row = self.world.add(row.owner, charge)
        intent.update(
            status="succeeded",
            amount_received=intent["amount"],
            latest_charge=charge["id"],
            next_action=None,
            last_payment_error=None,
            processing=None,
        )
        self.world.emit(charge_row, "charge.succeeded")
        self.world.emit(row, "payment_intent.succeeded")
        return row

    def fail(self, row: Row, method: str, decline_code: str | None) -> Row:
        """An attempt fails; the intent asks for another payment method."""
        code = "card_declined" if decline_code else "payment_method_customer_decline"
        message = "The payment method was declined."
        if code == "payment_method_customer_decline":
            message = "The customer declined the payment."
        error = {"type": "card_error", "code": code, "message": message}
        if decline_code:
            error["decline_code"] = decline_code
        used = {"id": row.obj["payment_method"] or new_id("pm_1"), "type": method}
        row.hidden.pop("attached", None)
        row.obj.update(
            status="requires_payment_method",
            next_action=None,
            payment_method=None,
            processing=None,
            last_payment_error={**error, "payment_method": {"object": "payment_method", **used}},
        )
        self.world.emit(row, "payment_intent.payment_failed")
        return row

    def process(self, row: Row, method: str | None = None) -> Row:
        """The customer is done, the money is not there yet."""
        row.hidden["method"] = method or row.hidden.get("method") or "card"
        row.obj.update(status="processing", next_action=None, last_payment_error=None)
        row.obj["payment_method"] = row.obj["payment_method"] or new_id("pm_1")
        self.world.emit(row, "payment_intent.processing")
        return row
