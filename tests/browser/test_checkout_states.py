"""Every state of the customer's pages, looked at by axe: light and dark, phone and desk."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import render_template

from tests.browser.states import states

NAMES = [name for name, _ in states()]
LOOKS = [("light", 375), ("dark", 1280)]
# Portuguese words are longer, so that language gets the narrow page. Colours do not depend on the
# width, so two looks show each of both; the other two are for whoever has time.
EVERY_LOOK = [
    (*LOOKS[0], "pt-PT"),
    (*LOOKS[1], "en"),
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
        result = Axe().run(watched.page)
        if result.violations_count:
            found[name] = [one["id"] for one in result.response["violations"]]
        wide = watched.page.evaluate("document.documentElement.scrollWidth")
        if wide > width:
            found[name, "scrolls"] = wide
    assert found == {}
    assert [one for one in watched.problems if "404" not in one] == []


def test_axe_finds_nothing_on_the_other_pages(shown, open_page):
    order = shown.shop.order(100)
    shown.shop.pay(order)
    payment = shown.shop.see(order)["payments"][-1]["gatewayPaymentId"]
    found = {}
    for scheme, width in LOOKS:
        watched = open_page(color_scheme=scheme, viewport={"width": width, "height": 800})
        for path in (
            f"/checkout/o/{order['token']}/receipt",
            f"/sandbox/pay/{payment}",
            "/checkout/o/nothing",
            "/api/docs",
        ):
            watched.page.goto(shown.base + path)
            result = Axe().run(watched.page)
            if result.violations_count:
                found[path, scheme, width] = [one["id"] for one in result.response["violations"]]
    assert found == {}
