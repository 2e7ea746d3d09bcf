"""A customer sees what they pay for, in a box that was there before the picture; or no box."""

import io

import pytest
from axe_playwright_python.sync_playwright import Axe
from PIL import Image

from app.services import logos
from tests import world
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
    world.run_tasks(served.app)
    return order["checkoutUrl"]


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
    page, pictures, rest = watched.page, [], []

    def weigh(request):
        is_picture = "/logos/" in request.url
        sizes = request.sizes()
        (pictures if is_picture else rest).append(
            sizes["responseBodySize"] + (0 if is_picture else sizes["responseHeadersSize"])
        )

    page.on("requestfinished", weigh)
    page.goto(url)
    page.wait_for_load_state("networkidle")
    picture = page.get_by_role("img", name="Credits", exact=True)
    assert len(pictures) == 2 and max(pictures) <= PICTURE
    assert 0 < sum(rest) <= LIMIT
    if scripts:
        assert picture.evaluate("one => one.decode().then(() => one.naturalWidth)") == 256
        assert Axe().run(page).violations_count == 0
        assert page.evaluate("document.documentElement.scrollWidth") <= width
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
