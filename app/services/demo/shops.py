"""Who the demo is: an organization, a login, a shop with a key and an address of our own that
receives its webhooks, and a second shop whose receivers fail. What it was made with is remembered
beside the database, so that each start can show it."""

import json
import os
import secrets
from typing import Any

from app.extensions import settings, transaction
from app.kit.errors import Unauthorized
from app.kit.tenancy import as_org
from app.models import EventType
from app.services import api_keys, organizations, providers

__all__ = ["GONE_URL", "SECOND", "SHAKY_URL", "ensure", "remembered"]

SECOND = "Demo tickets"
# Names that no resolver knows (RFC 2606), should anything ever be sent there.
SHAKY_URL = "https://tickets.example/webhooks"
GONE_URL = "https://books.tickets.example/payments"
ALL = tuple(one for one in EventType if one != EventType.ping)


def remembered() -> dict[str, Any]:
    """What the demo was made with; empty before."""
    path = settings().instance / "demo.json"
    try:
        found: dict[str, Any] = json.loads(path.read_text())
    except (OSError, ValueError):
        return {}
    return found


def ensure() -> dict[str, Any]:
    """Make the demo where there is none (steps); the same again where its key still works."""
    known = remembered()
    if known and _works(known):
        return known
    password = secrets.token_urlsafe(15)
    # Where an earlier demo's key no longer works, its names may still be taken.
    mark = f"-{secrets.token_hex(2)}" if known else ""
    organization = organizations.ensure(f"Demo{mark}", is_demo=True)
    email = f"demo{mark}@gatehouse.example"
    with as_org(organization.id):
        made = providers.create(
            name="Demo shop",
            webhook_url=f"{settings().public_base_url}/demo/webhook",
            gateway="sandbox",
            events_wanted=ALL,
        )
        _make_second()
    # Last, so that nobody gets letters about the keys that the demo begins with.
    organizations.create_user(email, password, org=organization.slug, is_demo=True)
    known = {
        "email": email,
        "password": password,
        "organizationId": organization.id,
        "providerId": made.provider.id,
        "apiKey": made.api_key,
        "webhookSecret": made.webhook_secret,
    }
    _remember(known)
    return known


def _make_second() -> None:
    """A shop of its own for what goes wrong, so that the first one's payments show none of it."""
    second = providers.create(
        name=SECOND, webhook_url=SHAKY_URL, gateway="sandbox", events_wanted=ALL
    )
    with transaction():
        providers.add_endpoint(second.provider.id, GONE_URL, (EventType.payment_succeeded,))


def _works(known: dict[str, Any]) -> bool:
    try:
        api_keys.authenticate(known.get("apiKey"))
    except Unauthorized:
        return False
    return True


def _remember(known: dict[str, Any]) -> None:
    path = settings().instance / "demo.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w") as file:
        json.dump(known, file, indent=2)
