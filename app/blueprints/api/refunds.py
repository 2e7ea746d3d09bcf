"""POST /api/orders/{id}/refunds."""

from flask import Blueprint
from flask.typing import ResponseReturnValue

from app.blueprints.api import answers, schema
from app.blueprints.api.caller import Call, authenticated
from app.blueprints.api.intents import json_bytes, replayed
from app.services import idempotency, refunds
from app.services.orders import look

__all__ = ["register"]


def register(bp: Blueprint) -> None:
    bp.post("/orders/<order_id>/refunds")(create_refund)


@authenticated("refunds", body_optional=True)
def create_refund(call: Call, order_id: str) -> ResponseReturnValue:
    found = look.get(order_id, provider_id=call.caller.provider_id)
    key = call.key_for(f"refund:{order_id}")
    if key and (replay := idempotency.look(key)):
        return replayed(replay)
    amount, reason = schema.refund_amount(call.body, found.order.currency, _gateway_of(found))
    body = refunds.create(order_id, amount, reason=reason, key=key, render=answers.refund)
    return json_bytes(200, body)


def _gateway_of(found: look.Whole) -> str:
    paid = (one.gateway for one in found.payments if one.id == found.order.settled_by)
    return next(paid, found.order.gateway)
