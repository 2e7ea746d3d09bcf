"""Every page of people who are signed in, as the routes list them: no page can be forgotten."""

import pytest
from sqlalchemy import select

from app.extensions import reading
from app.models import Delivery
from app.services import webhook_endpoints
from tests.blueprints.test_merchants import export_of, notice_of, path_of, rules
from tests.browser.whole import faults
from tests.escrow import escrow, make_seller
from tests.faults.worker import eventually
from tests.merchant import PASSWORD, person

# A picture, a part of a page, a file.
NO_PAGES = {"auth.picture", "providers.show_preview", "orders.download", "orders.outcome",
            "orders.release_outcome"}  # fmt: skip


@pytest.fixture
def served_as():
    return {"SIGNUP": "open"}


@pytest.fixture
def paths(served) -> list[str]:
    """The address of every page, about things that are there."""
    shop = served.shop
    with shop.inside():
        webhook_endpoints.add(
            shop.provider_id, "http://127.0.0.1:9/hook", ["payment_succeeded"], actor="test"
        )
        (endpoint,) = webhook_endpoints.list_of(shop.provider_id)
    seller_id = make_seller(shop, name="Ada’s Lamps of the Long Street")
    order = shop.order(
        "12.50",
        itemName="A quiet chair by the window",
        customerEmail="a@b.example",
        escrow={"sellerId": seller_id, "feePercent": "10", "releaseAfterDays": 14},
    )
    shop.pay(order)
    assert eventually(lambda: escrow(shop, order)["status"] == "held")
    with shop.inside(), reading() as session:
        delivery_id = session.scalars(select(Delivery.id)).first()
    ids = {
        "seller_id": seller_id,
        "endpoint_id": endpoint.id,
        "order_id": order["orderId"],
        "delivery_id": delivery_id,
        "export_id": export_of(shop),
        "notice_id": notice_of(shop),
    }
    pages = [
        one for one in rules(served.app) if "GET" in one.methods and one.endpoint not in NO_PAGES
    ]
    return sorted(path_of(one, **ids) for one in pages)


@pytest.mark.parametrize(
    ("scheme", "width", "locale"), [("light", 375, "pt-PT"), ("dark", 1280, "en")]
)
def test_axe_finds_nothing_and_nothing_scrolls_sideways(
    served, open_page, paths, scheme, width, locale
):
    watched = open_page(
        color_scheme=scheme, viewport={"width": width, "height": 800}, locale=locale
    )
    person(served.app)
    page, found = watched.page, {}
    page.goto(f"{watched.base}/login")
    page.locator("[name=email]").fill("owner@acme.example")
    page.locator("[name=password]").fill(PASSWORD)
    page.locator("form button.button--main").first.click()
    page.wait_for_url(f"{watched.base}/")
    for path in paths:
        assert page.goto(watched.base + path).status == 200, path
        if wrong := faults(page):
            found[path] = wrong
    assert found == {}
    watched.assert_clean()
