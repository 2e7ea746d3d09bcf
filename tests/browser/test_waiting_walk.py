"""Customers who pay with their phone or at a cash machine, while the page waits for them."""

import json
import re
from urllib.request import Request, urlopen

import pytest
from playwright.sync_api import expect

from app.extensions import transaction
from app.services import credentials, event_endpoints
from app.services.credentials import Scope
from tests.adapters.gateways.rigs.easypay import ACCOUNT, KEY
from tests.browser.going_on import go_on
from tests.browser.weight import first_visit
from tests.fakes.easypay import EasypayFake
from tests.faults.worker import eventually

PAY = re.compile("^Pay €")


@pytest.fixture
def easypay():
    with EasypayFake() as fake:
        fake.account(ACCOUNT, KEY)
        yield fake


@pytest.fixture
def served_as(easypay):
    return {"EASYPAY_API_BASE": easypay.api}


@pytest.fixture
def bill(served, easypay):
    """Makes an order that is paid through Easypay."""
    shop = served.shop
    scope = Scope("organization", shop.org_id)
    values = {"accountId": ACCOUNT, "apiKey": KEY, "baseUrl": "sandbox"}
    with shop.inside():
        with transaction():
            credentials.save("easypay", scope, values, actor="test")
        event_endpoints.mend("easypay", scope, actor="test")
    return lambda: shop.order("49.90", currency="EUR", gateway="easypay")


def deliver(easypay) -> None:
    """Easypay calls the served address."""
    notice = easypay.outbox.pop()
    headers = {"Content-Type": "application/json"}
    with urlopen(Request(notice.url, notice.body, headers), timeout=10) as answer:
        assert json.load(answer)["received"] is True


def choose(page, order, method: str) -> None:
    page.goto(order["checkoutUrl"])
    page.get_by_role("radio", name=method).check()
    if method == "MB WAY":
        page.get_by_label("Mobile number").fill("912 345 678")
    page.get_by_role("button", name=PAY).click()


@pytest.mark.parametrize("scripts", [True, False])
def test_a_request_on_the_phone_runs_out_is_sent_again_and_paid(
    served, open_page, easypay, bill, later, scripts
):
    watched = open_page(java_script_enabled=scripts, viewport={"width": 375, "height": 800})
    page = watched.page
    page.clock.install()
    order = bill()
    choose(page, order, "MB WAY")
    asked = page.get_by_role("heading", name="Confirm the payment in the MB WAY app")
    expect(asked).to_be_visible()
    expect(page.get_by_text("ends in 678")).to_be_visible()
    expect(page.get_by_text(re.compile("Time left: [34]:"))).to_be_visible(visible=scripts)

    later(241)
    go_on(page, scripts=scripts)
    page.get_by_role("heading", name="The request on your phone has run out").wait_for()
    page.get_by_role("button", name="Send it again to …678").click()
    asked.wait_for()
    first, second = easypay.singles()
    assert (first.status, second.status) == ("deleted", "pending")

    easypay.pay(second.id)
    deliver(easypay)
    assert eventually(lambda: served.shop.see(order)["status"] == "paid")
    go_on(page, scripts=scripts)
    page.get_by_role("heading", name="Payment received").wait_for()
    watched.assert_clean()


@pytest.mark.parametrize("scripts", [True, False])
def test_a_reference_stands_there_to_be_copied_and_the_page_hears_of_the_payment(
    served, open_page, easypay, bill, scripts
):
    watched = open_page(java_script_enabled=scripts)
    page = watched.page
    choose(page, bill(), "Multibanco")
    (single,) = easypay.singles()
    spaced = " ".join(single.reference[i : i + 3] for i in (0, 3, 6))
    expect(page.get_by_text(spaced)).to_be_visible()
    expect(page.get_by_text("€49.90").nth(1)).to_be_visible()
    expect(page.get_by_role("button", name="Copy the reference")).to_be_visible(visible=scripts)

    easypay.pay(single.id)
    deliver(easypay)
    page.get_by_role("heading", name="Payment received").wait_for()
    watched.assert_clean()


def test_a_wrong_number_is_put_right_at_once(served, open_page, easypay, bill):
    watched = open_page()
    page = watched.page
    choose(page, bill(), "MB WAY")
    page.get_by_role("link", name="Use another number").click()
    page.get_by_label("Mobile number").fill("961234567")
    page.get_by_role("button", name=PAY).click()
    expect(page.get_by_text("ends in 567")).to_be_visible()
    assert [one.status for one in easypay.singles()] == ["deleted", "pending"]
    watched.assert_clean()


def test_what_waits_and_what_is_shown_is_light(served, open_page, easypay, bill):
    """All that comes over the wire for the page that waits, styles and scripts included."""
    chosen, fresh = open_page().page, open_page().page
    choose(chosen, bill(), "Multibanco")
    parts = first_visit(fresh, chosen.url)
    expect(fresh.get_by_role("button", name="Copy the entity")).to_be_visible()
    assert 0 < sum(one.body for one in parts) <= 60 * 1024
