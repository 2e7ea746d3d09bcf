"""The pages about orders in a real browser: whole for everybody, and a refund said while typing."""

import pytest

from tests import world
from tests.browser.whole import faults_in
from tests.merchant import PASSWORD, person
from tests.services.orders import trouble


@pytest.fixture
def shop(served):
    opened = world.open_shop(served.app)
    person(served.app)
    return opened


def signed_in(open_page, **options):
    watched = open_page(**options)
    watched.page.goto(f"{watched.base}/login")
    watched.page.get_by_label("E-mail").fill("owner@acme.example")
    watched.page.get_by_label("Password").fill(PASSWORD)
    watched.page.get_by_role("button", name="Sign in").first.click()
    watched.page.wait_for_url(f"{watched.base}/")
    return watched.page, watched.base


def test_they_are_whole_at_every_width(shop, open_page):
    paid, wrong = trouble.paid(shop), trouble.mismatched(shop)
    trouble.late(shop)
    page, base = signed_in(open_page)
    for path in (f"/orders/{paid}", f"/orders/{wrong}", "/orders/differences",
                 f"/orders/{paid}/refund"):  # fmt: skip
        page.goto(base + path)
        assert faults_in(page, [("light", 375), ("light", 1280)]) == {}, path


def test_what_a_refund_does_is_said_while_typing(shop, open_page):
    order_id = trouble.paid(shop)
    page, base = signed_in(open_page)
    page.goto(f"{base}/orders/{order_id}/refund")
    page.get_by_label("Amount").fill("7.50")
    page.get_by_text("$12.50 can still be refunded afterwards.").wait_for()
    page.get_by_role("button", name="Refund this amount").click()
    page.locator("#said").get_by_text("Given back.").wait_for()
    assert trouble.see(shop, order_id)["refundedAmount"] == 7.5
