"""Customers walk through checkout: with and without JavaScript, by mouse and by keyboard."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.going_on import go_on
from tests.browser.weight import first_visit
from tests.faults.worker import eventually

PAY = re.compile("^Pay")


def state_of(watched):
    return watched.page.locator("[data-state]").first


def test_pay_and_return_to_the_provider_after_the_countdown(served, open_page):
    watched = open_page()
    order = served.shop.order(100, itemName="Premium Credits", itemDescription="For you")
    page = watched.page
    page.clock.install()
    page.goto(order["checkoutUrl"])
    for text in ("Premium Credits", "For you", order["orderId"], "$100.00"):
        expect(page.get_by_text(text).first).to_be_visible()
    page.get_by_role("button", name=PAY).click()
    page.locator("form[action$='/pay'] button").click()
    expect(state_of(watched)).to_have_attribute("data-state", "paid")
    expect(page.get_by_text(order["orderId"]).first).to_be_visible()
    watched.assert_clean()
    page.clock.run_for(5_000)
    page.wait_for_url(f"**/thanks?order={order['orderId']}&status=paid")


def test_the_same_walk_without_javascript(served, open_page):
    watched = open_page(java_script_enabled=False)
    order = served.shop.order(100)
    page = watched.page
    page.goto(order["checkoutUrl"])
    page.get_by_role("button", name=PAY).click()
    page.locator("form[action$='/pay'] button").click()
    expect(state_of(watched)).to_have_attribute("data-state", "paid")
    watched.assert_clean()
    page.wait_for_url("**/thanks?order=*")


def test_by_keyboard_alone(served, open_page):
    watched = open_page()
    order = served.shop.order(100)
    page = watched.page
    page.goto(order["checkoutUrl"])
    _tab_to(page, lambda text: text.startswith("Pay"))
    page.keyboard.press("Enter")
    page.wait_for_url("**/sandbox/pay/**")
    _tab_to(page, lambda text: text.startswith("Pay"))
    page.keyboard.press("Enter")
    expect(state_of(watched)).to_have_attribute("data-state", "paid")


def _tab_to(page, wanted) -> None:
    for _ in range(30):
        page.keyboard.press("Tab")
        focused = "e => document.activeElement.textContent.trim()"
        if page.evaluate("document.activeElement.tagName") == "BUTTON" and wanted(
            page.evaluate(focused)
        ):
            return
    pytest.fail("the button cannot be reached by keyboard")


@pytest.mark.parametrize("scripts", [True, False])
def test_a_failure_is_shown_and_can_be_tried_again(served, open_page, scripts):
    watched = open_page(java_script_enabled=scripts)
    order = served.shop.order(100)
    page = watched.page
    page.goto(order["checkoutUrl"])
    page.get_by_role("button", name=PAY).click()
    page.locator("form[action$='/decline'] button").click()
    expect(state_of(watched)).to_have_attribute("data-state", "failed")
    page.get_by_role("button", name="Try Again").click()
    page.get_by_role("button", name=PAY).click()
    page.locator("form[action$='/pay'] button").click()
    expect(state_of(watched)).to_have_attribute("data-state", "paid")


def test_processing_turns_to_paid_by_itself(served, open_page):
    watched = open_page()
    order = served.shop.order(100)
    page = watched.page
    page.clock.install()
    page.goto(order["checkoutUrl"])
    page.get_by_role("button", name=PAY).click()
    page.locator("form[action$='/delay'] button").click()
    expect(state_of(watched)).to_have_attribute("data-state", "processing")
    from app.services import sandbox

    with served.shop.inside():
        sandbox.finish_later(served.shop.see(order)["payments"][-1]["gatewayPaymentId"])
    assert eventually(lambda: served.shop.see(order)["status"] == "paid")
    go_on(page, scripts=True)
    expect(state_of(watched)).to_have_attribute("data-state", "paid", timeout=15_000)
    watched.assert_clean()


def test_asking_ends_after_half_an_hour_and_says_so(served, open_page):
    watched = open_page(locale="pt-PT")
    order = served.shop.order(100)
    served.shop.choose(order, "test")
    page = watched.page
    page.clock.install()
    page.goto(order["checkoutUrl"])
    line = page.locator("[data-stopped]")
    with page.expect_request("**/status*"):
        page.clock.run_for(3_000)
    expect(line).to_be_hidden()
    page.clock.fast_forward("31:00")
    page.clock.run_for(5_000)
    expect(line).to_be_visible()
    expect(line).to_contain_text("Esta página já não se atualiza sozinha.")
    expect(page.locator(".watch")).to_be_hidden()
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.clock.run_for(60_000)
    assert asked == []
    line.get_by_role("link").click()
    expect(line).to_be_hidden()
    expect(state_of(watched)).to_have_attribute("data-state", "pending")
    watched.assert_clean()


def test_cancelling_leads_back_to_the_provider(served, open_page):
    watched = open_page()
    order = served.shop.order(100)
    page = watched.page
    page.goto(order["checkoutUrl"])
    page.locator("form[action$='/cancel'] button").click()
    page.wait_for_url("**/basket")
    assert served.shop.see(order)["status"] == "cancelled"


@pytest.mark.parametrize("scripts", [True, False])
def test_a_card_is_paid_on_the_gateways_page_and_no_policy_is_broken(
    served, open_page, stripe_fake, scripts
):
    watched = open_page(java_script_enabled=scripts)
    order = served.shop.order(20, gateway="stripe")
    page = watched.page
    page.goto(order["checkoutUrl"])
    page.locator("input[value='card']").check(force=True)
    page.get_by_role("button", name=PAY).click()
    page.wait_for_url(f"{stripe_fake.url}/**")
    page.locator("#pay").click()
    expect(state_of(watched)).to_have_attribute("data-state", "paid")
    watched.assert_clean(stripe_fake.url)


@pytest.mark.parametrize("scripts", [True, False])
def test_cash_app_shows_a_code_from_our_own_origin(served, open_page, stripe_fake, scripts):
    watched = open_page(java_script_enabled=scripts)
    order = served.shop.order(20, gateway="stripe")
    page = watched.page
    page.clock.install()
    page.goto(order["checkoutUrl"])
    page.locator("input[value='cashapp']").check(force=True)
    page.get_by_role("button", name=PAY).click()
    image = page.locator("img[src*='/qr']")
    expect(image).to_be_visible()
    assert image.evaluate("async image => { await image.decode(); return image.naturalWidth }") > 20
    watched.assert_clean()
    stripe_fake.approve(served.shop.see(order)["payments"][-1]["gatewayPaymentId"])
    served.shop.see(order, sync=True)
    go_on(page, scripts=scripts)
    expect(state_of(watched)).to_have_attribute("data-state", "paid", timeout=15_000)


def test_a_portuguese_customer_reads_portuguese(served, open_page):
    watched = open_page(locale="pt-PT")
    order = served.shop.order(100)
    watched.page.goto(order["checkoutUrl"])
    assert watched.page.locator("html").get_attribute("lang") == "pt-PT"
    expect(watched.page.get_by_role("button", name=re.compile("^Pagar"))).to_be_visible()
    watched.page.goto(order["checkoutUrl"] + "?lang=en")
    expect(watched.page.get_by_role("button", name=PAY)).to_be_visible()


def test_the_page_weighs_less_than_60_kb(served, open_page):
    order = served.shop.order(20, gateway="stripe")
    assert _weight(open_page(), order["checkoutUrl"]) <= 60 * 1024
    served.shop.choose(order, "cashapp")
    assert _weight(open_page(), order["checkoutUrl"]) <= 60 * 1024


def _weight(watched, url: str) -> int:
    """Bytes on the wire for a first visit: page, styles, scripts, images, headers."""
    return sum(one.whole for one in first_visit(watched.page, url))
