"""What the fake Ifthenpay refuses, keeps and tells."""

from __future__ import annotations

import json
from http.client import HTTPConnection
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

import pytest

from tests.fakes import ifthenpay_world as world
from tests.fakes.ifthenpay import CustomerCannot, IfthenpayFake

PHONE = "351#912345678"
BACK = "https://pay.example/back"


@pytest.fixture
def fake():
    with IfthenpayFake() as running:
        yield running


def call(fake: IfthenpayFake, method: str, path: str, body: Any = None, **headers: str):
    connection = HTTPConnection(urlsplit(fake.url).netloc, timeout=10)
    data = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
    connection.request(method, path, data, {"Content-Type": "application/json", **headers})
    answer = connection.getresponse()
    content = answer.read()
    connection.close()
    return answer.status, json.loads(content) if content[:1] in b"{[" else content.decode()


def multibanco(**changes: Any) -> dict[str, Any]:
    return drop({"mbKey": "AAA-111111", "orderId": "o1", "amount": "20.00", **changes})


def push(**changes: Any) -> dict[str, Any]:
    values = {"mbWayKey": "BBB-222222", "orderId": "o1", "amount": "20.00", "mobileNumber": PHONE}
    return drop({**values, **changes})


def card(**changes: Any) -> dict[str, Any]:
    urls = dict.fromkeys(("successUrl", "errorUrl", "cancelUrl"), BACK)
    return drop({"orderId": "o1", "amount": "20.00", **urls, **changes})


def drop(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}


WRONG = [
    ("/multibanco/reference/init", multibanco(mbKey="ZZZ-999999")),
    ("/multibanco/reference/init", multibanco(mbKey=None)),
    ("/multibanco/reference/init", multibanco(amount=20.0)),
    ("/multibanco/reference/init", multibanco(amount="20")),
    ("/multibanco/reference/init", multibanco(amount="20,00")),
    ("/multibanco/reference/init", multibanco(amount="20.000")),
    ("/multibanco/reference/init", multibanco(orderId="x" * 26)),
    ("/multibanco/reference/init", multibanco(orderId="")),
    ("/multibanco/reference/init", multibanco(expiryDays=32)),
    ("/multibanco/reference/init", multibanco(expiryDays=-1)),
    ("/multibanco/reference/init", multibanco(expiryDays="3")),
    ("/multibanco/reference/init", multibanco(description="x" * 201)),
    ("/multibanco/reference/init", multibanco(colour="red")),
    ("/multibanco/reference/sandbox", multibanco(mbKey="ZZZ-999999")),
    ("/spg/payment/mbway", push(mbWayKey="ZZZ-999999")),
    ("/spg/payment/mbway", push(orderId="x" * 16)),
    ("/spg/payment/mbway", push(mobileNumber="912345678")),
    ("/spg/payment/mbway", push(mobileNumber="+351912345678")),
    ("/spg/payment/mbway", push(mobileNumber=None)),
    ("/spg/payment/mbway", push(description="x" * 101)),
    ("/creditcard/init/ZZZ-999999", card()),
    ("/creditcard/init/CCC-333333", card(orderId="x" * 16)),
    ("/creditcard/init/CCC-333333", card(successUrl=None)),
    ("/creditcard/init/CCC-333333", card(cancelUrl="back")),
    ("/creditcard/init/CCC-333333", card(language="xx")),
    ("/creditcard/init/CCC-333333", card(ccKey="CCC-333333")),
    ("/creditcard/sandbox/init/ZZZ-999999", card()),
]


@pytest.mark.parametrize(("path", "body"), WRONG)
def test_wrong_requests_are_refused_with_a_200_and_make_nothing(fake, path, body):
    status, answer = call(fake, "POST", path, body)
    assert (status, fake.made) == (200, [])
    assert answer["Status"] in {"-1", "999"}
    assert answer["Message"]


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b"amount=20.00"])
def test_bodies_that_are_no_object_are_refused(fake, body):
    assert call(fake, "POST", "/spg/payment/mbway", body)[1]["Status"] == "999"
    assert call(fake, "GET", "/spg/payment/mbway")[1]["Status"] == "999"
    kind = {"Content-Type": "text/plain"}
    assert call(fake, "POST", "/spg/payment/mbway", push(), **kind)[1]["Status"] == "999"


def test_good_requests_are_taken(fake):
    _, answer = call(fake, "POST", "/multibanco/reference/init", multibanco(expiryDays=3))
    assert (answer["Status"], len(answer["Reference"]), answer["Entity"]) == ("0", 9, 11990)
    _, answer = call(fake, "POST", "/spg/payment/mbway", push())
    assert answer["Status"] == "000" and "+" in answer["RequestId"]
    _, answer = call(fake, "POST", "/creditcard/init/CCC-333333", card(language="pt"))
    assert answer["Status"] == "0" and answer["PaymentUrl"].startswith(fake.url)
    assert call(fake, "POST", "/nowhere", {})[0] == 404


def test_sent_twice_happens_twice(fake):
    for _ in range(2):
        call(fake, "POST", "/spg/payment/mbway", push())
    assert [one.order_id for one in fake.made] == ["o1", "o1"]


def pushed(fake: IfthenpayFake) -> str:
    return call(fake, "POST", "/spg/payment/mbway", push())[1]["RequestId"]


def status_of(fake: IfthenpayFake, request_id: str, key: str = "BBB-222222"):
    query = urlencode({"mbWayKey": key, "requestId": request_id})
    return call(fake, "GET", f"/spg/payment/mbway/status?{query}")[1]


def test_a_push_is_pending_then_paid_or_not(fake, later):
    first, second, third = pushed(fake), pushed(fake), pushed(fake)
    assert status_of(fake, first)["Status"] == "123"
    fake.pay(first)
    fake.decline(second)
    later(241)
    assert [status_of(fake, one)["Status"] for one in (first, second, third)] == [
        "000",
        "020",
        "101",
    ]
    for one in (first, second, third):
        with pytest.raises(CustomerCannot):
            fake.pay(one)
    assert status_of(fake, "x") | {"RequestId": ""} == {
        "Message": "Request not found",
        "RequestId": "",
        "Status": "123",
    }
    assert status_of(fake, first, "ZZZ-999999")["Status"] == "-1"


def test_a_pushs_amount_is_fixed_and_a_references_is_not(fake):
    with pytest.raises(CustomerCannot):
        fake.pay(pushed(fake), 1)
    reference = call(fake, "POST", "/multibanco/reference/init", multibanco())[1]["Reference"]
    assert fake.pay(reference, 1).paid_minor == 1


def test_a_reference_ends_with_its_day(fake, later):
    body = multibanco(expiryDays=0)
    reference = call(fake, "POST", "/multibanco/reference/init", body)[1]["Reference"]
    later(86_400)
    with pytest.raises(CustomerCannot):
        fake.pay(reference)


@pytest.mark.parametrize(
    ("reference", "minor"), [("999123490", 2585), ("999123457", 2586), ("123000125", 2000)]
)
def test_a_machine_refuses_what_does_not_fit(fake, reference, minor):
    with pytest.raises(CustomerCannot):
        fake.pay_reference(reference, minor)
    assert fake.pay_reference("999123490", 2586).is_paid


# --- the list


def listed(fake: IfthenpayFake, **filters: str):
    body = {"boKey": fake.account.backoffice, **filters}
    return call(fake, "POST", "/v2/payments/read", body)[1]


def test_the_list_holds_what_was_paid_and_filters(fake, later):
    first, second = pushed(fake), pushed(fake)
    assert listed(fake)["payments"] == []
    fake.pay(first)
    (row,) = listed(fake, requestId=first)["payments"]
    assert (row["amount"], row["orderId"], row["requestId"]) == (20.0, "o1", first)
    assert listed(fake, requestId=second)["payments"] == []
    assert listed(fake, orderId="o2")["payments"] == []
    later(60)
    assert listed(fake, dateStart=world.written(world.datetime.now(world.UTC)))["payments"] == []


def test_the_list_is_for_who_has_the_key(fake):
    assert listed(fake, boKey="9999-9999-9999-9999")["status"] == 403
    assert listed(fake, dateStart="2026-01-01")["status"] == 400
    assert listed(fake, colour="red")["status"] == 400


# --- refunds


def refund(fake: IfthenpayFake, request_id: str, amount: Any = "5.00", **changes: Any):
    body = {"backofficekey": fake.account.backoffice, "requestId": request_id, "amount": amount}
    return call(fake, "POST", "/v2/payments/refund", {**body, **changes})[1]["Code"]


def test_refunds_come_out_of_what_was_paid_each_time_they_are_sent(fake):
    one = pushed(fake)
    assert refund(fake, one) == "0"
    fake.pay(one)
    assert refund(fake, one, backofficekey="9999-9999-9999-9999") == "0"
    assert refund(fake, one, 5) == refund(fake, one, "5") == "0"
    assert [str(refund(fake, one, "8.00")) for _ in range(3)] == ["1", "1", "0"]
    assert sum(minor for _, minor in fake.refunds) == 1600
    fake.funds = 100
    assert refund(fake, one, "4.00") == "-1"
    reference = call(fake, "POST", "/multibanco/reference/init", multibanco())[1]
    fake.pay(reference["Reference"])
    assert refund(fake, reference["RequestId"]) == "0"


# --- callbacks

TEMPLATE = "https://pay.example/hook?key=[ANTI_PHISHING_KEY]&id=[ID]&v=[AMOUNT]&r=[REQUEST_ID]"


def register(fake: IfthenpayFake, **changes: Any):
    body = {"chave": fake.account.backoffice, "entidade": "MBWAY", "subentidade": "BBB-222222",
            "apKey": "0123456789", "urlCb": TEMPLATE}  # fmt: skip
    return call(fake, "POST", "/api/endpoint/callback/activation", drop({**body, **changes}))[1]


def test_a_registered_template_is_filled_in_with_plus_signs_as_they_are(fake):
    assert register(fake).startswith("OK:")
    made = fake.pay(pushed(fake))
    query = fake.callback(made).partition("?")[2]
    assert f"r={quote(made.request_id, safe='+')}" in query
    assert dict(parse_qsl(query))["r"] == made.request_id.replace("+", " ")
    assert dict(parse_qsl(query))["v"] == "20.00"
    assert register(fake, urlCb="https://other.example/[ID]").startswith("OK:")
    assert fake.callback(made) == f"https://other.example/{made.order_id}"


@pytest.mark.parametrize(
    "changes",
    [
        {"chave": "9999-9999-9999-9999"},
        {"entidade": "MB"},
        {"entidade": "PAYPAL"},
        {"subentidade": "ZZZ-999999"},
        {"apKey": None},
        {"apKey": "short"},
        {"apKey": "x" * 51},
        {"apKey": None, "antiPhishingKey": "0123456789"},
        {"urlCb": "x" * 301},
        {"urlCb": "https://pay.example/" + "x" * 300},
        {"urlCb": "/hook"},
        {"colour": "red"},
    ],
)
def test_wrong_registrations_are_not_ok(fake, changes):
    assert register(fake, **changes).startswith("NOK:")
    assert fake.callbacks == {}


def test_it_misbehaves_when_told(fake):
    fake.fail_next("POST /spg/payment/mbway", status=500)
    assert call(fake, "POST", "/spg/payment/mbway", push())[0] == 500
    fake.next_status = "122"
    assert call(fake, "POST", "/spg/payment/mbway", push())[1]["Status"] == "122"
    fake.drop_after_commit("POST /spg/payment/mbway")
    with pytest.raises(OSError):
        call(fake, "POST", "/spg/payment/mbway", push())
    assert len(fake.made) == 1
