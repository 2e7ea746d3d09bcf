"""Disputes: a customer's bank takes money back, and decides later whose it is."""

from __future__ import annotations

from tests.fakes.customer import CustomerCannot
from tests.fakes.stripe_world import Row, World, new_id

OVER = {"won", "lost", "warning_closed"}


class Disputes:
    """What banks dispute, and how it ends."""

    def __init__(self, world: World) -> None:
        self.world = world

    def open(self, charge_row: Row, amount: int | None, status: str) -> Row:
        """The bank disputes a charge, or (``warning_needs_response``) only asks about it."""
        charge = charge_row.obj
        charge["disputed"] = True
        made = {
            "id": new_id("du_1"),
            "object": "dispute",
            "amount": charge["amount"] if amount is None else amount,
            "charge": charge["id"],
            "created": self.world.now(),
            "currency": charge["currency"],
            "livemode": charge["livemode"],
            "metadata": {},
            "payment_intent": charge["payment_intent"],
            "reason": "fraudulent",
            "status": status,
        }
        row = self.world.add(charge_row.owner, made)
        self.world.emit(row, "charge.dispute.created")
        return row

    def close(self, row: Row, status: str) -> Row:
        """The bank has decided."""
        if row.obj["status"] in OVER or status not in OVER:
            raise CustomerCannot(f"{row.obj['id']} is {row.obj['status']}")
        row.obj["status"] = status
        self.world.emit(row, "charge.dispute.closed")
        return row
