"""A provider's server with pictures, and what came of an order that names one of them."""

import re

import pytest
from werkzeug import Response

from app.services.orders import story
from tests import world
from tests.kit.pictures import drawn

PATH = "/credits.png"
PICTURE = re.compile(
    r'<img class="picture" src="([^"]+)" width="(\d+)" height="(\d+)" alt="([^"]+)"'
)


class Pictures:
    """Answers one address, and counts how often it was asked."""

    def __init__(self, httpserver) -> None:
        self.url, self.asked, self.answers = httpserver.url_for(PATH), 0, []
        self.usual = Response(drawn(size=(600, 300)), mimetype="image/png")
        httpserver.expect_request(PATH).respond_with_handler(self._answer)

    def _answer(self, _request) -> Response:
        self.asked += 1
        return self.answers.pop(0) if self.answers else self.usual


@pytest.fixture
def pictures(httpserver):
    return Pictures(httpserver)


def order_with(shop, url: str, **fields):
    """An order that names a picture, once its task was tried."""
    order = shop.order(20, itemName="Credits", itemImageUrl=url, **fields)
    world.run_tasks(shop.app)
    return order


def page_of(shop, order):
    """The payment page; the order can be paid, whatever became of the picture."""
    page = shop.app.test_client().get(f"/checkout/o/{order['token']}")
    assert page.status_code == 200
    assert "Pay €20.00" in page.text or "Pay $20.00" in page.text
    return page


def picture_on(shop, order):
    """Its address on the page, or None."""
    found = PICTURE.search(page_of(shop, order).text)
    return found[1] if found else None


def why_not(shop, order):
    """What the order's story says about its picture."""
    with shop.inside():
        lines = story.of(order["orderId"])
    return [one.data["reason"] for one in lines if one.kind == "item_image.not_shown"]
