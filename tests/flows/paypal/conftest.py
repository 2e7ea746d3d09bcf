"""PayPal, and a shop that pays through it."""

from collections.abc import Iterator

import pytest

from tests.fakes.paypal import PayPalFake
from tests.flows.paypal.shop import PayPalShop, open_shop, running


@pytest.fixture
def paypal() -> Iterator[PayPalFake]:
    with running() as fake:
        yield fake


@pytest.fixture
def shop(make_app, paypal, httpserver) -> PayPalShop:
    httpserver.expect_request("/hook").respond_with_data("", status=204)
    app = make_app(PAYPAL_BASE_URL=paypal.url)
    return open_shop(app, paypal, webhook_url=httpserver.url_for("/hook"))
