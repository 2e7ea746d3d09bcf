"""What is held, on its order's page: where every minor unit is, what is next, and presses that
count once."""

import html
import re
import threading
from datetime import timedelta
from typing import get_args

import pytest

from app.adapters.gateways import base
from app.adapters.gateways.sandbox import SandboxGateway
from app.adapters.gateways.sandbox.sellers import SandboxMarketplace
from app.blueprints.orders import escrow_words
from app.blueprints.orders import release as door
from app.blueprints.orders.release_form import STATES
from app.extensions import db, transaction
from app.kit import clock
from app.models import MoveStatus, Role, Seller
from app.services.escrow.offering import Obstacle
from tests import world
from tests.blueprints.test_statements import statements
from tests.escrow import amounts, ask, escrow, held, make_seller, refund
from tests.flows.test_without_escrow import touched
from tests.merchant import person
from tests.services.escrow.test_listing import change

KEY = re.compile(r'name="key"[^>]*value="(\w+)"')


@pytest.fixture
def browser(shop):
    return person(shop.app)


def read(response) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", response.text)).split())


def see(browser, order) -> str:
    return read(browser.get(f"/orders/{order['orderId']}"))


def figures(response) -> list[str]:
    return re.findall(r'data-figure="\w+">([^<]+)<', response.text)


def open_form(browser, order) -> dict[str, str]:
    page = browser.get(f"/orders/{order['orderId']}/release").text
    return {"key": KEY.search(page)[1]}


def release(browser, order, **fields):
    return browser.post(f"/orders/{order['orderId']}/release", **fields)


def press(browser, order, verb: str, **fields):
    return read(browser.follow(f"/orders/{order['orderId']}/escrow/{verb}", **fields))


# --- the panel


def test_an_order_without_escrow_looks_at_none_of_it(browser, shop):
    order = shop.order(20)
    shop.pay(order)
    with statements(shop.app) as seen:
        page = browser.get(f"/orders/{order['orderId']}")
    assert touched(seen) == set()
    assert 'id="escrow"' not in page.text


def test_the_figures_are_the_ledgers_and_add_up_to_what_was_paid(browser, shop):
    order = held(shop, 100)
    path = f"/orders/{order['orderId']}"
    assert figures(browser.get(path)) == ["$100.00", "$0.00", "$0.00", "$0.00"]
    ask(shop, order, "release", {"amount": "33.33"})
    shop.refund(order, 10)
    assert figures(browser.get(path)) == ["$56.67", "$30.00", "$3.33", "$10.00"]
    assert sum(amounts(shop, order)) == 10_000


def test_what_was_moved_is_listed_with_whose_part_is_whose(browser, shop):
    order = held(shop, 100)
    ask(shop, order, "release")
    shop.refund(order, 50)
    world.run_tasks(shop.app)
    text = see(browser, order)
    assert "Release of $100.00 $90.00 to the seller, $10.00 fee" in text
    assert "Fetched back: $50.00 $45.00 from the seller, $5.00 fee" in text
    assert "The seller got $90.00; the fee is $10.00." in text
    assert "$45.00 was fetched back from the seller." in text


def test_each_stage_says_what_is_next(browser, shop):
    seller = make_seller(shop)
    terms = {"sellerId": seller, "releaseAfterDays": 14}
    order = shop.order(20, escrow=terms)
    assert "it is held for Ada, and released 14 days later." in see(browser, order)
    shop.pay(order)
    assert "It is released to Ada by itself:" in see(browser, order)
    assert "Nothing is left to do" not in see(browser, order)
    ask(shop, order, "dispute", {"reason": "Broken"})
    assert "after the time that was left: 2 weeks." in see(browser, order)
    change(shop, order, is_charged_back=True)
    assert "bank took the money back and decides" in see(browser, order)
    change(shop, order, is_charged_back=False)
    ask(shop, order, "release")
    assert "Nothing is held any more: Ada has it." in see(browser, order)
    refund(shop, order, 5)
    assert "$5.00 went back to the customer, and Ada has $15.00." in see(browser, order)

    by_hand = held(shop, 20, seller)
    assert "held until somebody releases it to Ada or refunds it." in see(browser, by_hand)
    ask(shop, by_hand, "dispute")
    assert "It is disputed, and held until somebody" in see(browser, by_hand)
    shop.refund(by_hand)
    assert "it went back to the customer." in see(browser, by_hand)

    nobody = shop.order(20, escrow={"sellerId": seller})
    assert "Once the customer has paid, it is held for Ada." in see(browser, nobody)
    shop.cancel(nobody)
    assert "Nothing was paid, so nothing is held for Ada." in see(browser, nobody)


def test_what_is_overdue_says_whether_it_waits_for_the_seller(browser, shop):
    order = held(shop, 20, releaseAfterDays=1)
    change(shop, order, release_at=clock.now() - timedelta(hours=1))
    assert "it is released to Ada as soon as possible." in see(browser, order)
    restrict(shop, order)
    assert "Ada cannot be paid now. It is tried again daily." in see(browser, order)


def test_what_is_overdue_since_nobody_could_be_asked_says_so(browser, shop):
    order = held(shop, 100, releaseAfterDays=7)
    change(shop, order, release_at=clock.now() - timedelta(days=1), held_up="no answer came")
    page = see(browser, order)
    assert "could not be asked how the payment stands: no answer came." in page
    assert "as soon as possible" not in page


def restrict(shop, order) -> None:
    seller_id = escrow(shop, order)["sellerId"]
    with shop.inside(), transaction():
        db.session.get_one(Seller, seller_id).status = "restricted"


@pytest.mark.parametrize("verb", ["transfer", "reverse"])
def test_what_is_under_way_says_how_much(browser, shop, monkeypatch, verb):
    def silent(*_args):
        raise base.Unavailable("the server did not answer in time")

    order = held(shop, 100)
    if verb == "reverse":
        ask(shop, order, "release")
    monkeypatch.setattr(SandboxMarketplace, verb, silent)
    if verb == "reverse":
        shop.refund(order, 40)
        world.run_tasks(shop.app)
        assert "$40.00 is being fetched back from Ada" in see(browser, order)
    else:
        ask(shop, order, "release", {"amount": 40})
        assert "$40.00 is on its way to Ada." in see(browser, order)
        page = browser.get(f"/orders/{order['orderId']}/release")
        assert "Wait until the payment company's answer is known." in read(page)
        assert KEY.search(page.text) is None


# --- releasing


def test_the_form_says_whose_it_will_be_before_and_while_somebody_types(browser, shop):
    order = held(shop, 100)
    page = browser.get(f"/orders/{order['orderId']}/release")
    assert 'value="100.00"' in page.text
    assert "$90.00 goes to Ada, and $10.00 stays with you as your fee." in read(page)
    assert "Nothing is held afterwards." in read(page)
    path = f"/orders/{order['orderId']}/release/outcome?amount="
    text = read(browser.get(path + "33.33"))
    assert text.startswith("$30.00 goes to Ada, and $3.33 stays with you as your fee.")
    assert text.endswith("$66.67 stays held.")
    assert "Only $100.00 is left to release." in read(browser.get(path + "100.01"))


def test_the_fee_that_was_said_is_the_fee_that_is_kept(browser, shop):
    """It is counted on all that was released, so it is not the same for the same amount."""
    order = held(shop, 1, feePercent="12.5")
    for amount in ("0.33", "0.33", "0.34"):
        path = f"/orders/{order['orderId']}/release/outcome?amount={amount}"
        said = re.search(r"and \$([\d.]+) stays with you", read(browser.get(path)))[1]
        before = amounts(shop, order)[2]
        release(browser, order, **open_form(browser, order), amount=amount)
        assert amounts(shop, order)[2] - before == round(float(said) * 100)
    assert amounts(shop, order) == (0, 87, 13, 0)


def test_a_part_is_released_and_said_so(browser, shop):
    order = held(shop, 100)
    response = release(browser, order, **open_form(browser, order), amount="40,50")
    assert response.location == f"/orders/{order['orderId']}#escrow"
    assert "Released." in see(browser, order)
    assert amounts(shop, order) == (5950, 3645, 405, 0)


def test_all_takes_no_heed_of_the_amount_and_leaves_what_is_set_aside(browser, shop):
    order = held(shop, 100)
    shop.refund(order, 30)
    page = browser.get(f"/orders/{order['orderId']}/release")
    assert "Release everything: $70.00" in read(page)
    release(browser, order, **open_form(browser, order), amount="1", all="1")
    assert amounts(shop, order) == (0, 6300, 700, 3000)


def test_sent_twice_it_is_one_release(browser, shop):
    order = held(shop, 100)
    fields = open_form(browser, order)
    for _ in range(3):
        assert release(browser, order, **fields, amount="40").status_code == 303
    assert amounts(shop, order)[0] == 6000


def test_sent_twice_at_the_same_moment_it_is_one_release(shop):
    order = held(shop, 100)
    browsers = [person(shop.app, email=f"{one}@acme.example") for one in "ab"]
    fields = open_form(browsers[0], order)
    tokens = [one.token() for one in browsers]
    barrier = threading.Barrier(2)

    def send(browser, token) -> None:
        barrier.wait()
        release(browser, order, token=token, **fields, amount="40")

    pair = [threading.Thread(target=send, args=one) for one in zip(browsers, tokens, strict=True)]
    for one in pair:
        one.start()
    for one in pair:
        one.join()
    assert amounts(shop, order)[0] == 6000


def test_a_form_that_was_sent_does_not_release_another_amount(browser, shop):
    order = held(shop, 100)
    fields = open_form(browser, order)
    release(browser, order, **fields, amount="5")
    response = release(browser, order, **fields, amount="6")
    assert response.status_code == 409
    assert "This form was sent already" in read(response)
    assert KEY.search(response.text)[1] != fields["key"]
    assert amounts(shop, order)[0] == 9500


@pytest.mark.parametrize("typed", ["", "0", "-1", "1,000", "1e1", "100.01", "abc"])
def test_what_is_no_amount_is_refused_in_place(browser, shop, typed):
    order = held(shop, 100)
    response = release(browser, order, **open_form(browser, order), amount=typed)
    assert response.status_code == 422
    assert 'aria-invalid="true"' in response.text
    assert amounts(shop, order)[0] == 10_000


def test_without_a_script_what_follows_is_shown_and_nothing_happens(browser, shop):
    order = held(shop, 100)
    response = release(browser, order, **open_form(browser, order), amount="40", look="1")
    assert "$36.00 goes to Ada, and $4.00 stays with you" in read(response)
    assert amounts(shop, order)[0] == 10_000


@pytest.mark.parametrize("key", ["", "x"])
def test_a_form_that_was_tampered_with_is_refused(browser, shop, key):
    order = held(shop, 100)
    assert release(browser, order, key=key, amount="5").status_code == 422
    assert amounts(shop, order)[0] == 10_000


def test_every_state_of_a_move_and_every_obstacle_is_said():
    assert set(STATES) == set(escrow_words.MOVE) == set(MoveStatus)
    assert set(escrow_words.OBSTACLE) == set(get_args(Obstacle))


@pytest.mark.parametrize(
    ("error", "said", "status"),
    [
        (base.Unavailable("nothing"), "nothing is released twice", "unknown"),
        (base.Impossible("closed account"), "it is held as before", "failed"),
    ],
)
def test_an_answer_that_is_no_success_is_said_as_it_is(
    browser, shop, monkeypatch, error, said, status
):
    def fail(*_args):
        raise error

    order = held(shop, 100)
    fields = open_form(browser, order)
    monkeypatch.setattr(SandboxMarketplace, "transfer", fail)
    release(browser, order, **fields, amount="5")
    assert said in see(browser, order)
    assert escrow(shop, order)["releases"][0]["status"] == status


@pytest.mark.parametrize("state", ["restricted", "charged back", "released", "unpaid", "set aside"])
def test_where_nothing_can_be_released_the_page_says_why_and_a_form_is_refused(
    browser, shop, state, monkeypatch
):
    order = held(shop, 100) if state != "unpaid" else None
    order = order or shop.order(100, escrow={"sellerId": make_seller(shop)})
    fields = open_form(browser, order) if state != "unpaid" else {"key": "a" * 32}
    if state == "restricted":
        restrict(shop, order)
    elif state == "charged back":
        change(shop, order, is_charged_back=True, status="disputed")
    elif state == "released":
        ask(shop, order, "release")
    elif state == "set aside":

        def silent(*_args):
            raise base.Unavailable("no answer")

        monkeypatch.setattr(SandboxGateway, "refund_payment", silent)
        shop.refund(order, 100)
    said = {
        "restricted": "The seller cannot be paid now.",
        "charged back": "The customer's bank took the money back.",
        "released": "Nothing is held, so nothing can be released.",
        "unpaid": "Nothing is held, so nothing can be released.",
        "set aside": "All that is held is set aside for refunds.",
    }[state]
    before = amounts(shop, order)
    page = browser.get(f"/orders/{order['orderId']}/release")
    assert said in read(page)
    assert KEY.search(page.text) is None
    assert said in read(release(browser, order, **fields, amount="5"))
    assert amounts(shop, order) == before


def test_what_changed_since_the_page_was_drawn_is_refused_where_it_counts(
    browser, shop, monkeypatch
):
    """The page's own look came before somebody else's release."""
    order = held(shop, 100)
    fields = open_form(browser, order)
    real = door.offer
    seen: list = []

    def offer(order_id):
        seen.append(real(order_id))
        if len(seen) == 1:
            ask(shop, order, "release", {"amount": 98})
        return seen[-1]

    monkeypatch.setattr(door, "offer", offer)
    response = release(browser, order, **fields, amount="5")
    assert response.status_code == 409
    assert "Less than that is left to release by now." in read(response)
    assert amounts(shop, order)[0] == 200


def test_an_order_without_escrow_has_nothing_to_release(browser, shop):
    order = shop.order(20)
    shop.pay(order)
    for path in ("release", "release/outcome"):
        assert browser.get(f"/orders/{order['orderId']}/{path}").status_code == 404


# --- disputing


def test_a_dispute_stops_the_clock_with_its_reason_and_resuming_lets_it_run(browser, shop):
    order = held(shop, 20, releaseAfterDays=14)
    text = press(browser, order, "dispute", reason="  It came\r\nbroken ")
    assert "Disputed: nothing is released by itself until you resume." in text
    assert "Disputed, because: It came broken" in text
    assert "the clock stands still. Reason: It came broken" in text
    assert "owner@acme.example" in text
    assert escrow(shop, order)["releaseAt"] is None
    text = press(browser, order, "resume")
    assert "The dispute is over: the clock runs on." in text
    assert escrow(shop, order)["releaseAt"] is not None
    assert "Disputed, because" not in text


def test_each_press_counts_once(browser, shop):
    order = held(shop, 20, releaseAfterDays=14)
    for verb in ("dispute", "dispute", "resume", "resume"):
        press(browser, order, verb)
    text = see(browser, order)
    assert text.count("What is held was disputed") == 1
    assert text.count("escrow.resumed") == 1


def test_a_reason_that_is_too_long_is_refused_and_nothing_is_disputed(browser, shop):
    order = held(shop, 20)
    assert "up to 255 characters" in press(browser, order, "dispute", reason="x" * 256)
    assert escrow(shop, order)["status"] == "held"
    press(browser, order, "dispute", reason="x" * 255)
    assert escrow(shop, order)["status"] == "disputed"


def test_what_is_over_is_neither_disputed_nor_resumed(browser, shop):
    order = held(shop, 20)
    ask(shop, order, "release")
    for verb in ("dispute", "resume"):
        assert "Nothing is held of this order, or not any more." in press(browser, order, verb)
    change(shop, order, status="disputed", is_charged_back=True)
    assert "has not decided yet" in press(browser, order, "resume")


# --- who may


@pytest.mark.parametrize(
    ("role", "seen"),
    [
        (Role.owner, {"release", "dispute"}),
        (Role.admin, {"release", "dispute"}),
        (Role.member, {"dispute"}),
        (Role.viewer, set()),
    ],
)
def test_everybody_sees_the_presses_they_may_use(shop, role, seen):
    order = held(shop, 20)
    page = person(shop.app, role).get(f"/orders/{order['orderId']}").text
    found = re.findall(r'(?:href|action)="/orders/\w+/(?:escrow/)?(release|dispute)"', page)
    assert set(found) == seen
    assert page.count("data-figure") == 4


def test_a_release_asks_for_a_fresh_password_as_a_refund_does(app):
    assert app.view_functions["orders.release"].is_fresh
    assert app.view_functions["orders.refund"].is_fresh
