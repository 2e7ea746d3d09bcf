"""Webhooks: registered, signed with a certificate's key, and verified on request."""

from __future__ import annotations

import base64
import json
import secrets
import zlib
from functools import lru_cache
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from tests.fakes.paypal_errors import PayPalRefusal, missing
from tests.fakes.paypal_world import App, Object, Row, World, new_id, stamp

CERTIFICATE = (
    "https://api.sandbox.paypal.com/v1/notifications/certs/CERT-360caa42-fca2a594-1d93a270"
)
MOST = 10  # webhooks of one app
# PayPal's list is longer; it has no PAYMENT.CAPTURE.DECLINED beside DENIED in this one.
KNOWN = (
    "BILLING.PLAN.CREATED",
    "CHECKOUT.ORDER.APPROVED",
    "CHECKOUT.ORDER.COMPLETED",
    "CHECKOUT.PAYMENT-APPROVAL.REVERSED",
    "CUSTOMER.DISPUTE.CREATED",
    "PAYMENT.CAPTURE.COMPLETED",
    "PAYMENT.CAPTURE.DENIED",
    "PAYMENT.CAPTURE.PENDING",
    "PAYMENT.CAPTURE.REFUNDED",
    "PAYMENT.CAPTURE.REVERSED",
)


@lru_cache(maxsize=2)
def key(of: str) -> rsa.RSAPrivateKey:
    """The signing key of "paypal"; another name gives somebody else's."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def message(transmission_id: str, at: str, webhook_id: str, raw: bytes) -> bytes:
    """What the signature is over."""
    return f"{transmission_id}|{at}|{webhook_id}|{zlib.crc32(raw)}".encode()


def sign(
    event: Object | bytes, webhook_id: str, at: str | None = None, by: str = "paypal"
) -> tuple[bytes, dict[str, str]]:
    """The body as PayPal sends it, with its headers."""
    # Spaces, escapes and an en dash: who writes it anew before asking has another checksum.
    body = event if isinstance(event, bytes) else json.dumps(event).encode()
    at, transmission_id = at or stamp(), f"{secrets.token_hex(4)}-d67a-11e5-baa3-778b53f4ae55"
    text = message(transmission_id, at, webhook_id, body)
    signature = key(by).sign(text, padding.PKCS1v15(), hashes.SHA256())
    return body, {
        "Content-Type": "application/json",
        "PAYPAL-TRANSMISSION-ID": transmission_id,
        "PAYPAL-TRANSMISSION-TIME": at,
        "PAYPAL-TRANSMISSION-SIG": base64.b64encode(signature).decode(),
        "PAYPAL-CERT-URL": CERTIFICATE,
        "PAYPAL-AUTH-ALGO": "SHA256withRSA",
    }


class Webhooks:
    """The registrations of every app, and the endpoint that verifies calls."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.known = list(KNOWN)

    def create(self, app: App, body: Object) -> Object:
        """POST /v1/notifications/webhooks."""
        self._check_events(body["event_types"])
        if not body["url"].startswith("https://"):
            issue = "Not a valid webhook URL"
            raise PayPalRefusal(400, issue, "url", name="VALIDATION_ERROR")
        mine = self._of(app)
        if any(one.obj["url"] == body["url"] for one in mine):
            raise PayPalRefusal(400, name="WEBHOOK_URL_ALREADY_EXISTS")
        if len(mine) >= MOST:
            raise PayPalRefusal(400, name="WEBHOOK_NUMBER_LIMIT_EXCEEDED")
        return self.add(app, new_id(), body["url"], [one["name"] for one in body["event_types"]])

    def add(self, app: App, webhook_id: str, url: str, names: list[str]) -> Object:
        """A registration, as if made in the dashboard."""
        types = [{"name": name, "status": "ENABLED"} for name in names]
        webhook = {"id": webhook_id, "url": url, "event_types": types, "links": []}
        self.world.webhooks[webhook_id] = Row(app.merchant_id, webhook, {"app": app.client_id})
        return webhook

    def listed(self, app: App) -> Object:
        """GET /v1/notifications/webhooks."""
        return {"webhooks": [one.obj for one in self._of(app)]}

    def types(self) -> Object:
        """GET /v1/notifications/webhooks-event-types."""
        return {"event_types": [{"name": one, "status": "ENABLED"} for one in self.known]}

    def change(self, app: App, webhook_id: str, body: list[Object]) -> Object:
        """PATCH /v1/notifications/webhooks/{id}."""
        webhook = self._find(app, webhook_id).obj
        for one in body:
            if one["op"] != "replace" or one.get("path") not in {"/url", "/event_types"}:
                raise PayPalRefusal(400, name="VALIDATION_ERROR")
            if one["path"] == "/event_types":
                self._check_events(one["value"])
                webhook["event_types"] = [{**name, "status": "ENABLED"} for name in one["value"]]
            else:
                webhook["url"] = one["value"]
        return webhook

    def delete(self, app: App, webhook_id: str) -> None:
        """DELETE /v1/notifications/webhooks/{id}."""
        self._find(app, webhook_id)
        del self.world.webhooks[webhook_id]

    def verify(self, app: App, said: Object, raw: bytes) -> Object:
        """POST /v1/notifications/verify-webhook-signature; `raw` is the question as it came."""
        row = self.world.webhooks.get(said["webhook_id"])
        is_mine = row is not None and row.hidden["app"] == app.client_id
        is_right = is_mine and said["cert_url"] == CERTIFICATE and self._is_signed(said, raw)
        return {"verification_status": "SUCCESS" if is_right else "FAILURE"}

    def _is_signed(self, said: Object, raw: bytes) -> bool:
        text = message(
            said["transmission_id"], said["transmission_time"], said["webhook_id"], event_in(raw)
        )
        try:
            signature = base64.b64decode(said["transmission_sig"])
            key("paypal").public_key().verify(signature, text, padding.PKCS1v15(), hashes.SHA256())
        except (InvalidSignature, ValueError):
            return False
        return said["auth_algo"] == "SHA256withRSA"

    def _check_events(self, types: Any) -> None:
        names = [one.get("name") for one in types]
        if not names or any(name not in (*self.known, "*") for name in names):
            issue = "Not a valid event type"
            raise PayPalRefusal(400, issue, "event_types", name="VALIDATION_ERROR")

    def _of(self, app: App) -> list[Row]:
        rows = list(self.world.webhooks.values())
        return [one for one in rows if one.hidden["app"] == app.client_id]

    def _find(self, app: App, webhook_id: str) -> Row:
        row = self.world.webhooks.get(webhook_id)
        if row is None or row.hidden["app"] != app.client_id:
            raise missing()
        return row


def event_in(question: bytes) -> bytes:
    """The bytes of the event within a question, as they stand there."""
    marker = '"webhook_event":'
    text = question.decode()
    start = text.index(marker) + len(marker)
    start += len(text[start:]) - len(text[start:].lstrip())
    _, end = json.JSONDecoder().raw_decode(text, start)
    return text[start:end].encode()
