"""What the fake Easypay refuses and keeps, as a plain HTTP client sees it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.fakes.customer import CustomerCannot
from tests.fakes.easypay import EasypayFake

SALE = {"descriptive": "Tea", "transaction_key": "pay_1"}
CARD = {"method": "cc", "value": 20, "currency": "EUR", "key": "pay_1", "capture": SALE}
PHONE = {"phone": "912345678", "phone_indicative": "+351"}
PUSH = {**CARD, "method": "mbw", "customer": PHONE}
REFERENCE = {**CARD, "method": "mb", "multibanco": {"expiration_time": "2030-01-31T23:59:59Z"}}
NOBODY = "00000000-0000-4000-8000-000000000000"
Call = Callable[..., tuple[int, dict[str, Any], dict[str, str]]]


@pytest.fixture
def fake() -> Iterator[EasypayFake]:
    with EasypayFake() as running:
        running.account("acc", "key")
        yield running


@pytest.fixture
def call(fake: EasypayFake) -> Call:
    """Status, JSON and headers of one call by the account."""

    def one(method: str, path: str, sent: Any = None, **headers: str):
        connection = HTTPConnection(urlsplit(fake.url).netloc, timeout=10)
        known = {"AccountId": "acc", "ApiKey": "key", "Content-Type": "application/json"}
        body = sent if isinstance(sent, bytes | None) else json.dumps(sent).encode()
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request(method, f"/2.0{path}", body, {**known, **named})
        answer = connection.getresponse()
        text = answer.read()
        found = {name.lower(): value for name, value in answer.getheaders()}
        connection.close()
        return answer.status, json.loads(text) if text else {}, found

    return one


def test_strangers_are_refused_with_403(call: Call) -> None:
    for headers in ({"ApiKey": "other"}, {"AccountId": "other"}, {"ApiKey": ""}):
        status, said, _ = call("GET", "/config", **headers)
        assert (status, said["message"]) == (403, ["Authentication failed"])


@pytest.mark.parametrize(
    "sent",
    [
        b"",
        b"{",
        b"[]",
        {**CARD, "value": None},
        {**CARD, "value": "20"},
        {**CARD, "value": True},
        {**CARD, "value": 0.49},
        {**CARD, "value": 1.005},
        {**CARD, "currency": "USD"},
        {**CARD, "method": "CC"},
        {**CARD, "method": "cash"},
        {**CARD, "type": "gift"},
        {**CARD, "key": "x" * 256},
        {**CARD, "key": 1},
        {**CARD, "colour": "red"},
        {**CARD, "capture": "Tea"},
        {**CARD, "capture": {}},
        {**CARD, "capture": {"descriptive": "x" * 256}},
        {**CARD, "capture": {**SALE, "transaction_key": "x" * 256}},
        {**CARD, "capture": {**SALE, "capture_date": "tomorrow"}},
        {**CARD, "customer": {"email": "nobody"}},
        {**CARD, "customer": {"email": "a" * 70 + "@example.com"}},
        {**CARD, "customer": {"language": "POR"}},
        {**CARD, "customer": {"phone": "9" * 16}},
        {**CARD, "customer": {"shoe_size": "43"}},
        {**PUSH, "customer": {}},
        {**PUSH, "customer": {**PHONE, "phone": "+351912345678"}},
        {**PUSH, "customer": {**PHONE, "phone_indicative": "00351x"}},
        {**REFERENCE, "multibanco": {}},
        {**REFERENCE, "multibanco": {"expiration_time": "2030-01-31 23:59"}},
        {name: value for name, value in CARD.items() if name != "method"},
        {name: value for name, value in CARD.items() if name != "value"},
        {name: value for name, value in CARD.items() if name != "capture"},
    ],
)
def test_wrong_requests_are_refused(fake: EasypayFake, call: Call, sent: Any) -> None:
    status, said, _ = call("POST", "/single", sent)
    assert (status, said["status"]) == (400, "error")
    assert said["message"]
    assert fake.singles() == []


def test_other_content_and_other_methods_are_refused(fake: EasypayFake, call: Call) -> None:
    assert call("POST", "/single", CARD, Content_Type="text/plain")[0] == 400
    fake.account("acc", "key", methods=("mb",))
    assert call("POST", "/single", CARD)[0] == 412
    assert call("POST", "/single", REFERENCE)[0] == 201


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/single/1", 400),
        ("GET", f"/single/{NOBODY}", 404),
        ("DELETE", f"/single/{NOBODY}", 404),
        ("GET", f"/capture/{NOBODY}", 404),
        ("GET", f"/refund/{NOBODY}", 404),
        ("GET", "/nothing", 404),
        ("PUT", "/single", 404),
    ],
)
def test_what_is_not_there(call: Call, method: str, path: str, status: int) -> None:
    assert call(method, path)[0] == status


def test_the_same_key_gives_the_same_answer_and_is_bound_to_its_request(
    fake: EasypayFake, call: Call
) -> None:
    first = call("POST", "/single", CARD, Idempotency_Key="k")
    again = call("POST", "/single", CARD, Idempotency_Key="k")
    assert again[:2] == first[:2]
    assert (first[2].get("idempotency-replay"), again[2]["idempotency-replay"]) == (None, "true")
    assert call("POST", "/single", {**CARD, "value": 21}, Idempotency_Key="k")[0] == 422
    assert call("POST", "/single", CARD, Idempotency_Key="k" * 51)[0] == 400
    fake.account("other", "key")
    assert call("POST", "/single", CARD, Idempotency_Key="k", AccountId="other")[0] == 201
    assert len(fake.singles()) == 2


def test_failures_are_kept_with_their_key_and_passing_ones_are_not(
    fake: EasypayFake, call: Call
) -> None:
    fake.fail_next("POST /2.0/single$", 500)
    assert [call("POST", "/single", CARD, Idempotency_Key="a")[0] for _ in range(2)] == [500] * 2
    for status in (429, 502, 503):
        fake.fail_next("POST /2.0/single$", status, stored=True)
        found = [call("POST", "/single", CARD, Idempotency_Key=f"b{status}")[0] for _ in range(2)]
        assert found == [status, 201]


def test_a_key_is_forgotten_after_a_day(fake: EasypayFake, call: Call, later) -> None:
    call("POST", "/single", CARD, Idempotency_Key="k")
    later(24 * 3600 + 1)
    call("POST", "/single", CARD, Idempotency_Key="k")
    assert len(fake.singles()) == 2


def test_what_is_paid_or_deleted_stays_so(fake: EasypayFake, call: Call) -> None:
    paid, deleted = (call("POST", "/single", PUSH)[1]["id"] for _ in range(2))
    fake.pay(paid)
    assert call("DELETE", f"/single/{paid}")[0] == 400
    assert call("DELETE", f"/single/{deleted}")[0] == 204
    for one in (paid, deleted):
        with pytest.raises(CustomerCannot):
            fake.pay(one)


def test_another_amount_and_another_time_are_for_references_alone(
    fake: EasypayFake, call: Call, later
) -> None:
    push, reference, late = (
        call("POST", "/single", sent)[1]["id"] for sent in (PUSH, REFERENCE, REFERENCE)
    )
    with pytest.raises(CustomerCannot):
        fake.pay(push, 1999)
    fake.pay(reference, 1999)
    with pytest.raises(CustomerCannot):
        fake.decline(late)
    later(10 * 365 * 86_400)
    with pytest.raises(CustomerCannot):
        fake.pay(late)


@pytest.mark.parametrize(
    ("phone", "status"),
    [
        ("911234567", "paid"),
        ("917654321", "failed"),
        ("913456789", "failed"),
        ("919876543", "pending"),
    ],
)
def test_the_telephone_numbers_of_the_test_environment(call: Call, phone: str, status: str) -> None:
    sent = {**PUSH, "customer": {"phone": phone}}
    made = call("POST", "/single", sent)[1]["id"]
    assert call("GET", f"/single/{made}")[1]["payment_status"] == status


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ({"value": 20.01}, 422),
        ({"value": 0}, 422),
        ({"value": -1}, 400),
        ({}, 400),
        ({"value": "1"}, 400),
        ({"value": 1, "transaction_key": "x" * 51}, 400),
        ({"value": 1, "note": "x"}, 400),
    ],
)
def test_wrong_refunds_are_refused(fake: EasypayFake, call: Call, sent: Any, status: int) -> None:
    made = call("POST", "/single", PUSH)[1]
    assert call("POST", f"/refund/{made['capture']['id']}", {"value": 1})[0] == 422, "not paid"
    fake.pay(made["id"])
    assert call("POST", f"/refund/{made['capture']['id']}", sent)[0] == status
    assert fake.single(made["id"]).refunds == []


def test_refunds_add_up_and_a_reference_needs_an_account_to_pay_to(
    fake: EasypayFake, call: Call
) -> None:
    push, reference = (call("POST", "/single", sent)[1] for sent in (PUSH, REFERENCE))
    for one in (push, reference):
        fake.pay(one["id"])
    path = f"/refund/{push['capture']['id']}"
    assert [call("POST", path, {"value": 15})[0] for _ in range(2)] == [201, 422]
    fake.settle_refunds("failed")
    assert call("POST", path, {"value": 20})[0] == 201
    bank = {"iban": "PT50002700000001234567833", "account_holder": "Ada"}
    path = f"/refund/{reference['capture']['id']}"
    assert call("POST", path, {"value": 5})[0] == 400
    assert call("POST", path, {"value": 5, **bank})[0] == 201


def test_notifications_wait_for_an_address(fake: EasypayFake, call: Call) -> None:
    first, second = (call("POST", "/single", PUSH)[1]["id"] for _ in range(2))
    fake.pay(first)
    assert fake.outbox == []
    assert call("PATCH", "/config", {"generic": "https://pay.example/x", "color": "red"})[0] == 400
    assert call("PATCH", "/config", {"generic": "https://pay.example/x"})[0] == 200
    fake.pay(second)
    (notice,) = fake.outbox
    told = json.loads(notice.body)
    assert (notice.url, told["id"], told["key"]) == ("https://pay.example/x", second, "pay_1")
    assert (told["type"], told["status"]) == ("capture", "success")
