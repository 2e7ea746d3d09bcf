"""The signature of a try: made with every secret that is live at its moment, and made again for the
log once it could not be replayed any more."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Protocol

import structlog

from app.kit import signing
from app.kit.crypto import CannotOpen, Sealed
from app.models import Attempt
from app.services import credentials

__all__ = ["NOT_KEPT", "OVERLAP", "SIGNATURE", "TOLERANCE", "Signing", "rebuilt", "sign"]

log = structlog.get_logger()

SIGNATURE = "webhook-signature"
NOT_KEPT = "[not kept]"  # whoever had it could send the call again while receivers take it
TOLERANCE = timedelta(minutes=5)  # both ways, in the libraries of Standard Webhooks
OVERLAP = timedelta(hours=24)  # how long a replaced secret still signs beside the new one


class Signing(Protocol):
    """An endpoint's secrets, as its row has them."""

    secret: Sealed
    previous_secret: Sealed | None
    previous_expires_at: datetime | None


def sign(
    endpoint_id: str, found: Signing, event_id: str, body: bytes, moment: datetime
) -> tuple[int, str]:
    """The timestamp and the signature of a call made at `moment`. Raises CannotOpen, ValueError."""
    stamp = int(moment.timestamp())
    return stamp, signing.sign(event_id, stamp, body, _live(endpoint_id, found, moment))


def rebuilt(
    attempt: Attempt, endpoint_id: str, found: Signing, body: bytes, now: datetime
) -> Mapping[str, str]:
    """The headers of a try with the signature it had, once no receiver would take it any more; as
    they are kept before that, or when the secret does not open.

    It is not what was sent where the secret was replaced twice since.
    """
    headers, moment = dict(attempt.request_headers or {}), attempt.started_at
    if SIGNATURE in headers and now - moment > TOLERANCE:
        try:
            secrets = _replaced_since(endpoint_id, found, moment) or _live(
                endpoint_id, found, moment
            )
            stamp = int(headers["webhook-timestamp"])
            headers[SIGNATURE] = signing.sign(headers["webhook-id"], stamp, body, secrets)
        except (CannotOpen, ValueError):
            log.warning("delivery.secret_unreadable", endpoint=endpoint_id)
    return headers


def _live(endpoint_id: str, found: Signing, moment: datetime) -> list[str]:
    """The secret, and beside it for a day the one that it replaced."""
    secrets = [_open(found.secret, endpoint_id)]
    if found.previous_secret is None or (found.previous_expires_at or moment) <= moment:
        return secrets
    try:
        return [*secrets, _open(found.previous_secret, endpoint_id)]
    except CannotOpen:  # the current one still says who we are
        log.warning("delivery.previous_secret_unreadable", endpoint=endpoint_id)
        return secrets


def _replaced_since(endpoint_id: str, found: Signing, moment: datetime) -> list[str]:
    """The secret that signed alone at a moment before it was replaced; none if it was not."""
    previous, until = found.previous_secret, found.previous_expires_at
    if previous is None or until is None or until - OVERLAP <= moment:
        return []
    return [_open(previous, endpoint_id)]


def _open(sealed: Sealed, endpoint_id: str) -> str:
    return credentials.open_field(
        sealed, table="webhook_endpoints", owner=endpoint_id, service="webhook", field="secret"
    )
