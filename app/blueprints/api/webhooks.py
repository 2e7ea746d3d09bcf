"""GET /api/webhook-deliveries, GET /api/webhook-deliveries/{id},
POST /api/webhook-deliveries/{id}/redeliver, GET /api/webhook-endpoints."""

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue

from app.blueprints.api import webhook_answers as answers
from app.blueprints.api.caller import Call, authenticated
from app.blueprints.api.filters import choice_of, cursor_of, limit_of, moment_of, text_of
from app.models import DeliveryStatus, EventType
from app.services import deliveries, webhook_endpoints
from app.services.deliveries import health, log, replays

__all__ = ["register"]


def register(bp: Blueprint) -> None:
    bp.get("/webhook-deliveries")(list_deliveries)
    bp.get("/webhook-deliveries/<delivery_id>")(get_delivery)
    bp.post("/webhook-deliveries/<delivery_id>/redeliver")(redeliver)
    bp.get("/webhook-endpoints")(list_endpoints)


@authenticated("payments")
def list_deliveries(call: Call) -> ResponseReturnValue:
    wanted = log.Wanted(
        provider_id=call.caller.provider_id,
        order_id=text_of("orderId"),
        endpoint_id=text_of("endpointId"),
        status=choice_of("status", DeliveryStatus),
        event=choice_of("event", EventType),
        since=moment_of("since"),
    )
    page = log.page(wanted, limit=limit_of(), cursor=cursor_of("dlv_"))
    return jsonify(
        deliveries=[answers.delivery(one) for one in page.entries],
        nextCursor=page.next_cursor,
    )


@authenticated("payments")
def get_delivery(call: Call, delivery_id: str) -> ResponseReturnValue:
    found = log.get(delivery_id, provider_id=call.caller.provider_id)
    return jsonify(answers.whole_delivery(found))


@authenticated("payments", body_optional=True)
def redeliver(call: Call, delivery_id: str) -> ResponseReturnValue:
    log.get(delivery_id, provider_id=call.caller.provider_id)
    deliveries.redeliver(delivery_id)
    whole = log.get(delivery_id, provider_id=call.caller.provider_id)
    return jsonify(answers.delivery(whole.entry))


@authenticated("payments")
def list_endpoints(call: Call) -> ResponseReturnValue:
    found = webhook_endpoints.list_of(call.caller.provider_id)
    healths = health.of_provider(call.caller.provider_id)
    latest = replays.latest_of([one.id for one in found])
    # One that was added between the two reads is in the next answer.
    return jsonify(
        endpoints=[
            answers.endpoint(one, healths[one.id], latest.get(one.id))
            for one in found
            if one.id in healths
        ]
    )
