"""Merchants who go on saving while keys are rotated."""

import random
import threading
from dataclasses import dataclass, field
from types import SimpleNamespace

import pyotp
from sqlalchemy import select

from app.extensions import insert_once, reading, transaction
from app.kit import clock
from app.kit.crypto import Place
from app.kit.errors import Conflict
from app.kit.tokens import new_id
from app.models import InboundEvent, ProviderCredentials, User, WebhookEndpoint
from app.services import credentials, second_factor, webhook_endpoints
from app.services.credentials import Scope
from tests.services.sealing.planted import Planted, Spot


@dataclass
class Merchants:
    """Four people who save until told to stop, each their own values, as the pages would."""

    planted: Planted
    least: int = 10  # values that each saves in any case
    saved: int = 0
    errors: list[BaseException] = field(default_factory=list)

    def __enter__(self) -> "Merchants":
        self._stop = threading.Event()
        self._added: list[Spot] = []
        self._threads = [threading.Thread(target=self._work, args=(one,)) for one in range(4)]
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join(60)
        self.planted.spots += self._added
        assert self.errors == []

    def _work(self, who: int) -> None:
        drawn = random.Random(who)
        rows: dict[str, dict[str, Spot]] = {}
        for spot in self.planted.spots:
            rows.setdefault(spot.row_id, {})[spot.name or spot.column] = spot
        mine = [spots for at, spots in enumerate(rows.values()) if at % 4 == who]
        done = 0
        try:
            with self.planted.shop.inside():
                while done < self.least or not self._stop.is_set():
                    self._save(drawn.choice(mine), f"saved {who} {done}")
                    done += 1
        except BaseException as error:
            self.errors.append(error)
        self.saved += done

    def _save(self, spots: dict[str, Spot], new: str) -> None:
        model, row_id = next((spot.model, spot.row_id) for spot in spots.values())
        if model is ProviderCredentials:
            scope = Scope("provider", spots["secretKey"].place.owner.removeprefix("provider:"))
            with transaction():
                credentials.save("stripe", scope, {"secretKey": new}, actor="ana")
            spots["secretKey"].plain = new
        elif model is WebhookEndpoint:
            self._replace(spots, row_id)
        elif model is User:
            secret = second_factor.new_secret()
            code = pyotp.TOTP(secret).at(int(clock.now().timestamp()))
            second_factor.confirm(
                SimpleNamespace(user_id=row_id, email="ada@example.com", locale="en"), secret, code
            )
            spots["totp"].plain = secret
        elif model is InboundEvent:
            self._arrive(new)

    def _replace(self, spots: dict[str, Spot], endpoint_id: str) -> None:
        with reading() as session:
            query = select(WebhookEndpoint.provider_id).where(WebhookEndpoint.id == endpoint_id)
            provider_id = session.scalars(query).one()
        try:
            secret = webhook_endpoints.replace_secret(provider_id, endpoint_id, actor="ana")
        except Conflict:  # twice in a day
            return
        spots["previous_secret"].plain, spots["secret"].plain = spots["secret"].plain, secret

    def _arrive(self, new: str) -> None:
        """A gateway calls."""
        values = self.planted.event_values(new_id("iev"))
        place = {"table": "inbound_events", "owner": values["id"]}
        place |= {"service": "stripe", "field": "body"}
        now = {"created_at": clock.now(), "updated_at": clock.now()}
        with transaction():
            insert_once(InboundEvent, body=credentials.seal(new, **place), **values, **now)
        self._added.append(Spot(InboundEvent, values["id"], "body", Place(**place), new))
