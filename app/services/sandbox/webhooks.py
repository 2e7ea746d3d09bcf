"""The sandbox calls us as a real gateway would: signed, by a task, taken in by the same door."""

import json

from app.extensions import db
from app.kit import clock, signing
from app.kit.tokens import new_id
from app.models import SandboxPayment
from app.services import credentials, inbound, tasks
from app.services.credentials import Scope

__all__ = ["announce", "notify"]


def announce(row: SandboxPayment, type_: str) -> None:
    """Leave the task that will call us about a payment (a part), as its scenario has it."""
    db.session.flush()
    if row.scenario == "lost_webhook":
        return
    told = {"type": type_, "payment": row.id, "reference": row.reference}
    event = {**told, "event": new_id("sbe")}
    tasks.add("sandbox.notify", event)
    if row.scenario == "duplicate":
        tasks.add("sandbox.notify", event)
    if row.scenario == "reordered" and type_ != "payment.processing":
        earlier = {**told, "event": new_id("sbe"), "type": "payment.processing"}
        tasks.add("sandbox.notify", earlier, due=clock.after(1))


def notify(org_id: str, event: str, type_: str, payment: str, reference: str) -> None:
    """Sign one event and hand it to the inbound door (a flow, for the task)."""
    body = json.dumps(
        {"id": event, "type": type_, "payment": payment, "reference": reference}
    ).encode()
    scope = Scope("organization", org_id)
    secret = credentials.open_stored(credentials.Stored(scope, "sandbox"))["webhookSecret"]
    stamp = int(clock.now().timestamp())
    headers = {
        "webhook-id": event,
        "webhook-timestamp": str(stamp),
        "webhook-signature": signing.sign(event, stamp, body, [secret]),
    }
    inbound.receive("sandbox", inbound.Source(scope, org_id), body, headers, {})
