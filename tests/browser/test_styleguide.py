"""The style guide in a real browser: what axe finds there, it would find on the pages."""

import pytest
from axe_playwright_python.sync_playwright import Axe


@pytest.fixture
def served_as():
    return {"APP_ENV": "development"}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [375, 1280])
def test_axe_finds_nothing_and_nothing_scrolls_sideways(open_page, served, scheme, width):
    watched = open_page(color_scheme=scheme, viewport={"width": width, "height": 800})
    page = watched.page
    page.goto(f"{watched.base}/styleguide")
    for one in page.locator("details > summary").all():
        one.click()
    found = Axe().run(page).response["violations"]
    assert [(one["id"], [node["html"] for node in one["nodes"]]) for one in found] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    watched.assert_clean()
