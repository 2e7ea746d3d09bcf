"""Ifthenpay's callbacks: one shared key, and what may be believed because of it."""

import dataclasses

import pytest

from app.adapters.gateways import base
from tests.adapters.gateways.ifthenpay_keys import KEY, URL, opened, order
from tests.adapters.gateways.rigs.ifthenpay import called, id_of, spoiled
from tests.fakes.ifthenpay import Account, IfthenpayFake

EXAMPLE = (
    f"key={KEY}&orderId=1887&amount=33.61&requestId=i2szvoUfPYBMWdSxqO3n&status=PAGO"
    "&when=03-01-2024%2015:15:16&pm="
)


@pytest.fixture
def fake():
    with IfthenpayFake() as running:
        yield running


def read(query: str, **keys: str) -> base.GatewayEvent:
    return opened(NOBODY, **keys).read_event(called(f"{URL}?{query}"))


class Nobody:
    """An account nobody may ask: reading a call asks nobody."""

    url = "http://127.0.0.1:9"
    account = Account()


NOBODY = Nobody()
ALONE = {"backofficeKey": ""}


# --- the worked example of their guide


def test_a_push_is_asked_about_whatever_the_call_says():
    for keys in ({}, ALONE):
        event = read(EXAMPLE + "MBWAY", **keys)
        assert (event.type, event.reference) == ("payment.paid", "1887")
        assert event.gateway_ref == "mbway:i2szvoUfPYBMWdSxqO3n:1887:3361"
        assert event.snapshot is None, "MB WAY's own status decides"


@pytest.mark.parametrize("method", ["MB", "CCARD", "mb"])
def test_with_the_backoffice_key_the_list_decides(method):
    event = read(EXAMPLE + method)
    assert (event.reference, event.snapshot, event.note) == ("1887", None, None)


@pytest.mark.parametrize("method", ["MB", "CCARD", "mb"])
def test_without_it_the_call_counts_and_says_that_nobody_confirmed(method):
    event = read(EXAMPLE + method, **ALONE)
    assert event.reference == "1887"
    assert (event.snapshot.status, event.snapshot.paid_minor) == ("succeeded", 3361)
    assert event.snapshot.currency == "EUR"
    assert event.snapshot.paid_at.isoformat() == "2024-01-03T15:15:16+00:00"
    assert "nobody could be asked" in event.note
    assert len(event.note) <= 300


def test_another_amount_is_handed_on_as_it_is_said():
    event = read(EXAMPLE.replace("33.61", "3.36") + "MB", **ALONE)
    assert event.snapshot.paid_minor == 336


@pytest.mark.parametrize("key", ["s465ads4d6asd5s", "", "S465ADS4D6ASD5SA", KEY + "%00"])
def test_another_key_is_nobodys(key):
    with pytest.raises(base.BadSignature):
        read(EXAMPLE.replace(KEY, key) + "MB", **ALONE)


def test_the_same_call_twice_has_one_id_which_holds_no_key():
    first, second = read(EXAMPLE + "MB"), read(EXAMPLE + "MB")
    later = read(EXAMPLE.replace("15:15:16", "15:15:17") + "MB")
    assert first.external_id == second.external_id != later.external_id
    assert len(first.external_id) <= 120
    renewed = read(
        EXAMPLE.replace(KEY, "another0key0of0ours") + "MB", antiPhishingKey="another0key0of0ours"
    )
    assert renewed.external_id == first.external_id


# --- names and shapes


@pytest.mark.parametrize(
    "query",
    [
        f"apk={KEY}&oid=1887&tid=r1&val=33.61&pm=MB",
        f"KEY={KEY}&ORDERID=1887&REQUESTID=r1&AMOUNT=33.61&PM=MB",
        f"chave={KEY}&order_id=1887&valor=33.61&id_transacao=r1&estado=PAGO&pm=MB",
        f"key={KEY}&chave={KEY}&orderId=1887&amount=33.61&valor=33.61&pm=MB",
        f"key={KEY}&orderId=1887&amount=33.61&status=[STATUS]&when=[PAYMENT_DATETIME]&pm=MB",
        f"key={KEY}&orderId=1887&amount=33.61&status=&pm=MB",
        f"key={KEY}&orderId=1887&amount=33.61&status=pago&pm=MB",
    ],
)
def test_what_is_meant_counts_by_any_of_its_names(query):
    event = read(query, **ALONE)
    assert (event.reference, event.snapshot.paid_minor) == ("1887", 3361)


@pytest.mark.parametrize(
    "more", ["", "&datahorapag=26-11-2026%2010:00:00&terminal=x", "&entity=11604", "&pm=MB"]
)
def test_the_portuguese_shape_of_before_names_a_computed_reference(more):
    event = read(f"chave={KEY}&entidade=11604&referencia=999123490&valor=25.86{more}", **ALONE)
    assert event.gateway_payment_id == "mbref:11604.999123490"
    assert (event.reference, event.snapshot.paid_minor) == (None, 2586)


@pytest.mark.parametrize("digits", ["990040478", "990%20040%20478", "990+040+478"])
def test_a_reference_may_come_in_groups(digits):
    event = read(f"chave={KEY}&entidade=93999&referencia={digits}&valor=14.50", **ALONE)
    assert event.gateway_payment_id == "mbref:93999.990040478"


@pytest.mark.parametrize(
    ("when", "moment"),
    [
        ("03-01-2024%2015:15:16", "2024-01-03T15:15:16+00:00"),
        ("03-01-2024+15:15:16", "2024-01-03T15:15:16+00:00"),
        ("03-01-202415:15:16", "2024-01-03T15:15:16+00:00"),
        ("03-07-2024%2015:15:16", "2024-07-03T15:15:16+01:00"),
        ("31-02-2024%2015:15:16", None),
        ("2024-01-03%2015:15:16", None),
        ("yesterday", None),
        ("", None),
    ],
)
def test_moments_are_lisbons_and_may_lack_the_space(when, moment):
    query = f"key={KEY}&orderId=1887&amount=33.61&when={when}&pm=MB"
    paid_at = read(query, **ALONE).snapshot.paid_at
    assert (paid_at.isoformat() if paid_at else None) == moment


def test_a_plus_sign_in_a_request_id_came_as_a_space(fake):
    adapter = opened(fake)
    adapter.endpoints.create(URL)
    ref = adapter.create_payment(order("mbway")).gateway_ref
    call = called(fake.callback(fake.pay(id_of(ref))))
    assert " " in call.query["requestId"]
    assert adapter.read_event(call).gateway_ref == ref


@pytest.mark.parametrize("status", ["PENDENTE", "CANCELADO", "ERRO", "0", "paid?"])
def test_another_status_is_no_payment_by_itself(status):
    event = read(EXAMPLE.replace("PAGO", status) + "MB", **ALONE)
    assert event.snapshot is None


@pytest.mark.parametrize("query", ["pm=PIX&", "", "pm=&"])
def test_a_call_about_no_method_of_ours_is_no_payment_by_itself(query):
    event = read(f"{query}key={KEY}&orderId=1887&amount=33.61", **ALONE)
    assert event.snapshot is None


# --- given back


@pytest.mark.parametrize("amount", ["5.00", "-5.00"])
@pytest.mark.parametrize("keys", [{}, ALONE])
def test_money_given_back_is_at_least_what_this_call_says(amount, keys):
    query = f"key={KEY}&orderId=1887&amount={amount}&requestId=r1&status=DEVOLVIDO&pm=CCARD"
    event = read(query, **keys)
    assert event.type == "payment.refunded"
    assert event.snapshot.refunded_minor == 500
    assert event.snapshot.paid_minor == 0, "it proves no payment"
    assert "EUR 5.00" in event.note


def test_money_given_back_without_an_amount_is_asked_about():
    event = read(f"key={KEY}&orderId=1887&status=DEVOLVIDO&pm=CCARD")
    assert (event.type, event.snapshot) == ("payment.refunded", None)


# --- keys


def test_the_key_before_counts_while_it_is_kept():
    before = "the0key0of0before"
    event = read(EXAMPLE.replace(KEY, before) + "MB", **{"antiPhishingKey.previous": before})
    assert event.reference == "1887"
    with pytest.raises(base.BadSignature):
        read(EXAMPLE.replace(KEY, before) + "MB")


def test_without_a_key_nothing_is_read():
    adapter = opened(NOBODY, antiPhishingKey="")
    assert not adapter.can_read_events()
    for query in (EXAMPLE + "MB", EXAMPLE.replace(KEY, "") + "MB"):
        with pytest.raises(base.BadSignature):
            adapter.read_event(called(f"{URL}?{query}"))


def test_every_key_is_compared_in_constant_time(monkeypatch):
    import hmac

    seen, compare = [], hmac.compare_digest
    monkeypatch.setattr(hmac, "compare_digest", lambda a, b: seen.append(b) or compare(a, b))
    read(EXAMPLE + "MB", **{"antiPhishingKey.previous": "the0key0of0before"})
    assert seen == [KEY.encode(), b"the0key0of0before"], "the second one although the first fits"


@pytest.mark.parametrize("method", ["MB", "MBWAY", "CCARD"])
def test_forgeries_are_refused_without_the_backoffice_key_too(method):
    right = called(f"{URL}?{EXAMPLE}{method}&reference=000000291")
    adapter = opened(NOBODY, **ALONE)
    assert adapter.read_event(right).reference == "1887"
    forged = spoiled(right, KEY)
    assert len(forged) >= 30
    for name, call in forged.items():
        with pytest.raises(base.BadSignature):
            raise AssertionError(f"{name}: {adapter.read_event(call)}")


def test_a_call_without_an_amount_needs_somebody_to_ask():
    right = called(f"{URL}?{EXAMPLE}MB")
    bare = dataclasses.replace(right, query={**right.query, "amount": ""})
    assert opened(NOBODY).read_event(bare).reference == "1887"
    with pytest.raises(base.BadSignature):
        opened(NOBODY, **ALONE).read_event(bare)
