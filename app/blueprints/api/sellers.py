"""POST /api/sellers, GET /api/sellers/{id}, POST /api/sellers/{id}/onboarding-link."""

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue

from app.blueprints.api import answers, schema
from app.blueprints.api.caller import Call, authenticated
from app.blueprints.api.filters import flag_of
from app.blueprints.api.intents import json_bytes, replayed
from app.services import idempotency, sellers

__all__ = ["register"]


def register(bp: Blueprint) -> None:
    bp.post("/sellers")(create_seller)
    bp.get("/sellers/<seller_id>")(get_seller)
    bp.post("/sellers/<seller_id>/onboarding-link")(make_link)


@authenticated("payouts")
def create_seller(call: Call) -> ResponseReturnValue:
    key = call.key_for("sellers")
    if key and (replay := idempotency.look(key)):
        return replayed(replay)
    wanted = schema.seller(call.body)
    return json_bytes(200, sellers.create(call.caller, wanted, key=key, render=answers.seller))


@authenticated("payouts")
def get_seller(call: Call, seller_id: str) -> ResponseReturnValue:
    sync = flag_of("sync")
    found = sellers.get(seller_id, provider_id=call.caller.provider_id)
    return jsonify(answers.seller(sellers.refresh(seller_id) if sync else found))


@authenticated("payouts", body_optional=True)
def make_link(call: Call, seller_id: str) -> ResponseReturnValue:
    found = sellers.get(seller_id, provider_id=call.caller.provider_id)
    made = sellers.onboarding_link(found, return_url=schema.return_url(call.body))
    return jsonify(answers.link(made.url, made.expires_at))
