"""Payouts on pages: asked for once, out of what the payment company says there is."""

import re
import threading

import pytest
from sqlalchemy import select

from app.adapters.gateways import base
from app.adapters.gateways.sandbox.sellers import SandboxMarketplace
from app.blueprints.sellers import payout_words
from app.extensions import db, reading, transaction
from app.models import Payout, PayoutStatus, Role, Seller
from app.services.sandbox import DatabaseSellers
from tests import world
from tests.escrow import ask, held, make_seller
from tests.merchant import person

KEY = re.compile(r'name="key"[^>]*value="(\w+)"')


@pytest.fixture
def seller(shop) -> str:
    """Somebody with 90.00 at the sandbox."""
    seller = make_seller(shop)
    assert ask(shop, held(shop, 100, seller), "release").status_code == 200
    return seller


def filled(browser, seller: str, amount: str = "50.00", **more: str) -> dict[str, str]:
    page = browser.get(f"/sellers/{seller}/payouts/new").text
    return {"amount": amount, "currency": "USD", "key": KEY.search(page)[1], **more}


def there(shop) -> list[tuple[int, str]]:
    with shop.inside(), reading() as session:
        found = session.scalars(select(Payout).order_by(Payout.id)).all()
        return [(one.amount_minor, one.status) for one in found]


def silent(*_args):
    raise base.Unavailable("no answer")


def test_the_sellers_page_leads_to_a_form_with_what_the_company_says(browser, seller, read):
    assert f'href="/sellers/{seller}/payouts/new"' in browser.get(f"/sellers/{seller}").text
    page = browser.get(f"/sellers/{seller}/payouts/new")
    assert "Can be paid out USD $90.00" in read(page)
    assert 'value="90.00"' in page.text


def test_it_is_paid_out_and_stands_in_the_history_in_words(browser, shop, seller, read):
    page = browser.follow(f"/sellers/{seller}/payouts/new", **filled(browser, seller))
    assert "Paid out." in read(page)
    assert there(shop) == [(5_000, "paid")]
    assert "$50.00" in read(page)
    history = read(browser.get(f"/sellers/{seller}/payouts"))
    assert "$50.00" in history
    assert " Paid " in history
    told = "owner@acme.example asked for a payout of $50.00 to the seller Ada."
    assert told in read(browser.get("/audit"))


def test_sent_twice_the_form_is_one_payout(browser, shop, seller):
    fields = filled(browser, seller, "10")
    for _ in range(3):
        assert browser.post(f"/sellers/{seller}/payouts/new", **fields).status_code == 303
    assert there(shop) == [(1_000, "paid")]


def test_sent_twice_at_the_same_moment_it_is_one_payout(shop, seller):
    browsers = [person(shop.app, email=f"{one}@acme.example") for one in "ab"]
    fields = filled(browsers[0], seller, "10")
    tokens = [one.token() for one in browsers]
    barrier = threading.Barrier(2)

    def send(browser, token) -> None:
        barrier.wait()
        browser.post(f"/sellers/{seller}/payouts/new", token=token, **fields)

    pair = [threading.Thread(target=send, args=one) for one in zip(browsers, tokens, strict=True)]
    for one in pair:
        one.start()
    for one in pair:
        one.join()
    assert there(shop) == [(1_000, "paid")]


def test_a_form_that_was_sent_and_changed_is_not_another_payout(browser, shop, seller, read):
    fields = filled(browser, seller, "10")
    browser.post(f"/sellers/{seller}/payouts/new", **fields)
    page = browser.post(f"/sellers/{seller}/payouts/new", **{**fields, "amount": "11"})
    assert page.status_code == 409
    assert "was sent already, with something else in it" in read(page)
    assert there(shop) == [(1_000, "paid")]


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"amount": "90.01"}, "Only $90.00 can be paid out now."),
        ({"amount": "1.234,5"}, "Type an amount like 90.00."),
        ({"amount": "0"}, "Type an amount like 90.00."),
        ({"currency": "EUR"}, "There is nothing to pay out in this currency."),
        ({"currency": "nonsense"}, "There is nothing to pay out in this currency."),
        ({"key": "none"}, "Open the page again and start anew."),
    ],
)
def test_what_was_typed_wrongly_is_said(browser, shop, seller, read, fields, said):
    page = browser.post(f"/sellers/{seller}/payouts/new", **{**filled(browser, seller), **fields})
    assert page.status_code == 422
    assert said in read(page)
    assert there(shop) == []


def test_a_company_that_does_not_answer_leaves_nothing_to_press(
    browser, shop, seller, read, monkeypatch
):
    monkeypatch.setattr(SandboxMarketplace, "balance", silent)
    page = browser.get(f"/sellers/{seller}/payouts/new")
    assert "does not say what they have" in read(page)
    assert KEY.search(page.text) is None


def test_while_one_has_no_answer_no_other_is_asked_for(browser, shop, seller, read, monkeypatch):
    first, second = (filled(browser, seller, "10") for _ in range(2))
    monkeypatch.setattr(DatabaseSellers, "pay_out", silent)
    page = browser.follow(f"/sellers/{seller}/payouts/new", **first)
    assert "did not answer. Nothing is paid out twice" in read(page)
    page = browser.post(f"/sellers/{seller}/payouts/new", **second)
    assert "Another payout to them has no definite answer yet." in read(page)
    assert there(shop) == [(1_000, "unknown")]


def test_one_whom_the_company_does_not_pay_out_has_no_button_and_no_form(
    browser, shop, seller, read
):
    fields = filled(browser, seller)
    with shop.inside(), transaction():
        db.session.get_one(Seller, seller).payouts_enabled = False
    assert "payouts/new" not in browser.get(f"/sellers/{seller}").text
    page = browser.post(f"/sellers/{seller}/payouts/new", **fields)
    assert "does not pay this seller out now" in read(page)
    assert there(shop) == []


def test_who_may_not_pay_sellers_sees_the_history_and_no_button(shop, seller):
    viewer = person(shop.app, Role.viewer)
    assert viewer.get(f"/sellers/{seller}/payouts").status_code == 200
    for path in (f"/sellers/{seller}", f"/sellers/{seller}/payouts"):
        assert "payouts/new" not in viewer.get(path).text


def test_the_password_is_asked_for_again(browser, shop, seller, later):
    fields, token = filled(browser, seller), browser.token()
    later(11 * 60)
    gone = browser.post(f"/sellers/{seller}/payouts/new", token=token, **fields)
    assert gone.location.startswith("/account/confirm")
    assert there(shop) == []


def test_older_payouts_are_a_page_away(browser, shop, seller):
    with shop.inside(), transaction():
        for number in range(1, 53):
            paid = {"currency": "EUR", "status": PayoutStatus.paid}
            db.session.add(Payout(seller_id=seller, amount_minor=number, **paid))
    page = browser.get(f"/sellers/{seller}/payouts").text
    assert len(re.findall(r'data-id="pyo_', page)) == 50
    older = re.search(r'href="([^"]+before=pyo_\w+)"', page)[1]
    assert len(re.findall(r'data-id="pyo_', browser.get(older).text)) == 2


def test_a_notice_of_a_failed_payout_leads_to_the_seller(browser, shop, seller, monkeypatch):
    def refuse(*_args):
        raise base.Impossible("account_closed")

    fields = filled(browser, seller)
    monkeypatch.setattr(DatabaseSellers, "pay_out", refuse)
    browser.post(f"/sellers/{seller}/payouts/new", **fields)
    world.run_tasks(shop.app)
    notice = re.search(r'data-id="(not_\w+)"', browser.get("/notices").text)[1]
    opened = browser.post(f"/notices/{notice}/read", open="1")
    assert opened.location == f"/sellers/{seller}"


def test_every_state_and_obstacle_has_words():
    assert set(payout_words.STATES) == set(PayoutStatus)


def test_a_payout_without_an_answer_is_asked_about_and_said_not_to_be_made(
    browser, shop, seller, read, monkeypatch, later
):
    with monkeypatch.context() as silence:
        silence.setattr(SandboxMarketplace, "pay_out", silent)
        page = browser.follow(f"/sellers/{seller}/payouts/new", **filled(browser, seller))
    assert there(shop) == [(5_000, "unknown")]
    place = re.search(r'action="(/sellers/\w+/payouts/pyo_\w+)/ask"', page.text)[1]
    assert f"{place}/not-made" not in page.text, "its key may still make it"
    assert "Only the payment company's answer" in read(browser.follow(f"{place}/not-made"))
    later(86_400)
    browser = person(shop.app, email="later@acme.example")
    assert "asked again" in read(browser.follow(f"{place}/ask"))
    world.run_tasks(shop.app)
    page = browser.get(f"/sellers/{seller}/payouts")
    assert f'action="{place}/not-made"' in page.text
    page = browser.follow(f"{place}/not-made")
    assert there(shop) == [(5_000, "failed")]
    assert f"{place}/" not in page.text
    assert "said that a payout of $50.00 to the seller Ada was not made" in read(
        browser.get("/audit")
    )
