"""POST /api/webhook-endpoints/{id}/replays, GET …/replays/{id}, POST …/replays/{id}/cancel."""

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue

from app.blueprints.api import schema
from app.blueprints.api import webhook_answers as answers
from app.blueprints.api.caller import Call, authenticated
from app.blueprints.api.intents import json_bytes, replayed
from app.services import idempotency, webhook_endpoints
from app.services.deliveries import replays
from app.services.deliveries.replays_once import start_once

__all__ = ["register"]


def register(bp: Blueprint) -> None:
    path = "/webhook-endpoints/<endpoint_id>/replays"
    bp.post(path)(start_replay)
    bp.get(f"{path}/<replay_id>")(get_replay)
    bp.post(f"{path}/<replay_id>/cancel")(cancel_replay)


@authenticated("payments")
def start_replay(call: Call, endpoint_id: str) -> ResponseReturnValue:
    _must_be_theirs(call, endpoint_id)
    key = call.key_for(f"replay:{endpoint_id}")
    if key and (earlier := idempotency.look(key)):
        return replayed(earlier)
    since = schema.replay_since(call.body)
    body = start_once(endpoint_id, since, actor=_actor(call), key=key, render=answers.replay)
    return json_bytes(200, body)


@authenticated("payments")
def get_replay(call: Call, endpoint_id: str, replay_id: str) -> ResponseReturnValue:
    _must_be_theirs(call, endpoint_id)
    return jsonify(answers.replay(replays.get(replay_id, endpoint_id=endpoint_id)))


@authenticated("payments", body_optional=True)
def cancel_replay(call: Call, endpoint_id: str, replay_id: str) -> ResponseReturnValue:
    _must_be_theirs(call, endpoint_id)
    replays.get(replay_id, endpoint_id=endpoint_id)
    replays.cancel(replay_id, actor=_actor(call))
    return jsonify(answers.replay(replays.get(replay_id, endpoint_id=endpoint_id)))


def _must_be_theirs(call: Call, endpoint_id: str) -> None:
    webhook_endpoints.get(call.caller.provider_id, endpoint_id)


def _actor(call: Call) -> str:
    """For the audit log: which of a provider's servers it was, its key says."""
    return f"{call.caller.name} ({call.caller.key_id})"
