"""The receipt on screen and on paper."""

import pytest
from playwright.sync_api import expect

from tests.browser.whole import faults

LONG = "A quiet chair by the window, with a cushion of wool in three colours. " * 8
INKS = """() => [document.body, ...document.body.querySelectorAll('*')].map((one) => {
  const style = getComputedStyle(one);
  return [style.backgroundColor, style.backgroundImage, style.boxShadow].join(' ');
})"""


@pytest.fixture
def address(served):
    shop = served.shop
    order = shop.order(100, itemName="A chair", itemDescription=LONG)
    shop.pay(order)
    shop.come_back(order)
    assert shop.refund(order, 30).status_code == 200
    return f"{served.base}/checkout/o/{order['token']}/receipt"


@pytest.mark.parametrize(
    ("scheme", "width", "lang"), [("light", 375, "pt-PT"), ("dark", 1280, "en")]
)
def test_axe_finds_nothing_and_nothing_scrolls_sideways(address, open_page, scheme, width, lang):
    watched = open_page(color_scheme=scheme, viewport={"width": width, "height": 800})
    watched.page.goto(f"{address}?lang={lang}")
    assert faults(watched.page) == []
    watched.assert_clean()


def test_on_paper_it_is_one_page_of_ink_and_nothing_else(address, open_page):
    watched = open_page(color_scheme="dark")
    page = watched.page
    page.goto(address)
    page.emulate_media(media="print")
    assert set(page.evaluate(INKS)) == {"rgba(0, 0, 0, 0) none none"}
    assert page.evaluate("getComputedStyle(document.querySelector('dd')).color") == "rgb(0, 0, 0)"
    for gone in (".actions", ".languages", ".test-mode"):
        expect(page.locator(gone)).to_be_hidden()
    expect(page.get_by_text("$100.00").first).to_be_visible()
    assert page.pdf(format="A4").count(b"/Type /Page\n") == 1


def test_the_button_prints(address, open_page):
    watched = open_page()
    watched.page.add_init_script("window.print = () => { window.printed = true; }")
    watched.page.goto(address)
    watched.page.get_by_role("button", name="Print").click()
    assert watched.page.evaluate("window.printed")


def test_without_javascript_there_is_no_button_that_does_nothing(address, open_page):
    watched = open_page(java_script_enabled=False)
    watched.page.goto(address)
    expect(watched.page.get_by_role("button", name="Print")).to_be_hidden()
    expect(watched.page.get_by_text("Back to the payment")).to_be_visible()
