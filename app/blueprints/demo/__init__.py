"""Development only: a provider's server for the first hour, and the page that starts it.

It receives the demo's webhooks over a real socket, verifies each signature as any receiver would,
and shows what came.
"""

from collections import deque
from datetime import datetime
from typing import Any

import structlog
from flask import Blueprint, json, render_template, request
from flask.typing import ResponseReturnValue

from app.blueprints.demo import outbox
from app.extensions import csrf, settings
from app.kit import clock, signing
from app.services import demo

__all__ = ["bp"]

bp = Blueprint("demo", __name__)
csrf.exempt(bp)
log = structlog.get_logger()
outbox.register(bp)
_received: deque[tuple[datetime, dict[str, Any]]] = deque(maxlen=50)


@bp.get("/demo")
def inbox() -> ResponseReturnValue:
    return render_template(
        "demo/inbox.html", received=list(reversed(_received)), demo=demo.remembered()
    )


@bp.post("/demo/webhook")
def webhook() -> ResponseReturnValue:
    """What a provider's own server does: verify, answer quickly, then believe."""
    known = demo.remembered()
    headers = {name.lower(): value for name, value in request.headers.items()}
    body = request.get_data()
    try:
        signing.verify(headers, body, known["webhookSecret"], now=clock.now().timestamp())
    except (signing.BadSignature, KeyError):
        return "not signed by Gatehouse", 401
    event = json.loads(body)
    _received.append((clock.now(), event))
    log.info(
        "demo.webhook_received",
        signature="valid",
        webhook_event=event["event"],
        see=f"{settings().public_base_url}/demo",
        **_of_money(event),
    )
    return "", 204


def _of_money(event: dict[str, Any]) -> dict[str, str]:
    """What an event says of an order; a test event is about none."""
    if event.get("amount") is None:
        return {}
    return {"order": event["orderId"], "amount": f"{event['amount']} {event['currency']}"}
