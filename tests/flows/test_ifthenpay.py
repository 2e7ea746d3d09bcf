"""Payments through Ifthenpay, through the whole house: chosen, paid, heard of, told, given back."""

import sys

import pytest

from app.adapters.gateways.ifthenpay import IfthenpayGateway
from app.extensions import transaction
from app.services import event_endpoints, refunding
from app.services.moves import sending
from app.services.orders.settle import lock
from tests import world
from tests.fakes.ifthenpay import CustomerCannot, IfthenpayFake
from tests.flows.ifthenpay_shop import open_shop


@pytest.fixture
def company():
    with IfthenpayFake() as fake:
        yield fake


@pytest.fixture
def shop(make_app, company, httpserver):
    httpserver.expect_request("/hook").respond_with_data("", status=204)
    app = make_app(IFTHENPAY_BASE_URL=company.url)
    shop = open_shop(app, company, httpserver.url_for("/hook"))
    assert shop.register() == "fine"
    return shop


@pytest.mark.parametrize("method", ["multibanco", "mbway", "card"])
def test_a_payment_is_chosen_paid_heard_of_and_told(shop, told, method):
    order = shop.begin(method)
    assert (order["gateway"], order["testMode"]) == ("ifthenpay", False)
    assert shop.see(order)["status"] == "pending"
    made = shop.company.pay(shop.made(order).request_id)
    assert shop.called(made).json["outcome"] == "stored"
    seen = shop.see(order)
    assert (seen["status"], seen["attention"]) == ("paid", None)
    assert told() == ["payment_succeeded"]
    assert shop.called(made).json["outcome"] == "seen"
    assert told() == ["payment_succeeded"]


def test_a_reference_is_shown_with_everything_a_machine_asks_for(shop):
    order = shop.begin("multibanco", "10.99")
    made = shop.made(order)
    page = shop.page(order)
    for shown in (made.entity, f"{made.reference[:3]} {made.reference[3:6]}", "10.99"):
        assert shown in page


def test_a_push_asks_the_phone_and_the_page_waits(shop):
    order = shop.begin("mbway")
    assert "912345678" in shop.company.requests[-1].body.decode()
    assert "Confirm the payment in the MB WAY app" in shop.page(order)


def test_a_card_is_paid_on_their_page_and_coming_back_is_no_payment(shop, told):
    order = shop.begin("card")
    made = shop.made(order)
    assert order["location"].startswith(f"{shop.company.url}/pay")
    shop.company.pay(made.request_id)
    made.is_listed = False  # their list is behind
    shop.come_back(order, shop.company.come_back(made))
    assert shop.see(order)["status"] == "processing"
    assert told() == []
    made.is_listed = True
    shop.called(made)
    assert shop.see(order)["status"] == "paid"


def test_a_guessed_return_asks_and_moves_nothing(shop):
    order = shop.begin("card")
    query = shop.company.come_back(shop.made(order), sk="0" * 64)
    assert shop.come_back(order, query).status_code == 303
    assert shop.come_back(order, "").status_code == 303
    assert shop.see(order)["status"] == "pending"


def test_the_reconciler_hears_of_a_payment_without_any_call(shop, told, later):
    order = shop.begin("mbway")
    shop.company.pay(shop.made(order).request_id)
    later(61)
    world.sweep_and_run(shop.app)
    assert shop.see(order)["status"] == "paid"
    assert told() == ["payment_succeeded"]


@pytest.mark.parametrize(("code", "word"), [("020", "said no"), ("122", "declined")])
def test_a_refused_push_fails_and_another_way_is_open(shop, told, code, word):
    order = shop.begin("mbway")
    shop.company.decline(shop.made(order).request_id, code)
    shop.come_back(order)
    assert shop.see(order)["status"] == "failed"
    assert word in shop.payment(order).failure
    assert shop.choose(order, "multibanco").status_code == 303
    shop.called(shop.company.pay(shop.made(order).request_id))
    assert shop.see(order)["status"] == "paid"
    assert told() == ["payment_failed", "payment_succeeded"]


def test_while_the_app_asks_no_other_way_is_opened(shop, later):
    order = shop.begin("mbway")
    assert shop.choose(order, "card").status_code != 303
    assert shop.cancel(order).status_code == 409
    assert len(shop.company.made) == 1
    later(301)
    assert shop.choose(order, "card").status_code == 303
    with pytest.raises(CustomerCannot):
        shop.company.pay(shop.company.made[0].request_id)


def test_a_push_without_an_answer_is_waited_for_and_never_sent_again(shop, told, later):
    shop.company.drop_after_commit("POST /spg/payment/mbway$")
    order = shop.order(20, currency="EUR")
    shop.choose(order, "mbway", phone="912345678")
    assert shop.see(order)["attention"] == "payment_unknown"
    for _ in range(6):
        later(20)
        world.sweep_and_run(shop.app)
    made = shop.company.pay(shop.payment(order).reference)
    shop.called(made)
    assert shop.see(order)["status"] == "paid"
    assert len(shop.company.made) == 1
    assert told() == ["payment_succeeded"]


def test_a_push_without_an_answer_that_nobody_confirmed_fails_after_five_minutes(shop, told, later):
    shop.company.drop_after_commit("POST /spg/payment/mbway$")
    order = shop.order(20, currency="EUR")
    shop.choose(order, "mbway", phone="912345678")
    for seconds in (200, 90):
        later(seconds)
        world.sweep_and_run(shop.app)
        assert shop.see(order)["status"] == "pending"
    later(3700)
    world.sweep_and_run(shop.app)
    assert shop.see(order)["status"] == "failed"
    assert (len(shop.company.made), told()) == (1, ["payment_failed"])


def test_a_reference_that_is_paid_after_the_order_ended_is_late(shop, told, later):
    order = shop.begin("multibanco", expiresIn=600)
    made = shop.made(order)
    later(700)
    world.sweep_and_run(shop.app)
    assert shop.see(order)["status"] == "expired"
    shop.company.pay(made.request_id)
    shop.called(made)
    seen = shop.see(order)
    assert (seen["status"], seen["attention"]) == ("paid", "paid_late")
    assert told() == ["payment_expired", "payment_succeeded"]


def test_another_amount_is_held_for_a_person(shop, told):
    order = shop.begin("multibanco")
    shop.called(shop.company.pay(shop.made(order).request_id, 1999))
    seen = shop.see(order)
    assert (seen["status"], seen["attention"]) == ("processing", "amount_mismatch")
    assert told() == []


# --- giving back


def paid(shop, method: str):
    order = shop.begin(method)
    shop.called(shop.company.pay(shop.made(order).request_id))
    assert shop.see(order)["status"] == "paid"
    return order


@pytest.mark.parametrize("method", ["mbway", "card"])
def test_a_refund_in_parts_adds_up_and_is_told(shop, told, method):
    order = paid(shop, method)
    assert shop.refund(order, 12).json["status"] == "succeeded"
    assert shop.refund(order, 12).status_code == 409
    assert shop.refund(order, 8).json["status"] == "succeeded"
    world.run_tasks(shop.app)
    seen = shop.see(order)
    assert (seen["status"], seen["refundedAmount"]) == ("refunded", 20)
    assert sum(minor for _, minor in shop.company.refunds) == 2000
    assert told() == ["payment_succeeded", "payment_refunded", "payment_refunded"]


def test_what_ifthenpay_says_of_our_own_refund_counts_it_once(shop, told):
    order = paid(shop, "card")
    shop.refund(order, 5)
    shop.called(shop.made(order), "DEVOLVIDO", -500)
    assert shop.see(order)["refundedAmount"] == 5
    assert told() == ["payment_succeeded", "payment_refunded"]


def test_a_refund_made_in_their_backoffice_arrives(shop, told):
    order = paid(shop, "card")
    shop.called(shop.made(order), "DEVOLVIDO", -2000)
    assert shop.see(order)["status"] == "refunded"
    assert told() == ["payment_succeeded", "payment_refunded"]


def test_money_given_back_never_pays_an_order(shop, told):
    """Who has read the key could otherwise have goods sent for nothing."""
    order = shop.begin("card")
    shop.called(shop.made(order), "DEVOLVIDO", 2000)
    seen = shop.see(order)
    assert (seen["status"], seen["attention"]) == ("processing", "amount_mismatch")
    shop.company.pay(shop.made(order).request_id)
    shop.called(shop.made(order))
    assert (shop.see(order)["status"], shop.see(order)["attention"]) == ("paid", None)
    assert told() == ["payment_succeeded"]


def test_a_multibanco_refund_fails_with_the_reason(shop):
    order = paid(shop, "multibanco")
    refused = shop.refund(order, 5)
    assert refused.json["status"] == "failed"
    assert shop.see(order)["attention"] == "refund_failed"
    assert shop.company.calls("POST", "/v2/payments/refund") == []


def test_a_refund_without_an_answer_is_sent_once_and_left_to_a_person(shop, later):
    order = paid(shop, "card")
    shop.company.drop_after_commit("POST /v2/payments/refund")
    shop.refund(order, 5)
    for seconds in (3, 10, 60, 3600, 86_400):
        later(seconds)
        world.sweep_and_run(shop.app)
    seen = shop.see(order)
    assert (seen["attention"], seen["refundedAmount"]) == ("refund_unknown", 0)
    assert shop.company.refunds == [(shop.made(order).request_id, 500)]


def test_what_is_paid_twice_goes_back_once(shop, told, later):
    order = shop.begin("multibanco")
    first = shop.made(order)
    shop.choose(order, "card")
    second = shop.made(order)
    shop.called(shop.company.pay(first.request_id))
    shop.called(shop.company.pay(second.request_id))
    seen = shop.see(order)
    assert (seen["status"], seen["attention"]) == ("paid", "duplicate_payment")
    assert shop.company.refunds == [(second.request_id, 2000)]
    assert told().count("payment_succeeded") == 1


# --- our address


def test_what_came_of_registering_is_remembered_because_nobody_tells(shop):
    with shop.inside():
        assert event_endpoints.check("ifthenpay", shop.own).state == "fine"
        assert event_endpoints.mend("ifthenpay", shop.own, actor="ada").state == "fine"
    assert len(shop.company.calls("POST", "/api/endpoint/callback/activation")) == 6


def test_calls_are_taken_by_get_alone_and_refused_without_the_key(shop):
    order = shop.begin("multibanco")
    address = shop.company.callback(shop.company.pay(shop.made(order).request_id))
    path = address.removeprefix("http://127.0.0.1:5999")
    client = shop.app.test_client()
    assert client.post(path).status_code == 405
    wrong = client.get(path.replace("key=s465", "key=s466"))
    assert (wrong.status_code, wrong.json["code"]) == (400, "invalid_signature")
    world.run_tasks(shop.app)
    assert shop.see(order)["status"] == "pending"
    assert client.get(path).status_code == 200


def test_another_organizations_payment_is_out_of_reach(shop):
    order = shop.begin("multibanco")
    made = shop.company.pay(shop.made(order).request_id)
    other = open_shop_of_another(shop)
    assert other.register() == "fine"  # with the same keys: its address is written over ours
    assert other.called(made).json["outcome"] == "unmatched"
    assert shop.see(order)["status"] == "pending"


def open_shop_of_another(shop):
    from tests.flows.ifthenpay_shop import IfthenpayShop

    opened = world.open_shop(shop.app, gateway="ifthenpay", org="Mallory")
    other = IfthenpayShop(**{**opened.__dict__, "company": shop.company})
    other.connect()
    return other


# --- refunds that nobody recorded, and Ifthenpay keeps no keys


def paid_in_the_app(shop):
    order = shop.begin("mbway")
    shop.called(shop.company.pay(shop.made(order).request_id))
    assert shop.see(order)["status"] == "paid"
    return order


def test_a_refund_that_a_dying_process_asked_for_is_left_to_a_person(shop, later, monkeypatch):
    order = paid_in_the_app(shop)
    with monkeypatch.context() as dying:
        dying.setattr(sending, "_record", lambda *_: sys.exit("killed"))
        with pytest.raises(SystemExit):
            shop.refund(order, 5)
    assert len(shop.company.refunds) == 1
    for seconds in (31, 31, 400, 90_000):
        later(seconds)
        world.sweep_and_run(shop.app)
    assert len(shop.company.refunds) == 1
    seen = shop.see(order)
    assert (seen["refunds"][0]["status"], seen["attention"]) == ("unknown", "refund_unknown")


def test_a_refund_that_nobody_asked_for_yet_is_asked_for_however_late(shop, later):
    order = paid_in_the_app(shop)
    payment_id = shop.payment(order).id
    with shop.inside(), transaction():
        locked, payment = lock(payment_id)
        refunding.reserve(locked, payment, 500, cause="late")
    later(90_000)
    world.sweep_and_run(shop.app)
    assert [one["status"] for one in shop.see(order)["refunds"]] == ["succeeded"]
    assert len(shop.company.refunds) == 1


def test_a_refund_is_asked_for_by_one_process_at_a_time(shop, later, monkeypatch):
    order = paid_in_the_app(shop)
    tried = []

    def meanwhile(*_):
        if not tried:
            tried.append(True)
            later(31)
            world.sweep_and_run(shop.app)
        return send(*_)

    send = IfthenpayGateway.refund_payment
    monkeypatch.setattr(IfthenpayGateway, "refund_payment", meanwhile)
    assert shop.refund(order, 5).json["status"] == "succeeded"
    later(90)
    world.sweep_and_run(shop.app)
    assert len(shop.company.refunds) == 1
    assert shop.see(order)["attention"] is None


# --- what was given up here and cannot be taken back there


def test_a_card_page_that_was_left_open_is_asked_about_after_the_order_ended(shop, later, told):
    order = shop.begin("card", expiresIn=300)
    later(400)
    world.sweep_and_run(shop.app)
    assert shop.see(order)["status"] == "expired"
    shop.company.pay(shop.made(order).request_id)  # and its callback is lost
    later(4000)
    world.sweep_and_run(shop.app)
    seen = shop.see(order)
    assert (seen["status"], seen["attention"]) == ("paid", "paid_late")


def test_a_page_that_nobody_paid_is_asked_about_for_a_week_and_no_longer(shop, later):
    order = shop.begin("card", expiresIn=300)
    later(400)
    world.sweep_and_run(shop.app)
    later(8 * 86_400)
    world.sweep_and_run(shop.app)
    assert shop.payment(order).next_check_at is None
