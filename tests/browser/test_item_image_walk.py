"""A customer sees what they pay for, in a box that was there before the picture; or no box."""

import io

import pytest
from PIL import Image
from playwright.sync_api import expect
from sqlalchemy import func, select

from app.extensions import reading
from app.models import Task
from app.services import logos
from tests.browser.weight import first_visit
from tests.browser.whole import faults
from tests.faults.worker import eventually
from tests.kit.pictures import drawn

LIMIT = 60 * 1024  # bytes of a first visit to the payment page, without pictures
PICTURE = 16 * 1024  # and of each of those, at most


def noise() -> bytes:
    """The heaviest picture there is."""
    written = io.BytesIO()
    Image.effect_noise((500, 400), 120).convert("RGB").save(written, "PNG")
    return written.getvalue()


def order_with(served, httpserver, answer, **fields):
    httpserver.expect_request("/item.png").respond_with_data(*answer)
    order = served.shop.order(20, itemImageUrl=httpserver.url_for("/item.png"), **fields)
    assert eventually(lambda: not fetches(served.app))  # by the worker beside the served app
    return order["checkoutUrl"]


def fetches(app) -> int:
    """How many pictures are still to be fetched."""
    with app.app_context(), reading() as session:
        waiting = select(func.count()).where(Task.name == "item_images.fetch")
        return session.scalar(waiting)


@pytest.mark.parametrize("scripts", [True, False])
@pytest.mark.parametrize(("scheme", "width"), [("light", 375), ("dark", 1280)])
def test_the_item_is_seen_where_its_box_was_before(
    served, open_page, httpserver, scripts, scheme, width
):
    with served.shop.inside():
        logos.put(drawn(size=(300, 100)), actor="test")
    url = order_with(served, httpserver, (noise(), 200, None, "image/png"), itemName="Credits")
    viewport = {"width": width, "height": 800}
    watched = open_page(color_scheme=scheme, viewport=viewport, java_script_enabled=scripts)
    page = watched.page
    parts = first_visit(page, url)
    picture = page.get_by_role("img", name="Credits", exact=True)
    expect(picture).to_be_visible()
    pictures = [one.body for one in parts if "/logos/" in one.url]
    rest = [one.whole for one in parts if "/logos/" not in one.url]
    assert len(pictures) == 2 and max(pictures) <= PICTURE
    assert 0 < sum(rest) <= LIMIT
    if scripts:
        assert picture.evaluate("one => one.decode().then(() => one.naturalWidth)") == 256
        assert faults(page) == []
    watched.assert_clean()
    box = picture.bounding_box()
    assert box["width"] == box["height"] == 88
    without = open_page(color_scheme=scheme, viewport=viewport)
    without.page.route("**/logos/**", lambda route: route.abort())
    without.page.goto(url)
    name = without.page.get_by_role("img", name="Credits", exact=True)
    assert name.bounding_box() == box


def test_a_picture_that_is_none_leaves_no_box(served, open_page, httpserver):
    url = order_with(served, httpserver, ("gone", 404))
    watched = open_page()
    watched.page.goto(url)
    assert watched.page.locator("img.picture").count() == 0
    assert watched.page.get_by_role("button", name="Pay $20.00").is_visible()
    watched.assert_clean()


def test_a_long_name_beside_a_picture_fits_a_phone(served, open_page, httpserver):
    name = "Donaudampfschifffahrtsgesellschaftskapitän" * 4
    url = order_with(served, httpserver, (drawn(), 200, None, "image/png"), itemName=name)
    watched = open_page(viewport={"width": 320, "height": 700})
    watched.page.goto(url)
    assert watched.page.evaluate("document.documentElement.scrollWidth") <= 320
    watched.assert_clean()
