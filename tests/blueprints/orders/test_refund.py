"""Giving money back on a page: how much is said first, sent twice it happens once, and honestly."""

import html
import re
import threading

import pytest

from app.adapters.gateways import base
from app.adapters.gateways.sandbox import SandboxGateway
from app.adapters.gateways.values import Capabilities
from app.blueprints.orders.refund_form import STATES
from app.models import RefundStatus, Role
from app.services import routing
from tests import world
from tests.merchant import person
from tests.services.orders import trouble

KEY = re.compile(r'name="key"[^>]*value="(\w+)"')


@pytest.fixture
def shop(app):
    return world.open_shop(app)


@pytest.fixture
def order_id(shop):
    return trouble.paid(shop)


@pytest.fixture
def browser(shop):
    return person(shop.app)


def read(response) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", response.text)).split())


def open_form(browser, order_id: str) -> dict[str, str]:
    page = browser.get(f"/orders/{order_id}/refund").text
    return {"key": KEY.search(page)[1], "payment": "", "reason": "requested_by_customer"}


def ask(browser, order_id: str, **fields):
    return browser.post(f"/orders/{order_id}/refund", **fields)


def test_the_form_begins_with_all_that_is_left_and_says_what_follows(browser, order_id, shop):
    shop.refund({"orderId": order_id}, 5)
    page = browser.get(f"/orders/{order_id}/refund")
    assert 'name="amount"' in page.text
    assert 'value="15.00"' in page.text
    text = read(page)
    assert "Refunded already $5.00" in text
    assert "$15.00 goes back to the customer through Sandbox. Nothing is left" in text
    assert "A refund cannot be taken back." in text


def test_a_part_goes_back_and_the_order_says_so(browser, order_id, shop):
    fields = open_form(browser, order_id)
    response = ask(browser, order_id, **fields, amount="7,50")
    assert response.status_code == 303
    page = read(browser.get(response.location.partition("#")[0]))
    assert "Given back." in page
    assert "The customer asked for it" in page
    seen = trouble.see(shop, order_id)
    assert (seen["status"], seen["refundedAmount"]) == ("partially_refunded", 7.5)


def test_sent_twice_it_is_one_refund(browser, order_id, shop):
    fields = open_form(browser, order_id)
    places = {ask(browser, order_id, **fields, amount="5").location for _ in range(3)}
    assert places == {f"/orders/{order_id}#refunds"}
    assert len(trouble.see(shop, order_id)["refunds"]) == 1


def test_sent_twice_at_the_same_moment_it_is_one_refund(shop, order_id):
    browsers = [person(shop.app, email=f"{one}@acme.example") for one in "ab"]
    fields = open_form(browsers[0], order_id)
    tokens = [one.token() for one in browsers]
    barrier = threading.Barrier(2)

    def send(browser, token) -> None:
        barrier.wait()
        browser.post(f"/orders/{order_id}/refund", token=token, **fields, amount="5")

    pair = [threading.Thread(target=send, args=one) for one in zip(browsers, tokens, strict=True)]
    for one in pair:
        one.start()
    for one in pair:
        one.join()
    assert len(trouble.see(shop, order_id)["refunds"]) == 1


def test_a_form_that_was_sent_does_not_refund_another_amount(browser, order_id, shop):
    fields = open_form(browser, order_id)
    ask(browser, order_id, **fields, amount="5")
    response = ask(browser, order_id, **fields, amount="6")
    assert response.status_code == 409
    assert "This form was sent already" in read(response)
    assert KEY.search(response.text)[1] != fields["key"]
    assert trouble.see(shop, order_id)["refundedAmount"] == 5


def test_refund_everything_takes_no_heed_of_the_amount(browser, order_id, shop):
    response = ask(browser, order_id, **open_form(browser, order_id), amount="1", all="1")
    assert response.status_code == 303
    assert trouble.see(shop, order_id)["status"] == "refunded"
    assert "Nothing is left to refund." in read(browser.get(f"/orders/{order_id}/refund"))


@pytest.mark.parametrize(
    "typed", ["", "0", "-1", "1,000", "1.000", "1e1", "20.01", "99999999999999", "abc", "٣"]
)
def test_what_is_no_amount_of_this_order_is_refused_in_place(browser, order_id, shop, typed):
    response = ask(browser, order_id, **open_form(browser, order_id), amount=typed)
    assert response.status_code == 422
    assert 'aria-invalid="true"' in response.text
    assert trouble.see(shop, order_id)["refunds"] == []


@pytest.mark.parametrize("change", [{"key": "x"}, {"key": ""}, {"reason": "none"}])
def test_a_form_that_was_tampered_with_is_refused(browser, order_id, shop, change):
    fields = {**open_form(browser, order_id), **change}
    assert ask(browser, order_id, **fields, amount="5").status_code == 422
    assert trouble.see(shop, order_id)["refunds"] == []


def test_what_follows_is_said_while_typing_and_on_request(browser, order_id, shop):
    path = f"/orders/{order_id}/refund/outcome?amount="
    assert "$5.00 goes back" in read(browser.get(path + "5"))
    assert "Only $20.00 is left" in read(browser.get(path + "21"))
    response = ask(browser, order_id, **open_form(browser, order_id), amount="5", look="1")
    assert "$15.00 can still be refunded afterwards." in read(response)
    assert trouble.see(shop, order_id)["refunds"] == []


def test_typing_opens_no_keys_to_learn_what_the_page_says(browser, order_id, monkeypatch):
    path = f"/orders/{order_id}/refund"
    page = browser.get(path).text
    assert 'name="way" value="partial"' in page
    assert 'hx-include="[name=payment], [name=way]"' in page

    def opened(_payment):
        raise AssertionError("keys were opened")

    monkeypatch.setattr(routing, "connect_payment", opened)
    said = read(browser.get(f"{path}/outcome?amount=5&way=partial"))
    assert "$5.00 goes back" in said and "by a link" not in said
    assert "by a link" in read(browser.get(f"{path}/outcome?amount=5&way=claim"))


def test_what_the_address_says_of_the_way_is_believed_for_no_refund(
    browser, order_id, shop, monkeypatch
):
    fields = open_form(browser, order_id)

    def gone(_payment):
        raise base.Misconfigured("gone")

    monkeypatch.setattr(routing, "connect_payment", gone)
    page = read(ask(browser, order_id, **fields, amount="5", way="partial"))
    assert "The keys that this payment was made with are not there" in page
    assert trouble.see(shop, order_id)["refunds"] == []
    unknown = browser.get(f"/orders/{order_id}/refund/outcome?amount=5&way=anything")
    assert unknown.status_code == 200


def test_every_state_of_a_refund_is_said():
    assert set(STATES) == set(RefundStatus)


@pytest.mark.parametrize(
    ("error", "said", "status"),
    [
        (base.Unavailable("nothing"), "did not answer", "unknown"),
        (base.Impossible("closed account"), "nothing went back", "failed"),
    ],
)
def test_an_answer_that_is_no_success_is_said_as_it_is(
    browser, order_id, shop, monkeypatch, error, said, status
):
    fields = open_form(browser, order_id)
    with trouble.refunds_end(monkeypatch, error):
        response = ask(browser, order_id, **fields, amount="5")
    page = read(browser.get(response.location.partition("#")[0]))
    assert said in page
    assert trouble.see(shop, order_id)["refunds"][0]["status"] == status
    left = "15.00" if status == "unknown" else "20.00"
    assert f"Left ${left}" in read(browser.get(f"/orders/{order_id}/refund"))


@pytest.mark.parametrize(
    ("way", "said"), [("none", "gives nothing back by this way"), ("full", "only be refunded as a")]
)
def test_what_the_way_of_paying_cannot_do_is_not_offered(
    browser, order_id, shop, monkeypatch, way, said
):
    fields = open_form(browser, order_id)
    monkeypatch.setattr(SandboxGateway, "can", lambda *_args: Capabilities(refund=way))
    response = ask(browser, order_id, **fields, amount="5")
    assert said in read(response)
    assert trouble.see(shop, order_id)["refunds"] == []


def test_an_unpaid_order_gives_nothing_back(browser, shop):
    order_id = shop.order(20)["orderId"]
    assert "Nothing was paid" in read(browser.get(f"/orders/{order_id}/refund"))


def test_who_signed_in_long_ago_proves_it_first(browser, order_id, shop, later):
    fields, token = open_form(browser, order_id), browser.token()
    later(1000)
    response = browser.post(f"/orders/{order_id}/refund", token=token, **fields, amount="5")
    assert response.location.startswith("/account/confirm")
    assert trouble.see(shop, order_id)["refunds"] == []
    viewer = person(shop.app, Role.viewer)
    assert viewer.get(f"/orders/{order_id}/refund").status_code == 403


def test_the_order_and_its_trouble_lead_to_the_form(browser, shop):
    assert "/refund" in browser.get(f"/orders/{trouble.paid(shop)}").text
    late = trouble.late(shop)
    assert f"/orders/{late}/refund" in browser.get("/orders/differences").text
    assert "/refund" not in browser.get(f"/orders/{shop.order(20)['orderId']}").text


@pytest.fixture
def undecided(shop, order_id, monkeypatch) -> str:
    """Where to say what became of the order's refund, which nobody can be asked about."""
    trouble.cannot_ask(monkeypatch)
    with trouble.refunds_end(monkeypatch, base.Unavailable("nothing")):
        shop.refund({"orderId": order_id}, 5)
    refund_id = trouble.see(shop, order_id)["refunds"][0]["refundId"]
    return f"/orders/{order_id}/refunds/{refund_id}"


@pytest.mark.parametrize(("said", "status"), [("made", "succeeded"), ("not-made", "failed")])
def test_a_person_says_what_became_of_a_refund(browser, order_id, shop, undecided, said, status):
    page = browser.get(f"/orders/{order_id}")
    assert page.text.count(f'action="{undecided}/') == 2
    page = browser.follow(f"{undecided}/{said}")
    assert trouble.see(shop, order_id)["refunds"][0]["status"] == status
    assert undecided not in page.text
    assert "somebody looked" in read(page)
    assert f"said that the refund {undecided.split('/')[4]} was" in read(browser.get("/audit"))
    other = {"made": "not-made", "not-made": "made"}[said]
    assert "is known by now" in read(browser.follow(f"{undecided}/{other}"))


def test_what_became_of_a_refund_is_said_by_who_may_refund_and_proved_who_they_are(
    browser, order_id, shop, undecided, later
):
    assert undecided not in person(shop.app, Role.viewer).get(f"/orders/{order_id}").text
    browser.get("/")
    token = browser.token()
    later(1000)
    assert browser.post(f"{undecided}/made", token=token).location.startswith("/account/confirm")
    assert trouble.see(shop, order_id)["refunds"][0]["status"] == "unknown"


def test_where_the_company_can_be_asked_there_is_nothing_to_say(
    browser, order_id, shop, undecided, monkeypatch
):
    trouble.cannot_ask(monkeypatch, finds=True)
    assert undecided not in browser.get(f"/orders/{order_id}").text
    assert "Only the payment company's answer" in read(browser.follow(f"{undecided}/made"))
