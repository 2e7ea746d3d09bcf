"""Customers who pay in coins: they scan or copy, and the page says what became of it."""

import re
from urllib.request import Request, urlopen

import pytest
from playwright.sync_api import expect

from app.extensions import transaction
from app.services import credentials
from app.services.credentials import Scope
from tests.adapters.gateways.rigs.crypto_nowpayments import KEY, SECRET, VALUES
from tests.browser.going_on import go_on
from tests.browser.whole import LOOKS, faults_in
from tests.fakes.nowpayments import NowPaymentsFake
from tests.faults.worker import eventually


@pytest.fixture
def company():
    with NowPaymentsFake() as fake:
        fake.account(KEY, SECRET)
        yield fake


@pytest.fixture
def served_as(company):
    return {"NOWPAYMENTS_BASE_URL": company.url}


@pytest.fixture
def order(served):
    shop = served.shop
    with shop.inside(), transaction():
        credentials.save("crypto", Scope("organization", shop.org_id), VALUES, actor="test")
    return shop.order("20.00", gateway="crypto")


def hear(company) -> None:
    """NOWPayments calls the served address about the last thing that happened."""
    for call in company.calls_made[-1:]:
        with urlopen(Request(call.url, call.body, dict(call.headers)), timeout=10) as answer:
            assert answer.status == 200


def choose_bitcoin(page, order):
    page.goto(order["checkoutUrl"])
    page.get_by_role("radio", name="Bitcoin").check()
    page.get_by_role("button", name=re.compile(r"^Pay \$")).click()
    page.get_by_role("heading", name="Scan to pay").wait_for()


@pytest.mark.parametrize("scripts", [True, False])
def test_coins_are_sent_seen_and_confirmed(served, open_page, company, order, scripts):
    watched = open_page(java_script_enabled=scripts)
    page = watched.page
    page.clock.install()
    choose_bitcoin(page, order)
    (paying,) = company.world.payments.values()
    expect(page.get_by_text(paying.shown["pay_address"])).to_be_visible()
    expect(page.get_by_text("0.0003125 BTC", exact=True)).to_be_visible()
    expect(page.get_by_role("button", name="Copy the amount")).to_be_visible(visible=scripts)
    code = page.get_by_role("img", name=re.compile("QR code that pays"))
    assert code.evaluate("image => image.decode().then(() => image.naturalWidth)") > 0

    number = str(paying.shown["payment_id"])
    company.see(number)
    hear(company)
    assert eventually(lambda: served.shop.see(order)["status"] == "processing")
    go_on(page, scripts=scripts)
    page.get_by_role("heading", name=re.compile("being processed")).wait_for()
    company.pay(number)
    hear(company)
    assert eventually(lambda: served.shop.see(order)["status"] == "paid")
    go_on(page, scripts=scripts)
    page.get_by_role("heading", name="Payment received").wait_for()
    watched.assert_clean()


def test_axe_finds_nothing_where_coins_are_asked_for(served, open_page, order):
    page = open_page(viewport={"width": 375, "height": 800}).page
    choose_bitcoin(page, order)
    assert faults_in(page, LOOKS) == {}
