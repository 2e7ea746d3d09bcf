"""GET /api/webhook-deliveries, POST /api/webhook-deliveries/{id}/redeliver."""

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue

from app.blueprints.api import answers
from app.blueprints.api.caller import Call, authenticated
from app.blueprints.api.filters import choice_of, cursor_of, limit_of, text_of
from app.models import DeliveryStatus
from app.services import deliveries
from app.services.deliveries import look

__all__ = ["register"]


def register(bp: Blueprint) -> None:
    bp.get("/webhook-deliveries")(list_deliveries)
    bp.post("/webhook-deliveries/<delivery_id>/redeliver")(redeliver)


@authenticated("payments")
def list_deliveries(call: Call) -> ResponseReturnValue:
    rows, cursor = look.page(
        call.caller.provider_id,
        order_id=text_of("orderId"),
        status=choice_of("status", DeliveryStatus),
        limit=limit_of(),
        cursor=cursor_of("dlv_"),
    )
    return jsonify(
        deliveries=[answers.delivery(one, event) for one, event in rows], nextCursor=cursor
    )


@authenticated("payments", body_optional=True)
def redeliver(call: Call, delivery_id: str) -> ResponseReturnValue:
    look.get(delivery_id, provider_id=call.caller.provider_id)
    deliveries.redeliver(delivery_id)
    one, event = look.get(delivery_id, provider_id=call.caller.provider_id)
    return jsonify(answers.delivery(one, event))
