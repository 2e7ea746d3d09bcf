"""GET /api/orders, GET /api/orders/{id}, POST /api/orders/{id}/cancel."""

from typing import Any

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue

from app.blueprints.api import answers
from app.blueprints.api.caller import Call, authenticated
from app.blueprints.api.filters import choice_of, cursor_of, flag_of, limit_of, moment_of, text_of
from app.models import OrderStatus
from app.services import escrow
from app.services.orders import asking, ending, look

__all__ = ["register"]


def register(bp: Blueprint) -> None:
    bp.get("/orders")(list_orders)
    bp.get("/orders/<order_id>")(get_order)
    bp.post("/orders/<order_id>/cancel")(cancel_order)


@authenticated("payments")
def list_orders(call: Call) -> ResponseReturnValue:
    page = look.page(
        call.caller.provider_id,
        external_id=text_of("externalId"),
        status=choice_of("status", OrderStatus),
        created_after=moment_of("createdAfter"),
        limit=limit_of(),
        cursor=cursor_of("ord_"),
    )
    return jsonify(orders=[answers.order(one) for one in page.orders], nextCursor=page.next_cursor)


@authenticated("payments")
def get_order(call: Call, order_id: str) -> ResponseReturnValue:
    sync = flag_of("sync")
    found = look.get(order_id, provider_id=call.caller.provider_id)
    if sync:
        asking.ask_about(found)
        found = look.get(order_id, provider_id=call.caller.provider_id)
    return jsonify(_whole(found))


@authenticated("payments", body_optional=True)
def cancel_order(call: Call, order_id: str) -> ResponseReturnValue:
    look.get(order_id, provider_id=call.caller.provider_id)
    ending.cancel(order_id)
    return jsonify(_whole(look.get(order_id, provider_id=call.caller.provider_id)))


def _whole(found: look.Whole) -> dict[str, Any]:
    """With what is held of it; an order that has no seller costs no look."""
    held = escrow.of_order(found.order.id) if found.order.seller_id else None
    return answers.whole_order(found, held)
