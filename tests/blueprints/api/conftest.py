"""A house whose refusals are looked at from outside (the answer) and inside (no row is left)."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy import func, select, update

from app import create_app
from app.extensions import db, reading, transaction
from app.kit.tenancy import across_organizations
from app.models import Door, IdempotencyKey, Order, Payment, Refund, SandboxPayment
from tests import world
from tests.conftest import TEMPLATE, environment
from tests.fakes.stripe import StripeFake

INTENT = "/api/create-payment-intent"
MISMATCH = (422, "Idempotency key was used with another request", "idempotency_mismatch")
IN_USE = (409, "Idempotency key is in use", "idempotency_in_use")
KEPT = (Order, Payment, Door, IdempotencyKey, Refund, SandboxPayment)


def rows(app) -> dict[str, int]:
    """How many rows there are of whatever a call of the API could leave."""
    with app.app_context(), across_organizations("test"), reading() as session:
        return {
            model.__name__: session.scalar(select(func.count()).select_from(model))
            for model in KEPT
        }


def is_refused(response, status: int, error: str, code: str, **details: Any) -> None:
    """The answer is this refusal, in this shape, and nothing else."""
    assert response.status_code == status, response.text
    assert response.content_type == "application/json"
    request_id = response.headers["X-Request-Id"]
    assert request_id.startswith("req_")
    assert response.json == {"error": error, "code": code, "requestId": request_id, **details}


def is_replay_of(first, again):
    """The same bytes, marked as an earlier answer."""
    assert again.status_code == first.status_code
    assert again.data == first.data
    assert again.content_type == first.content_type
    assert again.headers["Idempotent-Replayed"] == "true"
    assert "Idempotent-Replayed" not in first.headers
    assert again.headers["X-Request-Id"] != first.headers["X-Request-Id"]


def hold(shop, **values):
    """Put the shop's one key into a state that a request left it in."""
    with shop.inside(), transaction():
        db.session.execute(update(IdempotencyKey).values(**values))


@dataclass
class House:
    """An app shared by tests that leave nothing behind, and a shop in it."""

    app: Any
    shop: world.Shop

    def post(self, body: Any = None, **headers: str):
        """create-payment-intent, with the shop's key."""
        return self.shop.post(INTENT, body, **headers)


@pytest.fixture(scope="module")
def shared_house(postgres_server, tmp_path_factory) -> Iterator[House]:
    name = f"house_{tmp_path_factory.mktemp('house').name}"
    postgres_server.create_database(name, template=TEMPLATE)
    app = create_app(
        environment(
            postgres_server.url(name), tmp_path_factory.mktemp("api"), API_RATE_LIMIT="1000000"
        )
    )
    shop = world.open_shop(app)
    shop.get("/api/orders")  # the first use of a key is noted
    yield House(app, shop)
    with app.app_context():
        for engine in db.engines.values():
            engine.dispose()
    postgres_server.drop_database(name)


@pytest.fixture
def house(shared_house) -> Iterator[House]:
    """The shared house; a test that leaves a row in it fails."""
    before = rows(shared_house.app)
    yield shared_house
    assert rows(shared_house.app) == before


@pytest.fixture
def stripe_fake() -> Iterator[StripeFake]:
    with StripeFake() as fake:
        fake.account(world.STRIPE_KEY)
        yield fake


@pytest.fixture
def stripe_shop(make_app, stripe_fake) -> world.Shop:
    """A provider that pays through a Stripe account of its organization."""
    shop = world.open_shop(make_app(STRIPE_API_BASE=stripe_fake.url), gateway="stripe")
    world.connect_stripe(shop)
    return shop
