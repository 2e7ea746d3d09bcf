"""Words that a page says can be heard, put away, and read without JavaScript."""

import pytest
from flask import flash
from playwright.sync_api import expect

from tests.browser.whole import faults
from tests.merchant import PASSWORD, person

WORDS = "It is done"


@pytest.fixture
def stage(served):
    """A page that says something, and a form whose answer to htmx does."""
    app = served.app
    app._got_first_request = False  # routes of this test's own

    @app.get("/_said")
    def said():
        flash(WORDS)
        flash("And something went wrong", "bad")
        return "", 303, {"Location": "/account"}

    @app.post("/_step")
    def step():
        flash("Heard by htmx")
        return "<p>fragment</p>"

    person(app)
    return served


def come_in(watched):
    page = watched.page
    page.goto(f"{watched.base}/login")
    page.locator("[name=email]").fill("owner@acme.example")
    page.locator("[name=password]").fill(PASSWORD)
    page.locator("form button.button--main").first.click()
    page.wait_for_url(f"{watched.base}/")
    return page


@pytest.mark.parametrize(("scheme", "width"), [("light", 375), ("dark", 1280)])
def test_it_is_spoken_once_and_each_can_be_put_away(stage, open_page, scheme, width):
    watched = open_page(color_scheme=scheme, viewport={"width": width, "height": 800})
    page = come_in(watched)
    page.goto(f"{watched.base}/_said")
    expect(page.locator("#news")).to_have_text(f"{WORDS} And something went wrong")
    assert faults(page) == []
    page.get_by_role("button", name="Close").first.click()
    expect(page.locator("#said .toast")).to_have_count(1)
    expect(page.locator("[data-dismiss]")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#said")).to_be_hidden()
    expect(page.locator("#main")).to_be_focused()
    watched.assert_clean()


def test_without_javascript_it_stands_on_the_page(stage, open_page):
    watched = open_page(java_script_enabled=False)
    page = come_in(watched)
    page.goto(f"{watched.base}/_said")
    expect(page.locator(".toast")).to_have_count(2)
    expect(page.locator("[data-dismiss]").first).to_be_hidden()


def test_an_answer_to_htmx_is_heard_and_seen_from_further_down(stage, open_page):
    watched = open_page(viewport={"width": 1280, "height": 400})
    page = come_in(watched)
    page.goto(f"{watched.base}/orders")
    page.evaluate(
        """() => htmx.ajax("POST", "/_step", {target: "#main h1", swap: "innerHTML", values:
        {csrf_token: document.querySelector("[name=csrf_token]").value}})"""
    )
    expect(page.locator("#news")).to_have_text("Heard by htmx")
    expect(page.locator("#said")).to_be_in_viewport()
    expect(page.get_by_role("button", name="Close", exact=True)).to_be_visible()
    watched.assert_clean()
