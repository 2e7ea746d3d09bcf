"""Held money in a real browser: paid, held, disputed, resumed, released in part, the rest given
back; and on every page the amounts add up to what the customer paid."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.whole import LOOKS, OTHERS, change, faults_in
from tests.escrow import escrow
from tests.faults.worker import eventually
from tests.merchant import PASSWORD, person


@pytest.fixture
def shop(served):
    person(served.app)
    return served.shop


class Walk:
    """One person's way through the pages, and what they read there."""

    def __init__(self, watched, shop) -> None:
        self.page, self.base, self.shop = watched.page, watched.base, shop
        self.watched = watched

    def sign_in(self) -> None:
        self.page.goto(f"{self.base}/login")
        self.page.get_by_label("E-mail").fill("owner@acme.example")
        self.page.get_by_label("Password").fill(PASSWORD)
        self.page.get_by_role("button", name="Sign in").first.click()
        self.page.wait_for_url(f"{self.base}/")

    def make_seller(self) -> str:
        self.page.goto(f"{self.base}/sellers")
        self.page.get_by_role("link", name="Make the first one").click()
        self.page.get_by_label("Provider").first.select_option("bitloader")
        self.page.get_by_label("Name", exact=True).fill("Ada’s Lamps")
        self.page.get_by_label("E-mail").fill("ada@example.com")
        self.page.get_by_role("button", name="Create seller").click()
        expect(self.page.get_by_role("heading", name="Ada’s Lamps")).to_be_visible()
        return self.page.url.rpartition("/")[2]

    def buy(self, seller: str) -> dict:
        """The customer's side, who never meets these pages."""
        order = self.shop.order(
            "99.99",
            itemName="A lamp for the stairs",
            escrow={"sellerId": seller, "feePercent": "7.5", "releaseAfterDays": 14},
        )
        assert self.shop.choose(order, "test").status_code == 303
        assert self.shop.press(order, "pay").status_code == 303
        assert eventually(lambda: escrow(self.shop, order)["status"] == "held")
        return order

    def open(self, order) -> None:
        self.page.goto(f"{self.base}/orders/{order['orderId']}")

    def figures(self, *wanted: int) -> None:
        """Held, released, fee, refunded: minor units; together all that was paid."""
        shown = self.page.locator("dl.figures dd[data-figure]")
        expect(shown).to_have_text([f"${one // 100}.{one % 100:02}" for one in wanted])
        assert sum(wanted) == 9999

    def press(self, name: str) -> None:
        self.page.get_by_role("button", name=name, exact=True).click()

    def unfold(self, name: str) -> None:
        self.page.locator("summary", has_text=re.compile(rf"^{name}$")).click()

    def statement(self) -> list[list[int]]:
        """The rows of a statement, which add up."""
        table = self.page.get_by_role("table", name="Statement")
        expect(table.locator("[data-row=closing]")).to_be_visible()
        rows = [
            [int(cell.get_attribute("data-minor")) for cell in row.locator("[data-minor]").all()]
            for row in table.locator("[data-row=opening], [data-row=line]").all()
        ]
        closing = table.locator("[data-row=closing] [data-minor]").all()
        assert [sum(one) for one in zip(*rows, strict=True)] == [
            int(cell.get_attribute("data-minor")) for cell in closing
        ]
        return rows

    def look_closely(self, looks: list[tuple[str, int]]) -> None:
        assert faults_in(self.page, looks) == {}


@pytest.mark.parametrize("javascript", [True, False], ids=["script", "no script"])
def test_from_the_order_to_the_sellers_statement(shop, open_page, javascript):
    walk = Walk(open_page(java_script_enabled=javascript), shop)
    walk.sign_in()
    page, seller = walk.page, walk.make_seller()
    order = walk.buy(seller)
    walk.open(order)
    walk.figures(9999, 0, 0, 0)
    expect(page.get_by_text("It is released to Ada’s Lamps by itself:")).to_be_visible()

    walk.unfold("Dispute")
    page.get_by_label("Reason").fill("It came broken")
    walk.press("Stop the clock")
    expect(page.get_by_text("Disputed, because: It came broken")).to_be_visible()
    walk.figures(9999, 0, 0, 0)
    page.goto(f"{walk.base}/escrow")
    row = page.locator("tr[data-id]")
    expect(row).to_contain_text("The clock stands still")
    expect(row.get_by_text("$99.99", exact=True)).to_be_visible()
    row.get_by_role("link", name="A lamp for the stairs").click()
    walk.unfold("Resume")
    walk.press("Resume")
    expect(page.get_by_text("Disputed, because:")).to_have_count(0)

    page.get_by_role("link", name="Release", exact=True).click()
    page.wait_for_load_state()  # the script hears what is typed from then on
    page.get_by_label("Amount").fill("33.33")
    if javascript:
        expect(page.locator("#outcome")).to_contain_text("$2.50 stays with you as your fee")
    else:
        walk.press("Only show what happens")
    expect(page.locator("#outcome")).to_have_text(
        "$30.83 goes to Ada’s Lamps, and $2.50 stays with you as your fee. $66.66 stays held."
    )
    walk.press("Release this amount")
    expect(page.locator("#said")).to_contain_text("Released.")
    walk.figures(6666, 3083, 250, 0)

    page.get_by_role("link", name="Refund", exact=True).click()
    page.get_by_label("Amount").fill("66.66")
    walk.press("Refund this amount")
    expect(page.locator("#said")).to_contain_text("Given back.")
    walk.figures(0, 3083, 250, 6666)
    left = "$66.66 went back to the customer, and Ada’s Lamps has $30.83."
    expect(page.get_by_text(f"Nothing is held any more: {left}")).to_be_visible()

    page.get_by_role("link", name="Ada’s Lamps", exact=True).first.click()
    walk.figures(0, 3083, 250, 6666)
    page.get_by_role("link", name="Statement", exact=True).click()
    assert walk.statement() == [
        [0, 0, 0], [9999, 0, 0], [-3083, 3083, 0], [-250, 0, 250], [-6666, 0, 0]
    ]  # fmt: skip
    with page.expect_download() as fetched:
        walk.press("Export as CSV")
    text = fetched.value.path().read_text()
    assert ",closing_balance,,,0.00,30.83,2.50,USD" in text
    walk.watched.assert_clean()


@pytest.mark.parametrize(
    "looks", [LOOKS, pytest.param(OTHERS, marks=pytest.mark.soak)], ids=["two", "others"]
)
def test_the_pages_are_whole_in_every_state(shop, open_page, looks):
    """Nothing yet, much at once, a dispute that is open, a page for paper."""
    walk = Walk(open_page(viewport={"width": 375, "height": 800}), shop)
    walk.sign_in()
    page = walk.page
    for path in ("/sellers", "/escrow", "/sellers/new"):
        page.goto(walk.base + path)
        walk.look_closely(looks)
    seller = walk.make_seller()
    page.goto(f"{walk.base}/sellers/{seller}/statement")
    walk.look_closely(looks)
    order, other = walk.buy(seller), walk.buy(seller)
    path = f"/api/orders/{order['orderId']}/escrow"
    assert shop.post(f"{path}/release", {"amount": 40}).status_code == 200
    assert shop.refund(order, 80).status_code < 300
    assert eventually(lambda: escrow(shop, order)["status"] == "released")
    assert shop.post(f"/api/orders/{other['orderId']}/escrow/dispute").status_code == 200
    page.goto(f"{walk.base}/sellers/{seller}")
    walk.press("Make a link for the seller")
    expect(page.locator("[data-link]")).to_be_visible()
    walk.look_closely(looks)
    for place in (f"/orders/{order['orderId']}", f"/orders/{other['orderId']}/release",
                  "/sellers", "/escrow", f"/sellers/{seller}/statement"):  # fmt: skip
        page.goto(walk.base + place)
        walk.look_closely(looks)
    for scheme, width in looks:
        change(page, scheme, width)
        page.emulate_media(media="print")
        expect(page.locator(".side")).not_to_be_visible()
        expect(page.get_by_role("button", name="Export as CSV")).not_to_be_visible()
        expect(page.locator("[data-row=closing]")).to_be_visible()
        expect(page.get_by_text("Test mode")).to_be_visible()
