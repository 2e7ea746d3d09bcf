"""Ifthenpay without its backoffice key, and references that are computed: nobody can be asked."""

from datetime import UTC, datetime, timedelta
from unittest import mock

import pytest
from sqlalchemy import select

from app.adapters.gateways.ifthenpay import offline, pushes
from app.extensions import reading
from app.kit import clock
from app.models import Task, TimelineEntry
from app.services import payments
from app.services.orders import ending, mending
from tests import world
from tests.fakes.ifthenpay import IfthenpayFake
from tests.flows.ifthenpay_shop import open_shop
from tests.flows.test_late_money import set_policy


@pytest.fixture
def company():
    with IfthenpayFake() as fake:
        yield fake


@pytest.fixture
def app(make_app, company):
    return make_app(IFTHENPAY_BASE_URL=company.url)


@pytest.fixture
def shop(app, company, httpserver):
    """Without a backoffice key here; our address is typed into theirs by hand."""
    httpserver.expect_request("/hook").respond_with_data("", status=204)
    shop = open_shop(app, company, httpserver.url_for("/hook"), backofficeKey="")
    shop.register_by_hand()
    return shop


def notes(shop, order) -> list[str]:
    with shop.inside(), reading() as session:
        rows = session.scalars(
            select(TimelineEntry).where(TimelineEntry.order_id == order["orderId"])
        )
        return [row.data["note"] for row in rows if "note" in row.data]


@pytest.mark.parametrize("method", ["multibanco", "card"])
def test_a_call_that_nobody_can_confirm_counts_and_the_order_says_so(shop, told, method):
    order = shop.begin(method)
    shop.called(shop.company.pay(shop.made(order).request_id))
    assert shop.see(order)["status"] == "paid"
    assert told() == ["payment_succeeded"]
    (note,) = notes(shop, order)
    assert "nobody could be asked" in note
    assert shop.company.calls("POST", "/v2/payments/read") == []


@pytest.mark.parametrize("method", ["multibanco", "card"])
@pytest.mark.parametrize("minor", [336, 2001, 1])
def test_it_counts_for_the_exact_amount_only(shop, told, method, minor):
    order = shop.begin(method)
    shop.called(shop.made(order), minor=minor)
    seen = shop.see(order)
    assert (seen["status"], seen["attention"]) == ("processing", "amount_mismatch")
    assert told() == []


def test_it_counts_for_our_reference_only(shop):
    order = shop.begin("card")
    made = shop.made(order)
    made.order_id = "somebodyelses0x"
    shop.company.pay(made.request_id)
    assert shop.called(made).json["outcome"] == "unmatched"
    assert shop.see(order)["status"] == "pending"


def test_a_push_is_confirmed_by_its_own_status_though_the_call_has_the_key(shop, told):
    order = shop.begin("mbway")
    made = shop.made(order)
    shop.called(made, minor=2000)  # it says paid; MB WAY says pending
    assert shop.see(order)["status"] == "pending"
    shop.company.pay(made.request_id)
    world.run_tasks(shop.app)
    shop.come_back(order)
    assert shop.see(order)["status"] == "paid"
    assert notes(shop, order) == []


def test_a_push_that_got_no_answer_is_found_by_the_call_about_it(shop, told, later):
    shop.company.drop_after_commit("POST /spg/payment/mbway$")
    order = shop.order(20, currency="EUR")
    shop.choose(order, "mbway", phone="912345678")
    later(600)
    world.sweep_and_run(shop.app)
    assert shop.see(order)["attention"] == "payment_unknown"
    made = shop.company.find(shop.payment(order).reference)
    made.status, made.paid_minor = "000", 2000
    shop.called(made)
    assert shop.see(order)["status"] == "paid"
    assert len(shop.company.made) == 1


@pytest.fixture
def unanswered(shop):
    """An order for which a push went out, as far as anybody knows."""
    order = shop.order(20, currency="EUR", expiresIn=600)
    push_unanswered(shop, order)
    return order


def push_unanswered(shop, order) -> None:
    shop.company.drop_after_commit("POST /spg/payment/mbway$")
    shop.choose(order, "mbway", phone="912345678")


def days_later(shop, later, days: int) -> None:
    for _hour in range(25 * days):
        later(3600)
        world.sweep_and_run(shop.app)


def test_a_push_nobody_ever_hears_of_ends_as_failed_and_waits_for_a_person(
    shop, unanswered, told, later
):
    later(86000)
    world.sweep_and_run(shop.app)
    assert shop.see(unanswered)["attention"] == "payment_unknown", "a call may be under way"
    days_later(shop, later, 1)
    seen = shop.see(unanswered)
    assert (seen["status"], seen["attention"]) == ("expired", "payment_unconfirmed")
    assert shop.payment(unanswered).status == "failed"
    assert told() == ["payment_failed", "payment_expired"]
    days_later(shop, later, 1)
    assert shop.payment(unanswered).next_check_at is None
    assert len(shop.company.made) == 1
    with shop.inside():
        mending.look_at(unanswered["orderId"], "payment_unconfirmed", actor="ada@example.com")
    assert shop.see(unanswered)["attention"] is None


@pytest.mark.parametrize(
    ("policy", "pushed_after", "ends"),
    [
        ("hold", 60, ("paid", None)),
        ("accept", 590, ("paid", "paid_late")),
        ("hold", 590, ("expired", "paid_late")),
    ],
)
def test_a_call_that_comes_after_all_settles_it_by_when_it_was_paid(
    shop, later, policy, pushed_after, ends
):
    set_policy(shop, policy)
    order = shop.order(20, currency="EUR", expiresIn=600)
    later(pushed_after)
    push_unanswered(shop, order)
    later(60)
    made = shop.company.pay(shop.made(order).request_id)
    days_later(shop, later, 2)
    assert shop.see(order)["attention"] == "payment_unconfirmed"
    shop.called(made)
    seen = shop.see(order)
    assert (seen["status"], seen["attention"]) == ends


def test_one_that_was_overtaken_is_not_looked_for_for_ever_either(shop, told, later):
    order = shop.begin("multibanco", expiresIn=200_000)
    first = shop.made(order)
    push_unanswered(shop, order)
    shop.called(shop.company.pay(first.request_id))
    assert shop.see(order)["status"] == "paid"
    assert shop.payment(order).status == "superseded"
    days_later(shop, later, 3)
    assert shop.see(order)["attention"] == "payment_unconfirmed", "they may have paid twice"
    with shop.inside(), reading() as session:
        assert list(session.scalars(select(Task.name).where(Task.name == "payments.cancel"))) == []


def test_an_order_that_cannot_end_is_tried_ever_less_often(shop, unanswered, later):
    waits = []
    for after in (700, 300, 5000, 200_000):
        later(after)
        with shop.inside(), mock.patch.object(pushes, "HEARD", timedelta(days=30)):
            again = ending.expire(unanswered["orderId"])
        waits.append(round((again.at - clock.now()).total_seconds()))
    assert waits[0] < 300 < waits[1] < waits[2] == 3600 < waits[3] == 86400


def test_what_was_not_heard_of_expires_and_is_late_when_it_is(shop, told, later):
    order = shop.begin("multibanco", expiresIn=600)
    made = shop.company.pay(shop.made(order).request_id)
    later(700)
    world.sweep_and_run(shop.app)
    assert shop.see(order)["status"] == "expired"
    shop.called(made)
    assert shop.see(order)["status"] == "paid"
    assert told() == ["payment_expired", "payment_succeeded"]


@pytest.mark.parametrize(("method", "word"), [("card", "backoffice key"), ("mbway", "backoffice")])
def test_nothing_can_be_refunded_and_the_missing_key_is_named(shop, method, word):
    order = shop.begin(method)
    shop.called(shop.company.pay(shop.made(order).request_id))
    refused = shop.refund(order, 5)
    assert refused.json["status"] == "failed"
    with shop.inside(), reading() as session:
        from app.models import Refund

        assert word in session.scalars(select(Refund)).one().failure
    assert shop.company.refunds == []


# --- computed references


@pytest.fixture
def computed(app, company, httpserver):
    httpserver.expect_request("/hook").respond_with_data("", status=204)
    account = company.account
    keys = {"mbKey": "", "entity": account.entity, "subEntity": account.sub_entity}
    shop = open_shop(app, company, httpserver.url_for("/hook"), **keys)
    assert shop.register() == "fine"
    return shop


def reference_of(shop, order) -> str:
    return shop.payment(order).action["reference"]


def test_a_computed_reference_is_paid_at_a_machine_and_found_by_its_digits(computed, told):
    order = computed.begin("multibanco", "25.86")
    made = computed.company.pay_reference(reference_of(computed, order), 2586)
    computed.called(made)
    assert computed.see(order)["status"] == "paid"
    assert told() == ["payment_succeeded"]


def test_without_the_backoffice_key_its_call_counts_too(shop, told):
    account = shop.company.account
    shop.connect(mbKey="", backofficeKey="", entity=account.entity, subEntity=account.sub_entity)
    with shop.inside():
        from app.extensions import transaction
        from app.services import credentials

        with transaction():
            credentials.save("ifthenpay", shop.own, {}, removed=["mbKey"], actor="test")
    order = shop.begin("multibanco", "25.86")
    shop.called(shop.company.pay_reference(reference_of(shop, order), 2586))
    assert shop.see(order)["status"] == "paid"


def test_it_is_heard_of_without_any_call(computed, later):
    order = computed.begin("multibanco", "25.86")
    computed.company.pay_reference(reference_of(computed, order), 2586)
    later(3700)
    world.sweep_and_run(computed.app)
    assert computed.see(order)["status"] == "paid"


@pytest.mark.parametrize("kind", ["postgresql", "sqlite"])
def test_a_reference_is_never_given_twice(kind, make_app, company, request, monkeypatch):
    """10,000 seeds for an amount, and nobody who keeps them apart: the second one fails instead,
    is never shown, and is not paid when the first is."""
    url = {"IFTHENPAY_BASE_URL": company.url}
    sqlite = kind == "sqlite"
    app = make_app(request.getfixturevalue("sqlite_url"), **url) if sqlite else make_app(**url)
    account = company.account
    keys = {"mbKey": "", "entity": account.entity, "subEntity": account.sub_entity}
    shop = open_shop(app, company, **keys)
    monkeypatch.setattr(offline, "number_of", lambda _reference: "1234")
    first = shop.begin("multibanco", "25.86")
    assert reference_of(shop, first) == "999123490"
    second = shop.begin("multibanco", "25.86")
    assert shop.see(second)["status"] == "failed"
    assert "belong to another payment" in shop.payment(second).failure
    assert "999 123 490" not in shop.page(second)
    other_amount = shop.begin("multibanco", "25.00")
    assert reference_of(shop, other_amount) == "999123457"

    company.pay_reference("999123490", 2586)
    with shop.inside():
        payments.ask(shop.payment(first).id)
    assert [shop.see(one)["status"] for one in (first, second)] == ["paid", "failed"]

    monkeypatch.undo()
    shop.choose(second, "multibanco")
    assert shop.payment(second).status == "pending", "though the order still says what failed"
    assert reference_of(shop, second) != "999123490"


def test_the_day_of_an_order_is_lisbons(computed, time_machine):
    time_machine.move_to(datetime(2027, 7, 10, 23, 30, tzinfo=UTC))
    order = computed.begin("multibanco", "25.86")
    assert computed.payment(order).gateway_ref.endswith(":11-07-2027")
