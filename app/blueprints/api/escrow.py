"""POST /api/orders/{id}/escrow/release, …/dispute, …/resume."""

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue

from app.blueprints.api import answers, schema
from app.blueprints.api.caller import Call, authenticated
from app.blueprints.api.intents import json_bytes, replayed
from app.services import escrow, idempotency
from app.services.orders import look

__all__ = ["register"]


def register(bp: Blueprint) -> None:
    bp.post("/orders/<order_id>/escrow/release")(release)
    bp.post("/orders/<order_id>/escrow/dispute")(dispute)
    bp.post("/orders/<order_id>/escrow/resume")(resume)


@authenticated("payouts", body_optional=True)
def release(call: Call, order_id: str) -> ResponseReturnValue:
    found = look.get(order_id, provider_id=call.caller.provider_id)
    key = call.key_for(f"release:{order_id}")
    if key and (replay := idempotency.look(key)):
        return replayed(replay)
    amount = schema.amount_of(call.body, found.order.currency, found.order.gateway)
    return json_bytes(200, escrow.release(order_id, amount, key=key, render=answers.escrow))


@authenticated("payouts", body_optional=True)
def dispute(call: Call, order_id: str) -> ResponseReturnValue:
    look.get(order_id, provider_id=call.caller.provider_id)
    escrow.dispute(order_id, schema.dispute_reason(call.body))
    return jsonify(answers.escrow(escrow.of_order(order_id)))


@authenticated("payouts", body_optional=True)
def resume(call: Call, order_id: str) -> ResponseReturnValue:
    look.get(order_id, provider_id=call.caller.provider_id)
    escrow.resume(order_id)
    return jsonify(answers.escrow(escrow.of_order(order_id)))
