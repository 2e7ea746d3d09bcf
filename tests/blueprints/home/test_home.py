"""The set-up list is computed from what is there."""

import re

import pytest

from app.models import Role
from tests import world
from tests.merchant import person


def done(browser) -> list[str]:
    page = browser.get("/").text
    return re.findall(r'class="step step--done[^"]*" data-id="(\w+)"', page)


def upcoming(browser) -> str:
    return re.search(r'class="step step--next" data-id="(\w+)"', browser.get("/").text)[1]


def test_each_step_is_done_when_the_data_say_so(app, httpserver):
    browser = person(app)
    assert (done(browser), upcoming(browser)) == ([], "gateway")
    browser.post("/integrations/stripe", secretKey="sk_test_51GatehouseTestsOnly0001")
    assert (done(browser), upcoming(browser)) == (["gateway"], "provider")
    shop = world.open_shop(app, webhook_url="http://127.0.0.1:9/hook")
    assert (done(browser), upcoming(browser)) == (["gateway", "provider", "webhook"], "call")
    order = shop.order(20)
    assert upcoming(browser) == "paid"
    shop.pay(order)
    assert upcoming(browser) == "live", "a test payment is not a live one"


@pytest.mark.parametrize("role", [Role.member, Role.viewer])
def test_whoever_may_not_take_the_next_step_is_not_sent_to_it(app, role):
    page = person(app, role).get("/").text
    assert upcoming(person(app)) == "gateway"
    assert "Owners and admins do it" in page
    assert not re.search(r'class="button button--go"', page)
    shop = world.open_shop(app, webhook_url="http://127.0.0.1:9/hook")
    world.connect_stripe(shop)
    shop.order(20)
    page = person(app, role, email="second@acme.example").get("/").text
    assert re.search(r'class="button button--go" href="/api/docs"', page), "everybody may pay"
