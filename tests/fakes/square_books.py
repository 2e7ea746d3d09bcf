"""What the fake Square knows: merchants, locations, links, orders, payments and refunds."""

from __future__ import annotations

import copy
import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.fakes import square_shapes as shapes
from tests.fakes.customer import CustomerCannot
from tests.fakes.square_checks import check_link, check_money, check_shown
from tests.fakes.square_errors import SquareRefusal, missing
from tests.fakes.square_shapes import Object, now

KINDS = {
    "link": "PaymentLink",
    "order": "Order",
    "payment": "Payment",
    "refund": "PaymentRefund",
}


@dataclass
class Merchant:
    """One seller, with locations by id."""

    id: str
    locations: dict[str, Object] = field(default_factory=dict)


class Books:
    """The state, behind one lock. Every reader outside gets copies."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.merchants: dict[str, Merchant] = {}
        self.owner: dict[str, str] = {}  # of an object, by its id
        self.rows: dict[str, dict[str, Object]] = {kind: {} for kind in KINDS}
        self.listeners: list[Callable[[str, str, Object], None]] = []

    def find(self, kind: str, merchant: Merchant, object_id: str) -> Object:
        """A merchant's object, or Square's 404."""
        found = self.rows[kind].get(object_id)
        if found is None or self.owner[object_id] != merchant.id:
            raise missing(KINDS[kind], object_id)
        return found

    def show(self, kind: str, row: Object) -> Object:
        """A copy as Square shows it."""
        check_shown(KINDS[kind], row)
        return copy.deepcopy(row)

    def _add(self, kind: str, merchant_id: str, row: Object) -> Object:
        self.rows[kind][row["id"]] = row
        self.owner[row["id"]] = merchant_id
        return row

    def _tell(self, type_: str, row: Object) -> None:
        shown = self.show(type_.partition(".")[0], row)
        for listener in self.listeners:
            listener(self.owner[row["id"]], type_, shown)

    # Links

    def make_link(self, merchant: Merchant, body: Object) -> Object:
        """A link and its order, in the location's currency and no other."""
        check_link(body)
        sent = body.get("order") or body["quick_pay"]
        found = merchant.locations.get(sent["location_id"])
        if found is None or found["status"] != "ACTIVE":
            text = f"Location `{sent['location_id']}` is not available to you."
            raise SquareRefusal(400, "INVALID_LOCATION", text, "order.location_id")
        order = shapes.order(body, found["currency"])
        for index, item in enumerate(order["line_items"]):
            if item["base_price_money"]["currency"] != found["currency"]:
                where = f"order.line_items[{index}].base_price_money.currency"
                text = "The currency does not match the one of the location."
                raise SquareRefusal(400, "CURRENCY_MISMATCH", text, where)
        self._add("order", merchant.id, order)
        return self._add("link", merchant.id, shapes.link(body, order, merchant.id))

    def delete_link(self, merchant: Merchant, link_id: str) -> Object:
        """Take a link away; its order is cancelled unless somebody has paid or is paying."""
        link = self.find("link", merchant, link_id)
        order = self.rows["order"][link["order_id"]]
        del self.rows["link"][link_id]
        if order.get("tenders"):
            return {"id": link_id}
        order.update(state="CANCELED", closed_at=now())
        return {"id": link_id, "cancelled_order_id": order["id"]}

    # Payments

    def pay(self, link_id: str, status: str, source: str, minor: int | None = None) -> Object:
        """The customer pays on the page of a link, all that is due or a part of it."""
        link = self.rows["link"].get(link_id)
        order = self.rows["order"][link["order_id"]] if link else {"state": "gone"}
        due = order.get("net_amount_due_money", {"amount": 0})
        if not link or order["state"] not in {"DRAFT", "OPEN"} or due["amount"] <= 0:
            raise CustomerCannot("the link cannot be paid")
        money = {**due, "amount": due["amount"] if minor is None else minor}
        made = shapes.payment(order, link, money, status, source)
        self._add("payment", self.owner[link_id], made)
        if status != "FAILED":  # an attempt that failed at once is no tender
            order.setdefault("tenders", []).append(shapes.tender(made))
            due["amount"] -= money["amount"]
            order.update(state="OPEN", version=order["version"] + 1)
        self._tell("payment.created", made)
        return made

    def move_payment(self, payment: Object, status: str) -> None:
        """A payment becomes something else there, and Square tells of it."""
        payment.update(status=status, updated_at=now())
        if status in {"FAILED", "CANCELED"}:  # what it was to pay is due again
            order = self.rows["order"][payment["order_id"]]
            order["net_amount_due_money"]["amount"] += payment["amount_money"]["amount"]
        self._tell("payment.updated", payment)

    # Refunds

    def make_refund(self, merchant: Merchant, body: Object) -> Object:
        """Give money of a completed payment back, never more than is left of it."""
        check_money(body["amount_money"], "amount_money")
        payment = self.find("payment", merchant, body["payment_id"])
        if payment["status"] != "COMPLETED":
            raise _no_refund("PAYMENT_NOT_REFUNDABLE", "The payment is not completed.")
        if body["amount_money"]["currency"] != payment["total_money"]["currency"]:
            raise _no_refund("CURRENCY_MISMATCH", "The currency is not the payment's.")
        gone = self._refunded(payment, "PENDING", "COMPLETED")
        if body["amount_money"]["amount"] > payment["total_money"]["amount"] - gone:
            raise _no_refund("REFUND_AMOUNT_INVALID", "The amount is more than what is left.")
        refund = self._add("refund", merchant.id, shapes.refund(body, payment))
        payment.setdefault("refund_ids", []).append(refund["id"])
        self._tell("refund.created", refund)
        return refund

    def _refunded(self, payment: Object, *statuses: str) -> int:
        made = [self.rows["refund"][one] for one in payment.get("refund_ids", [])]
        return sum(one["amount_money"]["amount"] for one in made if one["status"] in statuses)

    def finish_refund(self, refund: Object, status: str) -> None:
        """A refund is decided, and the payment's total follows."""
        refund.update(status=status, updated_at=now())
        payment = self.rows["payment"][refund["payment_id"]]
        total = self._refunded(payment, "COMPLETED")
        payment["refunded_money"] = {**refund["amount_money"], "amount": total}
        self._tell("refund.updated", refund)
        self.move_payment(payment, payment["status"])


def _no_refund(code: str, text: str) -> SquareRefusal:
    return SquareRefusal(400, code, text, category="REFUND_ERROR")
