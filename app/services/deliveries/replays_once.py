"""A replay as a provider's server asks for it: at most one for an idempotency key."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from app.extensions import transaction
from app.kit.strictjson import dump
from app.services import idempotency
from app.services.deliveries.replays import Progress, begin
from app.services.idempotency import Key

__all__ = ["start_once"]


def start_once(
    endpoint_id: str,
    since: datetime,
    *,
    actor: str,
    key: Key | None,
    render: Callable[[Progress], dict[str, Any]],
) -> bytes:
    """Begin to send what was given up since then (a step); the body of the answer, which `key`
    keeps. Whatever is refused leaves the key free. Raises as `replays.begin`, and Conflict while
    another request holds the key."""
    with transaction():
        held = idempotency.claim(key) if key else None
        replay = begin(endpoint_id, since, actor=actor)
        body = dump(render(Progress(replay, delivered=0, failed=0, waiting=0)))
        if held:
            idempotency.complete_part(held, 200, body)
    return body
