"""MB WAY at Ifthenpay: codes of its own, four minutes, and pushes that got no answer."""

from datetime import UTC, datetime

import pytest

from app.adapters.gateways import base
from tests.adapters.gateways.ifthenpay_keys import made, opened, order
from tests.fakes.ifthenpay import IfthenpayFake
from tests.fakes.ifthenpay_world import written


@pytest.fixture
def fake():
    with IfthenpayFake() as running:
        yield running


@pytest.mark.parametrize(
    ("code", "status"),
    [("123", "pending"), ("000", "succeeded"), ("020", "failed"), ("101", "expired"),
     ("122", "failed")],
)  # fmt: skip
def test_a_push_stands_as_its_code_says(fake, code, status):
    ref = made(fake, "mbway")
    fake.made[0].status = code
    snapshot = opened(fake).retrieve_payment(ref)
    assert snapshot.status == status
    assert snapshot.paid_minor == (2000 if code == "000" else 0)
    assert bool(snapshot.failure) is (status in {"failed", "expired"})
    assert (snapshot.currency, snapshot.test_mode) == ("EUR", False)


@pytest.mark.parametrize("code", ["999", "100", "", None, "0", "1", "OK"])
def test_a_code_nobody_wrote_down_is_no_answer(fake, code):
    ref = made(fake, "mbway")
    fake.fail_next("GET /spg", status=200, body={"Message": "x", "Status": code})
    with pytest.raises(base.Unavailable):
        opened(fake).retrieve_payment(ref)


def test_pending_and_not_found_have_one_code(fake):
    with pytest.raises(base.Missing):
        opened(fake).retrieve_payment("mbway:nobody:order:2000")


def test_a_wrong_key_is_said(fake):
    ref = made(fake, "mbway")
    with pytest.raises(base.Misconfigured):
        opened(fake, mbwayKey="ZZZ-999999").retrieve_payment(ref)


def test_the_moment_of_paying_is_lisbons(fake, time_machine):
    time_machine.move_to(datetime(2026, 7, 3, 14, 15, 6, tzinfo=UTC), tick=False)
    ref = made(fake, "mbway")
    fake.pay(ref.split(":")[1])
    assert opened(fake).retrieve_payment(ref).paid_at == datetime(2026, 7, 3, 14, 15, 6, tzinfo=UTC)


def test_an_unpaid_push_cannot_be_given_up_before_its_time_is_over(fake, later):
    ref = made(fake, "mbway")
    for _ in range(4):
        with pytest.raises(base.Impossible) as refused:
            opened(fake).cancel_payment(ref)
        assert "app" in refused.value.reason
        later(50)
    later(60)
    assert opened(fake).cancel_payment(ref).status == "expired"


def test_a_push_that_they_go_on_calling_pending_is_over_after_five_minutes(fake, later):
    ref = made(fake, "mbway")
    answer = {"Status": "123", "Message": "Pending", "RequestId": "x", "UpdateAt": ""}
    for seconds, is_over in ((0, False), (295, False), (10, True)):
        later(seconds)
        shown = {**answer, "CreatedAt": created_at(fake)}
        fake.fail_next("GET /spg", status=200, body=shown)
        if is_over:
            assert opened(fake).cancel_payment(ref).status == "expired"
        else:
            with pytest.raises(base.Impossible):
                opened(fake).cancel_payment(ref)
    fake.fail_next("GET /spg", status=200, body=answer)
    with pytest.raises(base.Impossible):  # nobody says since when
        opened(fake).cancel_payment(ref)


def created_at(fake: IfthenpayFake) -> str:
    return written(fake.made[0].created_at)


@pytest.mark.parametrize(("code", "status"), [("020", "failed"), ("122", "failed")])
def test_giving_up_a_push_that_was_refused_says_that(fake, code, status):
    ref = made(fake, "mbway")
    fake.decline(ref.split(":")[1], code)
    assert opened(fake).cancel_payment(ref).status == status


# --- a push without an answer


def lost(fake: IfthenpayFake) -> base.PaymentRequest:
    request = order("mbway")
    fake.drop_after_commit("POST /spg/payment/mbway$")
    with pytest.raises(base.Unavailable):
        opened(fake).create_payment(request)
    return request


def test_a_lost_push_is_never_pushed_again(fake, later):
    request = lost(fake)
    for seconds in (0, 100, 190, 20, 3600):
        later(seconds)
        for keys in ({}, {"backofficeKey": ""}):
            with pytest.raises((base.Unavailable, base.Declined)):
                opened(fake, **keys).find_payment(request)
    assert len(fake.made) == 1
    assert len(fake.calls("POST", "/spg/payment/mbway$")) == 1


def test_a_lost_push_is_unknown_while_it_may_be_confirmed_and_then_refused(fake, later):
    request = lost(fake)
    later(298)
    with pytest.raises(base.Unavailable):
        opened(fake).find_payment(request)
    later(5)
    with pytest.raises(base.Declined):
        opened(fake).find_payment(request)
    with pytest.raises(base.Unavailable):
        opened(fake, backofficeKey="").find_payment(request)


def test_a_lost_push_that_was_paid_is_found_by_our_reference(fake):
    request = lost(fake)
    fake.pay(request.reference)
    found = opened(fake).find_payment(request)
    assert found.gateway_payment_id == fake.made[0].request_id
    snapshot = opened(fake).retrieve_payment(found.gateway_ref)
    assert (snapshot.status, snapshot.paid_minor) == ("succeeded", 2000)


def test_a_list_that_is_not_filtered_finds_nobody_elses(fake, later):
    request = lost(fake)
    other = made(fake, "mbway")
    fake.pay(other.split(":")[1])
    rows = {"message": "OK", "status": 200, "payments": [fake._row(fake.made[1])]}
    later(400)
    fake.fail_next("POST /v2/payments/read", status=200, body=rows)
    with pytest.raises(base.Declined):
        opened(fake).find_payment(request)
