"""A merchant uploads a logo, and a customer sees it in a box that was there before."""

import io

import pytest
from PIL import Image
from playwright.sync_api import expect

from app.services import logos
from tests.browser.weight import first_visit
from tests.browser.whole import faults
from tests.kit.pictures import drawn
from tests.merchant import PASSWORD, person

LIMIT = 60 * 1024  # bytes of a first visit to the payment page


def noise() -> bytes:
    """The heaviest picture there is."""
    written = io.BytesIO()
    Image.effect_noise((640, 320), 120).convert("RGB").save(written, "PNG")
    return written.getvalue()


@pytest.mark.parametrize("scripts", [True, False])
@pytest.mark.parametrize(("scheme", "width"), [("light", 375), ("dark", 1280)])
def test_a_logo_is_uploaded_seen_and_removed(served, open_page, scripts, scheme, width):
    person(served.app)
    viewport = {"width": width, "height": 800}
    watched = open_page(java_script_enabled=scripts, color_scheme=scheme, viewport=viewport)
    page = watched.page
    page.goto(f"{watched.base}/login")
    page.locator("[name=email]").fill("owner@acme.example")
    page.locator("[name=password]").fill(PASSWORD)
    page.locator("form button.button--main").first.click()
    page.wait_for_url(f"{watched.base}/")
    page.goto(f"{watched.base}/settings")
    page.get_by_label("Image file").set_input_files(
        {"name": "a.svg", "mimeType": "image/svg+xml", "buffer": b"<svg/>"}
    )
    page.get_by_role("button", name="Upload").click()
    expect(page.locator("#logo-error")).to_contain_text("Save it as PNG first")
    watched.problems.clear()  # the browser notes that it was answered with 422
    sent = drawn("JPEG", size=(900, 300))
    page.get_by_label("Image file").set_input_files(
        {"name": "logo.jpg", "mimeType": "image/jpeg", "buffer": sent}
    )
    page.get_by_role("button", name="Upload").click()
    picture = page.get_by_role("img", name="Logo of Acme")
    expect(picture).to_be_visible()
    if scripts:
        assert picture.evaluate("one => one.decode().then(() => one.naturalWidth)") == 320
        assert faults(page) == []
    page.locator("summary", has_text="Remove the logo").click()
    page.get_by_role("button", name="Remove the logo").click()
    expect(page.get_by_label("Image file")).to_be_visible()
    expect(picture).to_have_count(0)
    watched.assert_clean()


@pytest.mark.parametrize(("scheme", "width"), [("light", 375), ("dark", 1280)])
def test_customers_see_it_where_its_box_was_before(served, open_page, scheme, width):
    with served.shop.inside():
        logos.put(noise(), actor="test")
    url = served.shop.order(20)["checkoutUrl"]
    viewport = {"width": width, "height": 800}
    watched = open_page(color_scheme=scheme, viewport=viewport)
    page = watched.page
    parts = first_visit(page, url)
    picture = page.get_by_role("img", name="Logo of Bitloader")
    assert picture.evaluate("one => one.decode().then(() => one.naturalWidth)") == 320
    assert sum(one.whole for one in parts) <= LIMIT
    assert faults(page) == []
    watched.assert_clean()
    box = picture.bounding_box()
    without = open_page(color_scheme=scheme, viewport=viewport)
    without.page.route("**/logos/**", lambda route: route.abort())
    without.page.goto(url)
    assert without.page.get_by_role("img", name="Logo of Bitloader").bounding_box() == box
