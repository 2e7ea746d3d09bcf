"""The operator's door: is it alive, can it work, what does it count."""

import hmac

from flask import Blueprint, Response, jsonify, request
from flask.typing import ResponseReturnValue
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

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
    wrong = [check.name for check in doctor.essential() if not check.is_ok]
    return jsonify(status="unready" if wrong else "ready", failing=wrong), 503 if wrong else 200


@bp.get("/metrics")
def metrics() -> ResponseReturnValue:
    """Counters in Prometheus' format, for whoever holds METRICS_TOKEN."""
    token = settings()["METRICS_TOKEN"]
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if not token or not hmac.compare_digest(given.encode(), token.encode()):
        raise NotFound("Not found")
    return Response(generate_latest(), mimetype=CONTENT_TYPE_LATEST)
