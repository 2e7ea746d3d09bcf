"""Sellers on pages: made once, told plainly how they stand, and shown a link that opens once."""

import re
import threading

import pytest
from sqlalchemy import func, select

from app.adapters.gateways import base
from app.adapters.gateways.sandbox.sellers import SandboxMarketplace
from app.blueprints.sellers import words
from app.extensions import db, reading, transaction
from app.models import Payout, PayoutStatus, Role, SandboxSeller, Seller, SellerStatus
from app.services import sellers
from app.services.escrow import listing
from app.services.sandbox import DatabaseSellers
from tests import world
from tests.escrow import held, make_seller
from tests.merchant import person

KEY = re.compile(r'name="key"[^>]*value="(\w+)"')
ADA = {"provider": "bitloader", "name": "Ada", "email": "ada@example.com"}


def filled(browser, **more: str) -> dict[str, str]:
    return {**ADA, "key": KEY.search(browser.get("/sellers/new").text)[1], **more}


def there(shop) -> list[Seller]:
    with shop.inside(), reading() as session:
        return list(session.scalars(select(Seller).order_by(Seller.id)))


def accounts(shop) -> int:
    with shop.inside(), reading() as session:
        return session.scalar(select(func.count()).select_from(SandboxSeller))


def change(shop, seller_id: str, **values) -> None:
    with shop.inside(), transaction():
        row = db.session.get_one(Seller, seller_id)
        for name, value in values.items():
            setattr(row, name, value)


# --- making one


def test_a_seller_is_made_under_the_account_of_the_provider(browser, shop, read):
    page = browser.follow("/sellers/new", **filled(browser, country="PT", external_id="S-7"))
    (made,) = there(shop)
    assert (made.provider_id, made.scope_kind) == (shop.provider_id, "organization")
    assert (made.country, made.external_id, made.status) == ("PT", "S-7", "ready")
    for said in ("The seller was made.", "Ready", "S-7", "Portugal", made.id, "ada@example.com"):
        assert said in read(page)
    assert "owner@acme.example made the seller Ada." in read(browser.get("/audit"))


@pytest.mark.parametrize("name", [" ", "Ada\nBcc: eve@example.com"])
def test_a_name_stands_on_one_line(browser, shop, read, name):
    page = browser.post("/sellers/new", **filled(browser, name=name))
    assert page.status_code == 422
    assert "Type a name on one line." in read(page)
    assert there(shop) == []


def test_sent_twice_the_form_makes_one_seller(browser, shop):
    fields = filled(browser)
    places = {browser.post("/sellers/new", **fields).location for _ in range(3)}
    assert places == {f"/sellers/{there(shop)[0].id}"}
    assert accounts(shop) == 1


def test_sent_twice_at_the_same_moment_it_makes_one_seller(shop):
    browsers = [person(shop.app, email=f"{one}@acme.example") for one in "ab"]
    fields = filled(browsers[0])
    tokens = [one.token() for one in browsers]
    barrier = threading.Barrier(2)

    def send(browser, token) -> None:
        barrier.wait()
        browser.post("/sellers/new", token=token, **fields)

    pair = [threading.Thread(target=send, args=one) for one in zip(browsers, tokens, strict=True)]
    for one in pair:
        one.start()
    for one in pair:
        one.join()
    assert (len(there(shop)), accounts(shop)) == (1, 1)


def test_a_form_that_was_sent_makes_no_other_seller(browser, shop, read):
    fields = filled(browser)
    browser.post("/sellers/new", **fields)
    response = browser.post("/sellers/new", **{**fields, "name": "Grace"})
    assert "This form was sent already" in read(response)
    assert KEY.search(response.text)[1] != fields["key"]
    assert [one.name for one in there(shop)] == ["Ada"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": ""},
        {"name": "x" * 121},
        {"email": "ada"},
        {"country": "XX"},
        {"provider": "nobody"},
        {"gateway": "stripes"},
        {"key": "x"},
    ],
)
def test_what_is_not_right_is_said_at_its_field_and_makes_nobody(browser, shop, wrong):
    response = browser.post("/sellers/new", **filled(browser, **wrong))
    assert response.status_code == 422
    assert 'id="error"' in response.text
    assert there(shop) == []


def test_one_whom_the_company_declines_is_said_why_and_the_form_can_be_sent_again(
    browser, shop, read, monkeypatch
):
    def refuse(*_args):
        raise base.Impossible("not in this country")

    fields = filled(browser)
    with monkeypatch.context() as patch:
        patch.setattr(DatabaseSellers, "open_seller", refuse)
        response = browser.post("/sellers/new", **fields)
    assert "makes no account: not in this country." in read(response)
    key = KEY.search(response.text)[1]
    assert key != fields["key"]
    assert browser.post("/sellers/new", **{**fields, "key": key}).status_code == 303
    assert [one.status for one in there(shop)] == ["failed", "ready"]
    page = read(browser.get(f"/sellers/{there(shop)[0].id}"))
    assert "made no account for them" in page
    assert "not in this country" in page


def test_without_an_answer_the_seller_is_kept_and_asked_about_by_itself(
    browser, shop, read, monkeypatch, later
):
    def silent(*_args):
        raise base.Unavailable("no answer")

    with monkeypatch.context() as patch:
        patch.setattr(DatabaseSellers, "open_seller", silent)
        page = read(browser.follow("/sellers/new", **filled(browser)))
    assert "The payment company does not answer." in page
    assert "It is asked again by itself." in page
    later(60)
    world.run_tasks(shop.app)
    assert [one.status for one in there(shop)] == ["ready"]


def test_only_companies_that_keep_accounts_for_sellers_are_offered(browser, shop):
    with shop.inside():
        able = sellers.gateways_that_pay()
    assert "sandbox" in able
    assert "ifthenpay" not in able
    page = browser.get("/sellers/new").text
    offered = re.findall(r'<option[^>]* value="(\w*)"', page.partition('id="gateway"')[2])
    assert offered == ["", *able]


def test_a_provider_whose_company_keeps_none_is_told_so(browser, shop, read):
    world.open_shop(shop.app, name="Elsewhere", gateway="ifthenpay")
    response = browser.post("/sellers/new", **filled(browser, provider="elsewhere"))
    assert response.status_code == 422
    assert "This company is not set up yet." in read(response)
    fields = filled(browser, provider="elsewhere", gateway="sandbox")
    assert browser.post("/sellers/new", **fields).status_code == 303


def test_without_a_provider_there_is_no_form(app, read):
    page = person(app).get("/sellers/new")
    assert "No provider yet" in read(page)
    assert KEY.search(page.text) is None


@pytest.mark.parametrize("path", ["/sellers/new", "/sellers/sel_1/link"])
def test_who_may_be_paid_is_said_with_a_fresh_password(app, path, browser):
    rule = {"/sellers/new": "sellers.new", "/sellers/sel_1/link": "sellers.make_link"}[path]
    assert app.view_functions[rule].is_fresh


# --- the list


def test_the_list_shows_every_seller_newest_first_and_goes_on(browser, shop, read, monkeypatch):
    assert "No seller yet" in read(browser.get("/sellers"))
    ids = [make_seller(shop, name=f"Seller {one}") for one in range(5)]
    real = sellers.page
    monkeypatch.setattr(sellers, "page", lambda **options: real(2, **options))
    seen, where = [], "/sellers"
    while where:
        page = browser.get(where).text
        seen += re.findall(r'data-id="(sel_\w+)"', page)
        found = re.search(r'href="(/sellers\?before=\w+)"', page)
        where = found[1] if found else None
    assert seen == ids[::-1]


def test_a_place_that_is_none_starts_at_the_newest(browser, shop):
    seller = make_seller(shop)
    assert seller in browser.get("/sellers?before=sel_x'").text


def test_who_may_not_make_one_sees_no_button(shop):
    make_seller(shop)
    viewer = person(shop.app, Role.viewer)
    assert "/sellers/new" not in viewer.get("/sellers").text
    page = viewer.get(f"/sellers/{there(shop)[0].id}").text
    assert "<main" in page
    assert 'method="post"' not in page.partition("<main")[2]


# --- one seller


def test_every_state_of_a_seller_and_of_a_payout_is_said():
    assert set(words.STATUS) == set(words.NEXT) == set(SellerStatus)
    assert set(words.PAYOUT) == set(PayoutStatus)


def test_what_is_missing_is_named_and_the_link_is_the_thing_to_press(browser, shop, read):
    seller = make_seller(shop)
    assert "What is missing" not in read(browser.get(f"/sellers/{seller}"))
    change(shop, seller, status="restricted", requirements=["individual.verification.document"])
    page = browser.get(f"/sellers/{seller}")
    assert "individual.verification.document" in read(page)
    assert "wants something from them before they are paid again" in read(page)
    assert re.search(r"button--go\W+Make a link for the seller", page.text)


def test_a_link_is_new_each_time_and_shown_once(browser, shop, monkeypatch):
    seller, number = make_seller(shop), 0

    def link(*_args, **_options):
        nonlocal number
        number += 1
        return base.Link(f"https://company.example/join/{number}", None)

    monkeypatch.setattr(SandboxMarketplace, "onboarding_link", link)
    path = f"/sellers/{seller}"
    for one in (1, 2):
        page = browser.follow(f"{path}/link").text
        assert f"https://company.example/join/{one}</code>" in page
        assert "company.example/join" not in browser.get(path).text


def test_a_link_is_not_shown_on_another_sellers_page(browser, shop):
    seller, other = make_seller(shop), make_seller(shop)
    browser.post(f"/sellers/{seller}/link")
    assert "data-link" not in browser.get(f"/sellers/{other}").text


def test_a_closed_account_has_no_link_and_says_so(browser, shop, read, monkeypatch):
    def gone(*_args, **_options):
        raise base.Missing("no such account")

    seller = make_seller(shop)
    monkeypatch.setattr(SandboxMarketplace, "onboarding_link", gone)
    page = browser.follow(f"/sellers/{seller}/link")
    assert "The seller has no account at the payment company." in read(page)
    assert "does not belong to yours any more" in read(page)
    assert f"/sellers/{seller}/link" not in page.text


def test_the_company_is_asked_how_they_stand(browser, shop, read, monkeypatch):
    seller = make_seller(shop)

    def stands(_self, id_):
        return base.SellerState(id_, "pending", requirements=("external_account",))

    monkeypatch.setattr(SandboxMarketplace, "retrieve_seller", stands)
    page = read(browser.follow(f"/sellers/{seller}/refresh"))
    assert "Asked: this is how they stand now." in page
    assert "Restricted" in page
    assert "external_account" in page

    def silent(*_args):
        raise base.Unavailable("no answer")

    monkeypatch.setattr(SandboxMarketplace, "retrieve_seller", silent)
    assert "does not answer" in read(browser.follow(f"/sellers/{seller}/refresh"))


def figures(page: str) -> dict[str, dict[str, str]]:
    """What each currency's figures say."""
    parts = re.split(r'data-currency="(\w+)"', page)[1:]
    return {
        currency: dict(re.findall(r'data-figure="(\w+)">([^<]+)<', text))
        for currency, text in zip(parts[::2], parts[1::2], strict=True)
    }


def test_the_balance_is_the_ledgers_in_each_currency_and_adds_up(browser, shop):
    seller = make_seller(shop)
    path = f"/sellers/{seller}"
    assert "Nothing was paid for them yet." in browser.get(path).text
    one, two = held(shop, 100, seller), held(shop, "19.99", seller)
    held(shop, 50, make_seller(shop))
    shop.post(f"/api/orders/{one['orderId']}/escrow/release", {"amount": 40})
    shop.refund(two, 5)
    euros = shop.order(8, currency="EUR", escrow={"sellerId": seller})
    shop.pay(euros)
    assert figures(browser.get(path).text) == {
        "EUR": {"held": "€8.00", "seller": "€0.00", "fee": "€0.00", "refunded": "€0.00"},
        "USD": {"held": "$74.99", "seller": "$36.00", "fee": "$4.00", "refunded": "$5.00"},
    }


def test_their_orders_lead_to_the_orders_and_their_payouts_are_shown(browser, shop, read):
    seller = make_seller(shop)
    order = held(shop, 100, seller, releaseAfterDays=14)
    with shop.inside(), transaction():
        db.session.add(
            Payout(
                seller_id=seller,
                amount_minor=1250,
                currency="EUR",
                status=PayoutStatus.failed,
                failure="account_closed",
            )
        )
    page = browser.get(f"/sellers/{seller}")
    assert f"/orders/{order['orderId']}" in page.text
    assert "Held: $100.00" in read(page)
    assert "€12.50" in read(page)
    assert "account_closed" in read(page)


def test_money_of_another_seller_is_not_among_theirs(shop):
    seller, other = make_seller(shop), make_seller(shop)
    held(shop, 100, other)
    with shop.inside():
        assert sellers.balances(seller) == {}
        assert sellers.balances(other)["USD"].held == 10_000
        assert listing.of_seller(seller) == []
