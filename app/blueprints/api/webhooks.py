"""GET /api/webhook-deliveries, POST /api/webhook-deliveries/{id}/redeliver."""

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue

from app.blueprints.api import answers
from app.blueprints.api.caller import Call, authenticated
from app.blueprints.api.filters import choice_of, cursor_of, limit_of, text_of
from app.models import DeliveryStatus
from app.services import deliveries
from app.services.deliveries import log

__all__ = ["register"]


def register(bp: Blueprint) -> None:
    bp.get("/webhook-deliveries")(list_deliveries)
    bp.post("/webhook-deliveries/<delivery_id>/redeliver")(redeliver)


@authenticated("payments")
def list_deliveries(call: Call) -> ResponseReturnValue:
    wanted = log.Wanted(
        provider_id=call.caller.provider_id,
        order_id=text_of("orderId"),
        status=choice_of("status", DeliveryStatus),
    )
    page = log.page(wanted, limit=limit_of(), cursor=cursor_of("dlv_"))
    return jsonify(
        deliveries=[answers.delivery(one.delivery, one.event) for one in page.entries],
        nextCursor=page.next_cursor,
    )


@authenticated("payments", body_optional=True)
def redeliver(call: Call, delivery_id: str) -> ResponseReturnValue:
    log.get(delivery_id, provider_id=call.caller.provider_id)
    deliveries.redeliver(delivery_id)
    whole = log.get(delivery_id, provider_id=call.caller.provider_id)
    return jsonify(answers.delivery(whole.delivery, whole.entry.event))
