"""A database full of values that three keys sealed in turn."""

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select

from app.extensions import db, reading, transaction
from app.kit.crypto import Keyring, Place, Sealed
from app.kit.orm import EncryptedType
from app.kit.tenancy import across_organizations
from app.kit.tokens import new_id
from app.models import (
    CredentialNote,
    InboundEvent,
    IntegrationConfig,
    ProviderCredentials,
    User,
    WebhookEndpoint,
)
from app.services import sealing
from tests import world
from tests.models.rows import MOMENT, add_row

FIRST = "first-key-Vb3Mt6Yj0LgEu4Wd7Rk1Hs9Q"
OLD = "old-key-x4Tq8Zc2Nf6Wm0Pk3Ry7Ha1Jd5S"
OLDEST = "oldest-key-Gs9Qe2Zx5Nc8Vb3Mt6Yj0Lg"
SECRETS = (OLDEST, OLD, FIRST)
PROMOTED = {
    "INTEGRATION_ENCRYPTION_KEY": FIRST,
    "INTEGRATION_ENCRYPTION_KEY_PREVIOUS": f"{OLD},{OLDEST}",
}
SMALL = 7  # rows in a batch, where a test wants many


def rotate(app, tell=lambda where, count: None) -> sealing.Rotated:
    with app.app_context():
        return sealing.rotate(tell)


def kid(secret: str) -> str:
    return Keyring([secret]).first.kid


def kids_stored(app) -> Counter[str]:
    """How often each key id stands in a sealed column, read past everything that is tested."""
    found: Counter[str] = Counter()
    with app.app_context(), db.engine.connect() as connection:
        for table in db.metadata.tables.values():
            for column in table.columns:
                if isinstance(column.type, EncryptedType):
                    query = f"SELECT CAST({column.name} AS TEXT) FROM {table.name}"
                    for text in connection.exec_driver_sql(query).scalars():
                        found.update(re.findall(r"enc:v1:([0-9a-f]{8}):", text or ""))
    return found


@dataclass
class Spot:
    """Where one value lies, what it is bound to, and what it has to be in the end."""

    model: type[Any]
    row_id: str
    column: str
    place: Place
    plain: str
    name: str | None = None  # in an object

    def opened(self, ring: Keyring, row: Any) -> str:
        stored = getattr(row, self.column)
        return ring.open(stored[self.name] if self.name else stored, self.place)


@dataclass
class Planted:
    """The values of one shop's organization, about `size` of them in every sealed column."""

    shop: world.Shop
    spots: list[Spot] = field(default_factory=list)
    rings: list[Keyring] = field(default_factory=lambda: [Keyring([one]) for one in SECRETS])
    payment_id: str = ""

    def plant(self, size: int) -> "Planted":
        with self.shop.inside(), transaction():
            self.payment_id = add_row("payments", self.shop.org_id)
            for number in range(size // 10):
                for row in self._ten(number):
                    db.session.add(row)
        return self

    def _ten(self, number: int) -> list[Any]:
        """Rows with ten sealed values between them."""
        org, provider_id = self.shop.org_id, add_row("providers", self.shop.org_id)
        own = ProviderCredentials(provider_id=provider_id, service="stripe")
        shared = IntegrationConfig(org_id=org, service=f"service{number}")
        hook = WebhookEndpoint(provider_id=provider_id, url="https://shop.example/h", events=[])
        note = CredentialNote(owner=f"owner{number}", service="stripe", field="webhookSecret")
        user = User(email=f"{number}@example.com")
        note.masked, note.set_at = "••••", MOMENT
        own.config = {"publishableKey": "pk_test_1"} | {
            one: self._value(own, "config", f"provider:{provider_id}", "stripe", one)
            for one in ("secretKey", "webhookSecret")
        }
        shared.config = {"key": self._value(shared, "config", org, shared.service, "key")}
        for column in ("secret", "previous_secret"):
            setattr(hook, column, self._value(hook, column, hook.id, "webhook", "secret"))
        note.previous = self._value(note, "previous", note.id, "stripe", "webhookSecret")
        user.totp = self._value(user, "totp", user.id, "totp", "totp")
        return [own, shared, hook, note, user, *(self._event() for _ in range(3))]

    def _event(self) -> InboundEvent:
        event = InboundEvent(**self.event_values(new_id("iev")))
        event.body = self._value(event, "body", event.id, "stripe", "body")
        return event

    def event_values(self, event_id: str) -> dict[str, Any]:
        scope = {"scope_kind": "organization", "scope_owner": self.shop.org_id}
        ours = {"id": event_id, "external_id": event_id, "payment_id": self.payment_id}
        return {"gateway": "stripe", "type": "x", **scope, **ours}

    def _value(self, row: Any, column: str, owner: str, service: str, name: str) -> Sealed:
        place = Place(row.__tablename__, owner, service, name)
        plain = f"value {len(self.spots)}"
        inner = name if column == "config" else None
        self.spots.append(Spot(type(row), row.id, column, place, plain, inner))
        return self.rings[len(self.spots) % len(self.rings)].seal(plain, place)

    def check(self) -> None:
        """Everything is what was saved last, and sealed with the first key alone."""
        ring = Keyring([FIRST])
        assert set(kids_stored(self.shop.app)) == {ring.first.kid}
        everybody = across_organizations("to compare")
        with self.shop.app.app_context(), everybody, reading() as session:
            models = {spot.model for spot in self.spots}
            rows = {row.id: row for one in models for row in session.scalars(select(one))}
        for spot in self.spots:
            assert spot.opened(ring, rows[spot.row_id]) == spot.plain, spot
