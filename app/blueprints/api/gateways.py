"""GET /api/payment-gateways: what can be paid with, for all or for one provider."""

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue

from app.blueprints.api.caller import optional_caller
from app.extensions import settings
from app.kit.tenancy import as_org
from app.registry import GatewaySpec, gateways
from app.services import routing
from app.services.api_keys import Caller

__all__ = ["register"]


def register(bp: Blueprint) -> None:
    bp.get("/payment-gateways")(list_gateways)


def list_gateways() -> ResponseReturnValue:
    caller = optional_caller()
    default = (caller.gateway if caller else None) or settings().default_gateway
    if caller is None:
        return _answer(default, None)
    with as_org(caller.org_id):
        return _answer(default, caller)


def _answer(default: str, caller: Caller | None) -> ResponseReturnValue:
    return jsonify(
        defaultGateway=default,
        gateways=[_gateway(name, spec, default, caller) for name, spec in gateways().items()],
    )


def _gateway(
    name: str, spec: GatewaySpec, default: str, caller: Caller | None
) -> dict[str, object]:
    return {
        "name": name,
        "displayName": spec.display_name,
        "isActive": spec.is_active,
        "supportedMethods": [method.name for method in spec.methods],
        "isDefault": name == default,
        "isConfigured": routing.is_configured(name, caller),
        "currencies": sorted(spec.currencies),
    }
