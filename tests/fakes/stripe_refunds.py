"""Refunds of charges."""

from __future__ import annotations

from typing import Any

from tests.fakes import stripe_shapes as shapes
from tests.fakes.customer import CustomerCannot
from tests.fakes.stripe_checks import spoken
from tests.fakes.stripe_errors import invalid, refused
from tests.fakes.stripe_world import Caller, Row, World


class Refunds:
    """Refunds, and how much of each charge they took back."""

    def __init__(self, world: World) -> None:
        self.world = world

    def create(self, caller: Caller, p: dict[str, Any], status: str) -> Row:
        """POST /v1/refunds."""
        charge_row = self._charge(caller, p)
        charge = charge_row.obj
        if charge["refunded"]:
            text = f"Charge {charge['id']} has already been refunded."
            raise refused(text, code="charge_already_refunded")
        left = charge["amount"] - charge["amount_refunded"]
        p.setdefault("amount", left)
        if p["amount"] < 1:
            text = "This value must be greater than or equal to 1."
            raise invalid(text, "amount", "parameter_invalid_integer")
        if p["amount"] > left:
            raise refused(
                f"Refund amount ({spoken(p['amount'], charge['currency'])}) is greater than "
                f"unrefunded amount on charge ({spoken(left, charge['currency'])})",
                param="amount",
            )
        row = self.world.add(
            caller.owner, shapes.refund(charge, p, self.world.now(), status=status)
        )
        self._move(charge_row, p["amount"])
        self.world.emit(row, "refund.created")
        self.world.emit(charge_row, "charge.refunded")
        return row

    def _charge(self, caller: Caller, p: dict[str, Any]) -> Row:
        intent = None
        if "payment_intent" in p:
            intent = self.world.find(caller, "payment_intent", p["payment_intent"]).obj
            if intent["latest_charge"] is None:
                raise refused(
                    f"This PaymentIntent ({intent['id']}) does not have a successful charge to "
                    "refund."
                )
        if "charge" not in p:
            if intent is None:
                raise invalid(
                    "One of the following params should be provided for this request: "
                    "payment_intent or charge.",
                    code="parameter_missing",
                )
            return self.world.rows[intent["latest_charge"]]
        row = self.world.find(caller, "charge", p["charge"])
        if intent is not None and row.obj["payment_intent"] != intent["id"]:
            raise invalid("The charge does not belong to the payment_intent.", "charge")
        return row

    def _move(self, charge_row: Row, amount: int) -> None:
        charge = charge_row.obj
        charge["amount_refunded"] += amount
        charge["refunded"] = charge["amount_refunded"] == charge["amount"]

    def finish(self, row: Row, ok: bool) -> Row:
        """Settle a pending refund; a failed one gives the charge its amount back.

        A refund that had succeeded can still fail, as when the customer's account is closed.
        """
        refund = row.obj
        if refund["status"] not in (("pending",) if ok else ("pending", "succeeded")):
            raise CustomerCannot(f"{refund['id']} is {refund['status']}")
        previous = {"status": refund["status"]}
        refund["status"] = "succeeded" if ok else "failed"
        if not ok:
            refund["failure_reason"] = "unknown"
            self._move(self.world.rows[refund["charge"]], -refund["amount"])
            self.world.emit(row, "refund.failed")
        self.world.emit(row, "refund.updated", previous)
        return row
