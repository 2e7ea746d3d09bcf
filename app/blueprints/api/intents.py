"""POST /api/create-payment-intent."""

from flask import Blueprint, Response, current_app
from flask.typing import ResponseReturnValue

from app.blueprints.api import answers, schema
from app.blueprints.api.caller import Call, authenticated
from app.extensions import settings
from app.services import idempotency, intents

__all__ = ["register"]

CALL = "create-payment-intent"


def register(bp: Blueprint) -> None:
    bp.post("/create-payment-intent")(create_intent)


@authenticated("payments")
def create_intent(call: Call) -> ResponseReturnValue:
    key = call.key_for(CALL)
    if key and (replay := idempotency.look(key)):
        return replayed(replay)
    wanted = schema.wanted(
        call.body,
        default_gateway=call.caller.gateway or settings().default_gateway,
        default_currency=call.caller.currency or settings()["DEFAULT_CURRENCY"],
    )
    status, body = intents.create(call.caller, wanted, key, answers.intent, answers.declined)
    return json_bytes(status, body)


def replayed(replay: idempotency.Replay) -> Response:
    """The answer given before, byte for byte, marked as such."""
    response = json_bytes(replay.status, replay.body)
    response.headers["Idempotent-Replayed"] = "true"
    return response


def json_bytes(status: int, body: bytes) -> Response:
    """A JSON answer of exactly these bytes."""
    return current_app.response_class(body, status, mimetype="application/json")
