"""GET /api/webhook-deliveries, POST /api/webhook-deliveries/{id}/redeliver."""

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue

from app.blueprints.api import answers
from app.blueprints.api.caller import Call, authenticated
from app.blueprints.api.orders import cursor_of, limit_of
from app.kit.errors import Refused
from app.models import DeliveryStatus
from app.services import deliveries
from app.services.deliveries import look

__all__ = ["register"]


def register(bp: Blueprint) -> None:
    bp.get("/webhook-deliveries")(list_deliveries)
    bp.post("/webhook-deliveries/<delivery_id>/redeliver")(redeliver)


@authenticated("payments")
def list_deliveries(call: Call) -> ResponseReturnValue:
    status = request.args.get("status")
    if status is not None and status not in set(DeliveryStatus):
        raise Refused('Invalid field: "status"', "invalid_field", field="status")
    rows, cursor = look.page(
        call.caller.provider_id,
        order_id=request.args.get("orderId", type=lambda text: text.replace("\x00", "")[:40]),
        status=status,
        limit=limit_of(),
        cursor=cursor_of("dlv_"),
    )
    return jsonify(
        deliveries=[answers.delivery(one, event) for one, event in rows], nextCursor=cursor
    )


@authenticated("payments")
def redeliver(call: Call, delivery_id: str) -> ResponseReturnValue:
    look.get(delivery_id, provider_id=call.caller.provider_id)
    deliveries.redeliver(delivery_id)
    one, event = look.get(delivery_id, provider_id=call.caller.provider_id)
    return jsonify(answers.delivery(one, event))
