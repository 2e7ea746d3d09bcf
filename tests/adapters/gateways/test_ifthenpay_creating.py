"""What Ifthenpay is asked, to the letter, and what comes of its answers."""

import json
from datetime import UTC, datetime

import pytest

from app.adapters.gateways import actions, base
from app.kit.money import Money
from tests.adapters.gateways.ifthenpay_keys import opened, order
from tests.fakes.ifthenpay import IfthenpayFake


@pytest.fixture
def fake():
    with IfthenpayFake() as running:
        yield running


def sent(fake: IfthenpayFake) -> dict:
    return json.loads(fake.requests[-1].body)


# --- MB WAY


def test_a_push_names_the_phone_as_they_write_it(fake, time_machine):
    time_machine.move_to(datetime(2026, 3, 10, 12, 0, tzinfo=UTC), tick=False)
    request = order("mbway", 1099)
    created = opened(fake).create_payment(request)
    assert sent(fake) == {
        "mbWayKey": fake.account.mbway,
        "orderId": request.reference,
        "amount": "10.99",
        "mobileNumber": "351#912345678",
        "description": "Premium Credits",
    }
    until = datetime(2026, 3, 10, 12, 4, tzinfo=UTC)
    assert created.action == actions.Wait(expires_at=until)
    assert created.status == "pending", "nobody has confirmed anything yet"
    assert created.gateway_payment_id == fake.made[0].request_id
    assert len(request.reference) == 15


@pytest.mark.parametrize(
    ("number", "written"), [("+34612345678", "34#612345678"), ("+390612345678", "39#0612345678")]
)
def test_numbers_of_other_countries_keep_their_own_code(fake, number, written):
    opened(fake).create_payment(order("mbway", answers={"phone": number}))
    assert sent(fake)["mobileNumber"] == written


def test_without_a_number_nobody_is_asked(fake):
    with pytest.raises(base.Declined):
        opened(fake).create_payment(order("mbway", answers={}))
    assert fake.requests == []


@pytest.mark.parametrize(
    ("status", "error"),
    [
        ("100", base.Declined),
        ("122", base.Declined),
        ("-1", base.Misconfigured),
        ("999", base.Unavailable),  # it may have reached the phone
        ("123", base.Unavailable),
        ("020", base.Unavailable),
        ("0", base.Unavailable),  # good elsewhere, not here
        ("", base.Unavailable),
        (None, base.Unavailable),
    ],
)
def test_a_push_has_codes_of_its_own(fake, status, error):
    answer = {"Message": "said", "Status": status, "RequestId": "r1"}
    fake.fail_next("POST /spg", status=200, body=answer)
    with pytest.raises(error) as refused:
        opened(fake).create_payment(order("mbway"))
    assert type(refused.value) is error


# --- cards


def test_a_card_is_paid_on_their_page_in_the_customers_language(fake):
    request = order("card", 1099, locale="pt_PT")
    created = opened(fake).create_payment(request)
    assert fake.requests[-1].path == f"/creditcard/init/{fake.account.card}"
    assert sent(fake) == {
        "orderId": request.reference,
        "amount": "10.99",
        "successUrl": request.return_url,
        "errorUrl": request.return_url,
        "cancelUrl": request.cancel_url,
        "language": "pt",
    }
    page = f"{fake.url}/pay?requestId={fake.made[0].request_id}"
    assert created.action == actions.Redirect(page)


@pytest.mark.parametrize(
    ("locale", "language"),
    [("pt-PT", "pt"), ("PT", "pt"), ("en", "en"), ("fr", "en"), ("", "en"), (None, "en")],
)
def test_the_page_speaks_one_of_our_languages(fake, locale, language):
    opened(fake).create_payment(order("card", locale=locale))
    assert sent(fake)["language"] == language


@pytest.mark.parametrize("url", ["", "javascript:alert(1)", "/pay", None])
def test_nobody_is_sent_to_what_is_no_page(fake, url):
    answer = {"Status": "0", "PaymentUrl": url, "RequestId": "r1"}
    fake.fail_next("POST /creditcard", status=200, body=answer)
    with pytest.raises(base.Unavailable):
        opened(fake).create_payment(order("card"))


# --- all of them


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("multibanco", "/multibanco/reference/sandbox"),
        ("card", "/creditcard/sandbox/init/CCC-333333"),
    ],
)
def test_the_sandbox_has_addresses_of_its_own(fake, method, path):
    opened(fake, environment="sandbox").create_payment(order(method))
    assert fake.requests[-1].path == path


@pytest.mark.parametrize(
    ("changes", "methods"),
    [
        ({}, ("multibanco", "mbway", "card")),
        ({"mbKey": ""}, ("mbway", "card")),
        ({"mbKey": "", "entity": "11604", "subEntity": "999"}, ("multibanco", "mbway", "card")),
        ({"mbKey": "", "entity": "11604"}, ("mbway", "card")),
        ({"mbKey": "", "mbwayKey": "", "ccKey": ""}, ()),
        ({"environment": "sandbox"}, ("multibanco", "card")),
        ({"environment": "sandbox", "mbKey": "", "entity": "11604", "subEntity": "999"}, ("card",)),
    ],
)
def test_methods_are_those_with_a_key_that_the_environment_has(fake, changes, methods):
    adapter = opened(fake, **changes)
    assert adapter.methods == methods
    for method in {"multibanco", "mbway", "card"} - set(methods):
        with pytest.raises(base.MethodUnavailable):
            adapter.create_payment(order(method))
    assert fake.requests == []


@pytest.mark.parametrize("method", ["multibanco", "mbway", "card"])
def test_long_names_are_cut_and_dollars_refused(fake, method):
    opened(fake).create_payment(order(method, item_name="ã" * 200))
    with pytest.raises(base.MethodUnavailable):
        opened(fake).create_payment(order(method, money=Money(2000, "USD")))
    assert len(fake.made) == 1


@pytest.mark.parametrize("method", ["multibanco", "card"])
@pytest.mark.parametrize(
    ("status", "message", "error"),
    [
        ("-1", "Unauthorized request", base.Misconfigured),
        ("-1", "Amount too large", base.Declined),
        ("5", "", base.Declined),
        ("000", "Success", base.Declined),  # good elsewhere, not here
    ],
)
def test_failures_come_with_a_200(fake, method, status, message, error):
    answer = {"Message": message, "Status": status, "RequestId": ""}
    fake.fail_next("POST *", status=200, body=answer)
    with pytest.raises(error) as refused:
        opened(fake).create_payment(order(method))
    assert " " in refused.value.reason


@pytest.mark.parametrize("method", ["multibanco", "mbway", "card"])
@pytest.mark.parametrize(
    ("status", "error"),
    [
        (400, base.Declined),
        (401, base.Misconfigured),
        (403, base.NotPermitted),
        (404, base.Declined),
        (422, base.Declined),
        (429, base.Busy),
        (500, base.Unavailable),
        (302, base.Unavailable),
    ],
)
def test_refusals_by_http_are_ours(fake, method, status, error):
    fake.fail_next("POST *", status=status, stored=False)
    with pytest.raises(error) as refused:
        opened(fake).create_payment(order(method))
    assert type(refused.value) is error
    assert len(fake.requests) == 1, "nothing is sent twice"
    opened(fake).create_payment(order(method))


@pytest.mark.parametrize("method", ["multibanco", "card"])
def test_what_nobody_has_seen_is_made_again(fake, method):
    fake.drop_after_commit("POST *")
    request = order(method)
    with pytest.raises(base.Unavailable):
        opened(fake).create_payment(request)
    assert opened(fake).find_payment(request).gateway_ref
    assert [one.order_id for one in fake.made] == [request.reference] * 2
