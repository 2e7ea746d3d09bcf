"""A shop that pays through Square, and the fake that stands for Square."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy import select

from app.extensions import reading, transaction
from app.models import InboundEndpoint
from app.services import credentials
from app.services.credentials import Scope
from tests import world
from tests.adapters.gateways.rigs.square import KEY, TOKEN, VALUES
from tests.fakes.square import SquareFake

BASE = "http://127.0.0.1:5999"


@dataclass
class SquareShop(world.Shop):
    """A shop, Square, and the wire between them."""

    square: SquareFake = None
    hook: str = ""  # the path of our address for its calls

    def link(self) -> str:
        """The payment link that a customer was sent to last."""
        return self.square.ledger("link")[-1]["id"]

    def tell(self, event: Any, *, key: str = KEY, url: str = "", **headers: str):
        """Square calls us about an event; the response."""
        body, right = self.square.sign(event, url or BASE + self.hook, key)
        client = self.app.test_client()
        return client.post(self.hook, data=body, headers={**right, **headers})

    def tell_all(self) -> None:
        """Square calls us about everything so far, and we do what follows."""
        for event in list(self.square.events):
            assert self.tell(event).status_code == 200
        world.run_tasks(self.app)


def connect_square(shop: world.Shop, **values: str) -> str:
    """Save Square's values; the path of the shop's address."""
    scope = Scope("organization", shop.org_id)
    with shop.inside(), transaction():
        credentials.save("square", scope, {**VALUES, **values}, actor="test")
    with shop.inside(), reading() as session:
        return f"/api/webhooks/square/{session.scalars(select(InboundEndpoint.token)).one()}"


@pytest.fixture
def square() -> Iterator[SquareFake]:
    with SquareFake() as fake:
        fake.account(TOKEN)
        yield fake


@pytest.fixture
def square_app(make_app, square):
    return make_app(SQUARE_BASE_URL=square.url)


@pytest.fixture
def shop(square_app, square, httpserver) -> SquareShop:
    httpserver.expect_request("/hook").respond_with_data("", status=204)
    opened = world.open_shop(square_app, gateway="square", webhook_url=httpserver.url_for("/hook"))
    return SquareShop(**{**opened.__dict__, "square": square, "hook": connect_square(opened)})
