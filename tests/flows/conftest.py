"""A shop that pays through Stripe, and the fake that stands for Stripe."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy import select

from app.extensions import reading
from app.models import InboundEndpoint
from tests import world
from tests.fakes.stripe import StripeFake


@dataclass
class StripeShop(world.Shop):
    """A shop, Stripe, and the wire between them."""

    stripe: StripeFake = None
    hook: str = ""

    def intent_of(self, order: dict[str, Any]) -> str:
        """The id of the intent that the order's last payment hangs on."""
        return self.see(order)["payments"][-1]["gatewayPaymentId"]

    def tell(self, event: Any, *, secret: str = world.STRIPE_WEBHOOK_SECRET, at: int | None = None):
        """Stripe calls us about an event; the response."""
        body, headers = self.stripe.sign(event, secret, at)
        return self.app.test_client().post(self.hook, data=body, headers=headers)

    def tell_all(self, events: list[Any] | None = None) -> None:
        """Stripe calls us about everything so far, and we do what follows."""
        for event in list(self.stripe.events) if events is None else events:
            assert self.tell(event).status_code == 200
        world.run_tasks(self.app)

    def session_of(self, order: dict[str, Any]) -> str:
        """The Checkout Session a customer was sent to."""
        return self.stripe.sessions()[-1]["id"]


def hook_path(shop: world.Shop) -> str:
    with shop.inside(), reading() as session:
        endpoint = session.scalars(select(InboundEndpoint)).one()
        return f"/api/webhooks/stripe/{endpoint.token}"


@pytest.fixture
def stripe_fake() -> Iterator[StripeFake]:
    with StripeFake() as fake:
        fake.account(world.STRIPE_KEY)
        yield fake


@pytest.fixture
def stripe_app(make_app, stripe_fake):
    return make_app(STRIPE_API_BASE=stripe_fake.url)


@pytest.fixture
def stripe_shop(stripe_app, stripe_fake, httpserver) -> StripeShop:
    httpserver.expect_request("/hook").respond_with_data("", status=204)
    opened = world.open_shop(
        stripe_app, gateway="stripe", webhook_url=httpserver.url_for("/hook"), org="Acme"
    )
    world.connect_stripe(opened)
    shop = StripeShop(**{**opened.__dict__, "stripe": stripe_fake})
    shop.hook = hook_path(shop)
    return shop


@pytest.fixture
def told(httpserver):
    """The events the provider was told, by their sequence; arrival in order is not promised."""

    def events() -> list[str]:
        bodies = [request.json for request, _ in httpserver.log]
        return [one["event"] for one in sorted(bodies, key=lambda body: body["sequence"])]

    return events
