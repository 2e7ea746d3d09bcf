"""Coming back from the card's page: a hash that proves little, over exactly this attempt."""

from urllib.parse import parse_qsl

import pytest

from app.adapters.gateways.ifthenpay import returns
from app.adapters.gateways.ifthenpay.refs import Ref
from tests.adapters.gateways.ifthenpay_keys import opened, order
from tests.fakes.ifthenpay import IfthenpayFake

KEY = "ITP-000000"
VECTORS = [
    ("order_45678", "11.55", "36jvlEhUYeknQ8PHKprR",
     "485912397c7b851b6b5e4b84a7fcaea9e17a2515e1e5ee041d7a18205af7f5a3"),
    ("01", "0.50", "tid111111111111",
     "85b6dcd1d76e77b4747ab0c77bc8365d763a0e4dd91a1a3a431e66c3e435407d"),
    ("1001", "7.40", "AbCd1234",
     "8c353e409f8c06b750e998ffdefd81d052105993fbaf3fc86410f88fd63e1301"),
    ("1001", "7.4", "AbCd1234",
     "2f72d0300675a57d52a36af6deef56a39d43898b62e77c5784e547f2ac79fbe6"),
]  # fmt: skip


@pytest.mark.parametrize(("id_", "amount", "request_id", "sk"), VECTORS)
def test_the_hash_is_that_of_the_examples(id_, amount, request_id, sk):
    assert returns.sign(KEY, id_, amount, request_id) == sk


@pytest.mark.parametrize(("id_", "amount", "request_id", "sk"), VECTORS)
def test_a_right_hash_over_this_attempt_is_processing_and_never_more(id_, amount, request_id, sk):
    cents = round(float(amount) * 100)
    query = {"id": id_, "amount": amount, "requestId": request_id, "sk": sk}
    found = returns.read(Ref("card", request_id, id_, cents), query, KEY)
    assert (found.status, found.paid_minor) == ("processing", 0)
    assert returns.read(Ref("card", request_id, id_, cents + 1), query, KEY) is None
    assert returns.read(Ref("card", request_id, f"{id_}x", cents), query, KEY) is None
    assert returns.read(Ref("card", f"{request_id}x", id_, cents), query, KEY) is None
    assert returns.read(Ref("card", request_id, id_, cents), query, "ITP-000001") is None
    assert returns.read(Ref("card", request_id, id_, cents), query, "") is None


@pytest.fixture
def fake():
    with IfthenpayFake() as running:
        yield running


@pytest.fixture
def back(fake):
    """The adapter, a card payment's ref, and what the browser brings back from it."""
    adapter = opened(fake)
    ref = adapter.create_payment(order("card")).gateway_ref
    return adapter, ref, dict(parse_qsl(fake.come_back(fake.made[0])))


def test_the_browser_brings_a_plus_sign_as_a_space(fake, back):
    adapter, ref, query = back
    assert "+" in query["requestId"]
    for request_id in (query["requestId"], query["requestId"].replace("+", " ")):
        assert adapter.read_return(ref, {**query, "requestId": request_id}).status == "processing"


@pytest.mark.parametrize(
    "changes",
    [
        {"sk": ""},
        {"sk": "0" * 64},
        {"sk": "ü" * 64},
        {"amount": "19.99"},
        {"amount": "20.0"},
        {"amount": "2000"},
        {"id": "another"},
        {"requestId": "another"},
        {"requestId": ""},
    ],
)
def test_anything_else_proves_nothing(back, changes):
    adapter, ref, query = back
    assert adapter.read_return(ref, {**query, **changes}) is None


@pytest.mark.parametrize("missing", ["id", "amount", "requestId", "sk"])
def test_every_part_is_needed(back, missing):
    adapter, ref, query = back
    del query[missing]
    assert adapter.read_return(ref, query) is None
    assert adapter.read_return(ref, {}) is None


def test_a_hash_in_capitals_or_cut_is_none(back):
    adapter, ref, query = back
    for sk in (query["sk"].upper(), query["sk"][:-1], query["sk"] + "0", " " + query["sk"]):
        assert adapter.read_return(ref, {**query, "sk": sk}) is None


def test_one_attempts_hash_says_nothing_of_another(fake, back):
    adapter, _, query = back
    second = adapter.create_payment(order("card")).gateway_ref
    assert adapter.read_return(second, query) is None


@pytest.mark.parametrize("method", ["multibanco", "mbway"])
def test_only_cards_come_back(fake, back, method):
    adapter, _, query = back
    assert adapter.read_return(adapter.create_payment(order(method)).gateway_ref, query) is None


def test_hashes_are_compared_in_constant_time(back, monkeypatch):
    import hmac

    adapter, ref, query = back
    seen = []
    compare = hmac.compare_digest
    monkeypatch.setattr(hmac, "compare_digest", lambda a, b: seen.append((a, b)) or compare(a, b))
    adapter.read_return(ref, {**query, "sk": "guess"})
    assert [given for _, given in seen] == [b"guess"]
