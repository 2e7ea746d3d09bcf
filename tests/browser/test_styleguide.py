"""The style guide in a real browser: what axe finds there, it would find on the pages."""

import pytest

from tests.browser.whole import EVERY_LOOK, faults_in


@pytest.fixture
def served_as():
    return {"APP_ENV": "development"}


def test_axe_finds_nothing_and_nothing_scrolls_sideways(open_page, served):
    watched = open_page()
    page = watched.page
    page.goto(f"{watched.base}/styleguide")
    for one in page.locator("details > summary").all():
        one.click()
    assert faults_in(page, EVERY_LOOK) == {}
    watched.assert_clean()
