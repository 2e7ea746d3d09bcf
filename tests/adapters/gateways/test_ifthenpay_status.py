"""What the backoffice's list says of payments, and what it does not."""

from datetime import UTC, datetime

import pytest

from app.adapters.gateways import base
from tests.adapters.gateways.ifthenpay_keys import made, opened, order
from tests.fakes.ifthenpay import IfthenpayFake


@pytest.fixture
def fake():
    with IfthenpayFake() as running:
        yield running


@pytest.mark.parametrize("method", ["multibanco", "card"])
def test_what_is_in_the_list_is_paid_with_the_amount_it_says(fake, method, time_machine):
    time_machine.move_to(datetime(2026, 1, 3, 15, 16, 0, tzinfo=UTC), tick=False)
    ref = made(fake, method)
    assert opened(fake).retrieve_payment(ref).status == "pending"
    fake.pay(ref.split(":")[1]).paid_minor = 3361
    snapshot = opened(fake).retrieve_payment(ref)
    assert (snapshot.status, snapshot.paid_minor) == ("succeeded", 3361)
    assert snapshot.paid_at == datetime(2026, 1, 3, 15, 16, 0, tzinfo=UTC)


@pytest.mark.parametrize("method", ["multibanco", "card"])
def test_a_list_that_ignores_the_filter_pays_nothing(fake, method):
    ref = made(fake, method)
    other = made(fake, method)
    fake.pay(other.split(":")[1])
    rows = {"message": "OK", "status": 200, "payments": [fake._row(fake.made[1])]}
    fake.fail_next("POST /v2/payments/read", status=200, body=rows)
    assert opened(fake).retrieve_payment(ref).status == "pending"


def test_what_was_paid_twice_comes_to_both(fake):
    adapter = opened(fake, mbKey="", entity="11604", subEntity="999")
    created = adapter.create_payment(order("multibanco"))
    for _ in range(2):
        fake.pay_reference(created.action.reference, 2000)
    assert adapter.retrieve_payment(created.gateway_ref).paid_minor == 4000


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        ({"status": 403, "message": "Forbidden"}, base.Misconfigured),
        ({"status": "401"}, base.Misconfigured),
        ({"status": 429}, base.Busy),
        ({"status": 500, "message": "later"}, base.Unavailable),
        ({"status": 200}, base.Unavailable),
        ({"status": 200, "payments": {}}, base.Unavailable),
        ({"payments": []}, base.Unavailable),
        ({"status": 200, "payments": [{"requestId": "x"}]}, base.Unavailable),
        ({"status": 200, "payments": [{"requestId": "x", "amount": "much"}]}, base.Unavailable),
        (b"", base.Unavailable),
        (b"[]", base.Unavailable),
        (b'{"status": 200, "pay', base.Unavailable),
    ],
)
def test_a_list_that_is_none_is_no_answer(fake, answer, error):
    ref = made(fake, "card")
    fake.fail_next("POST /v2/payments/read", status=200, body=answer)
    with pytest.raises(error) as refused:
        opened(fake).retrieve_payment(ref)
    assert type(refused.value) is error


def test_looking_is_tried_twice_and_so_is_a_push_status(fake):
    card, push = made(fake, "card"), made(fake, "mbway")
    fake.drop_before_commit("POST /v2/payments/read")
    assert opened(fake).retrieve_payment(card).status == "pending"
    fake.drop_before_commit("GET /spg")
    assert opened(fake).retrieve_payment(push).status == "pending"


@pytest.mark.parametrize("method", ["multibanco", "card"])
def test_without_the_backoffice_key_nobody_is_asked(fake, method):
    ref = made(fake, method, backofficeKey="")
    fake.pay(ref.split(":")[1])
    before = len(fake.requests)
    adapter = opened(fake, backofficeKey="")
    assert adapter.retrieve_payment(ref).status == "pending"
    assert adapter.cancel_payment(ref).status == "cancelled"
    assert len(fake.requests) == before


@pytest.mark.parametrize(
    "ref",
    ["", "mb", "mb:x", "mb:x:y", "mb:x:y:z", "mb:x:y:20.00", "mb:x:y:-1", "mb:x:y:1:2",
     "mbref:x:y:1", "pix:x:y:1", "MB:x:y:1", "pi_3abc", "card:x:y:1:2:3"],
)  # fmt: skip
def test_what_is_no_ref_of_ours_is_missing(fake, ref):
    for call in (opened(fake).retrieve_payment, opened(fake).cancel_payment):
        with pytest.raises(base.Missing):
            call(ref)
