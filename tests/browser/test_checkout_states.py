"""Every state of the customer's pages, looked at by axe: light and dark, phone and desk."""

import pytest
from flask import render_template

from tests.browser.states import states
from tests.browser.whole import LOOKS, faults, faults_in

NAMES = [name for name, _ in states()]
# Portuguese words are longer, so that language gets the narrow page. Colours do not depend on the
# width, so two looks show each of both; the other two are for whoever has time.
EVERY_LOOK = [
    ("light", 375, "pt-PT"),
    ("dark", 1280, "en"),
    pytest.param("light", 1280, "en", marks=pytest.mark.soak),
    pytest.param("dark", 375, "en", marks=pytest.mark.soak),
]


@pytest.fixture
def shown(served):
    """A route that shows a state by its name."""
    contexts = dict(states())
    app = served.app
    app._got_first_request = False  # a route of this test's own

    @app.get("/_state/<name>")
    def state(name: str):
        return render_template("checkout/page.html", **contexts[name])

    return served


@pytest.mark.parametrize(("scheme", "width", "lang"), EVERY_LOOK)
def test_axe_finds_nothing_in_any_state(shown, open_page, scheme, width, lang):
    found = {}
    watched = open_page(
        color_scheme=scheme, viewport={"width": width, "height": 800}, reduced_motion="reduce"
    )
    for name in NAMES:
        watched.page.goto(f"{shown.base}/_state/{name}?lang={lang}")
        assert watched.page.locator("html").get_attribute("lang") == lang
        if wrong := faults(watched.page):
            found[name] = wrong
    assert found == {}
    assert [one for one in watched.problems if "404" not in one] == []


def test_axe_finds_nothing_on_the_other_pages(shown, open_page):
    order = shown.shop.order(100)
    shown.shop.pay(order)
    payment = shown.shop.see(order)["payments"][-1]["gatewayPaymentId"]
    found = {}
    page = open_page().page
    for path in (
        f"/checkout/o/{order['token']}/receipt",
        f"/sandbox/pay/{payment}",
        "/checkout/o/nothing",
        "/api/docs",
    ):
        page.goto(shown.base + path)
        if wrong := faults_in(page, LOOKS):
            found[path] = wrong
    assert found == {}
