"""MB WAY: a request in the customer's app, who has four minutes.

The same codes mean other things elsewhere: 000 is "pushed" where the push is made and "paid" here.
"""

from datetime import datetime, timedelta
from typing import Any

from app.adapters.gateways import base
from app.adapters.gateways.ifthenpay import moments
from app.adapters.gateways.ifthenpay.client import Client
from app.adapters.gateways.ifthenpay.refs import Ref
from app.kit import clock

__all__ = ["CERTAIN", "HEARD", "STATUS_PATH", "TIME", "ask", "status_of"]

STATUS_PATH = "/spg/payment/mbway/status"
TIME = timedelta(minutes=4)  # the app asks no longer
CERTAIN = timedelta(minutes=5)  # after which nobody can confirm any more, whoever's clock is off
HEARD = CERTAIN + timedelta(days=1)  # after which no call about one that was confirmed is under way

STATUSES = {
    "123": ("pending", None),
    "000": ("succeeded", None),
    "020": ("failed", "The customer said no in the MB WAY app"),
    "101": ("expired", "The customer did not confirm in the MB WAY app"),
    "122": ("failed", "The payment was declined by MB WAY"),
}


def ask(client: Client, mbway_key: str, ref: Ref) -> tuple[base.Snapshot, datetime | None]:
    """How a push stands, and when they say it was made. Raises Missing, Misconfigured."""
    answer = status_of(client, mbway_key, ref.id)
    status, failure = STATUSES.get(str(answer.get("status")), (None, None))
    if status is None:
        said = client.said(answer.get("message"), "nothing")
        raise base.Unavailable(f"Ifthenpay did not tell the MB WAY status; it said: {said}")
    is_paid = status == "succeeded"
    changed = moments.read(answer.get("updateat")) or clock.now()
    snapshot = base.Snapshot(
        status,
        paid_minor=ref.minor if is_paid else 0,  # customers cannot change what was pushed
        currency="EUR",
        gateway_ref=str(ref),
        gateway_payment_id=ref.money_id,
        test_mode=False,
        paid_at=changed if is_paid else None,
        failure=failure,
    )
    return snapshot, moments.read(answer.get("createdat"))


def status_of(client: Client, mbway_key: str, request_id: str) -> dict[str, Any]:
    """Their answer about one request. Raises Missing for one they do not know, though they call
    that pending, and Misconfigured for a key they do not know."""
    answer = client.get(STATUS_PATH, {"mbWayKey": mbway_key, "requestId": request_id})
    if str(answer.get("message", "")).strip().lower() == "request not found":
        raise base.Missing("Ifthenpay does not know this MB WAY request")
    if str(answer.get("status")) == "-1":
        raise base.Misconfigured("Ifthenpay does not know the MB WAY key")
    return answer
