"""The operator's door: is it alive, can it work, what does it count."""

import hmac

from flask import Blueprint, Response, jsonify, request
from flask.typing import ResponseReturnValue
from prometheus_client import CONTENT_TYPE_LATEST

from app.blueprints.ops import figures
from app.extensions import settings
from app.kit.errors import NotFound
from app.services import doctor

__all__ = ["bp"]

bp = Blueprint("ops", __name__)


@bp.get("/healthz")
def healthz() -> ResponseReturnValue:
    """The process answers; nothing else is asked."""
    return jsonify(status="ok")


@bp.get("/readyz")
def readyz() -> ResponseReturnValue:
    """Database, migrations, keys. Says which is wrong, never why: strangers may ask."""
    wrong = [check.name for check in doctor.readiness() if not check.is_ok]
    return jsonify(status="unready" if wrong else "ready", failing=wrong), 503 if wrong else 200


@bp.get("/metrics")
def metrics() -> ResponseReturnValue:
    """Figures in Prometheus' format, for whoever holds METRICS_TOKEN."""
    token = settings()["METRICS_TOKEN"]
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    is_known = hmac.compare_digest(given.strip().encode(), token.encode())
    if not token or scheme.lower() != "bearer" or not is_known:
        raise NotFound("Not found")
    return Response(figures.exposition(), content_type=CONTENT_TYPE_LATEST)
