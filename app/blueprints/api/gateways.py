"""GET /api/payment-gateways: what can be paid with, for all or for one provider."""

from typing import Any

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue

from app.blueprints.api import answers
from app.blueprints.api.caller import optional_caller
from app.extensions import settings
from app.registry import gateways
from app.services import routing
from app.services.api_keys import Caller

__all__ = ["register"]


def register(bp: Blueprint) -> None:
    bp.get("/payment-gateways")(list_gateways)


def _adapter(name: str, caller: Caller | None) -> Any:
    found = routing.usable(name, caller)
    return routing.connect(name, found) if found else None


def list_gateways() -> ResponseReturnValue:
    with optional_caller() as caller:
        default = (caller.gateway if caller else None) or settings().default_gateway
        return jsonify(
            defaultGateway=default,
            gateways=[
                answers.gateway(
                    name,
                    spec,
                    is_default=name == default,
                    adapter=_adapter(name, caller),
                )
                for name, spec in gateways().items()
            ],
        )
