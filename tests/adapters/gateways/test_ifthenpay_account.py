"""Test connection, and registering our address for callbacks."""

import json

import pytest

from app import registry
from app.adapters.gateways import base
from tests.adapters.gateways.ifthenpay_keys import KEY, URL, opened
from tests.fakes.ifthenpay import IfthenpayFake


@pytest.fixture
def fake():
    with IfthenpayFake() as running:
        yield running


def asked(fake: IfthenpayFake) -> list[str]:
    return [f"{one.method} {one.path}" for one in fake.requests]


# --- test connection

LIST = "POST /v2/payments/read"
STATUS = "GET /spg/payment/mbway/status"
REACH = "GET /gateway/methods/available"


@pytest.mark.parametrize(
    ("keys", "call", "remarks"),
    [
        ({}, LIST, []),
        ({"backofficeKey": ""}, STATUS, ["without the backoffice key"]),
        ({"backofficeKey": "", "mbwayKey": ""}, REACH, ["without the backoffice", "first payment"]),
        ({"environment": "sandbox"}, LIST, ["MB WAY has no sandbox"]),
        ({"environment": "sandbox", "backofficeKey": ""}, REACH,
         ["without the backoffice", "first payment", "MB WAY has no sandbox"]),
        ({"environment": "sandbox", "mbKey": "", "entity": "11604", "subEntity": "999"}, LIST,
         ["MB WAY has no sandbox", "computed are real ones"]),
        ({"antiPhishingKey": "short"}, LIST, ["10 to 50"]),
        ({"antiPhishingKey": "with&sign+in#it"}, LIST, ["10 to 50"]),
    ],
)  # fmt: skip
def test_one_harmless_call_proves_what_it_can(fake, keys, call, remarks):
    found = opened(fake, **keys).verify()
    assert asked(fake) == [call]
    assert fake.made == []
    assert (found.account, found.test_mode) == ("", keys.get("environment") == "sandbox")
    assert len(found.remarks) == len(remarks)
    for said, expected in zip(found.remarks, remarks, strict=True):
        assert expected in said


@pytest.mark.parametrize(
    ("keys", "word"),
    [
        ({"backofficeKey": "9999-9999-9999-9999"}, "backoffice key"),
        ({"backofficeKey": "", "mbwayKey": "ZZZ-999999"}, "MB WAY key"),
        ({"entity": "11604"}, "sub-entity"),
        ({"subEntity": "999"}, "sub-entity"),
        ({"entity": "1160", "subEntity": "999"}, "five digits"),
        ({"entity": "21721", "subEntity": "999"}, "21721"),
    ],
)
def test_the_exact_mistake_is_named(fake, keys, word):
    with pytest.raises(base.Misconfigured) as refused:
        opened(fake, **keys).verify()
    assert word in refused.value.reason


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (401, base.Misconfigured),
        (403, base.NotPermitted),
        (429, base.Busy),
        (500, base.Unavailable),
    ],
)
def test_no_answer_is_not_a_wrong_key(fake, status, error):
    fake.fail_next("POST *", status=status, stored=False)
    with pytest.raises(error):
        opened(fake).verify()
    assert opened(fake).verify().test_mode is False


# --- registering


def test_every_key_is_registered_with_a_template_they_can_fill_in(fake):
    adapter = opened(fake)
    assert not adapter.endpoints.can_look
    assert adapter.endpoints.create(URL) == base.CreatedEndpoint("callbacks")
    account = fake.account
    assert set(fake.callbacks) == {account.mb, account.mbway, account.card}
    for key, method in ((account.mb, "MB"), (account.mbway, "MBWAY"), (account.card, "CCARD")):
        template, anti_phishing = fake.callbacks[key]
        assert anti_phishing == KEY
        assert KEY not in template
        assert template == (
            f"{URL}?key=[ANTI_PHISHING_KEY]&orderId=[ID]&amount=[AMOUNT]&requestId=[REQUEST_ID]"
            f"&reference=[REFERENCE]&status=[STATUS]&when=[PAYMENT_DATETIME]&pm={method}"
        )
        assert len(template) <= 300


def test_a_computed_references_entity_is_registered_with_its_name_in_the_address(fake):
    opened(fake, mbKey="", mbwayKey="", ccKey="", entity="11604", subEntity="999").endpoints.create(
        URL
    )
    ((sub_entity, (template, _)),) = fake.callbacks.items()
    assert sub_entity == "999"
    assert template.endswith("&pm=MB&entity=11604")
    sent = json.loads(fake.requests[-1].body)
    assert (sent["entidade"], sent["subentidade"]) == ("11604", "999")


@pytest.mark.parametrize("keys", [{}, {"mbKey": "", "entity": "11604", "subEntity": "999"}])
def test_what_is_registered_is_what_the_catalogue_says_to_type_in_by_hand(fake, keys):
    opened(fake, **keys).endpoints.create(URL)
    places = registry.gateway("ifthenpay").places
    by_hand = {
        one.filled(URL, keys)
        for one in places
        if not set(one.needs) & {name for name, value in keys.items() if not value}
        and ("entity" not in one.needs or "entity" in keys)
    }
    assert {template for template, _ in fake.callbacks.values()} == by_hand


def test_the_keys_other_name_is_tried_when_the_first_is_not_taken(fake):
    fake.takes_ap_key = False
    opened(fake, mbKey="", mbwayKey="").endpoints.create(URL)
    sent = [json.loads(one.body) for one in fake.requests]
    assert [sorted(set(one) & {"apKey", "antiPhishingKey"}) for one in sent] == [
        ["apKey"],
        ["antiPhishingKey"],
    ]
    assert fake.callbacks


@pytest.mark.parametrize("status", [400, 404])
def test_a_refusal_of_the_first_name_by_http_counts_as_one(fake, status):
    fake.takes_ap_key = False
    fake.fail_next("POST /api/endpoint/callback", status=status)
    opened(fake, mbKey="", mbwayKey="").endpoints.create(URL)
    assert fake.callbacks


def test_an_address_of_more_than_three_hundred_characters_is_refused_before_anybody_is_asked(fake):
    with pytest.raises(base.Impossible) as refused:
        opened(fake).endpoints.create("https://pay.example.com/" + "x" * 140)
    assert "PUBLIC_BASE_URL" in refused.value.reason
    assert fake.requests == []


@pytest.mark.parametrize(
    ("keys", "word"),
    [
        ({"backofficeKey": ""}, "backoffice key"),
        ({"antiPhishingKey": "short"}, "10 to 50"),
        ({"antiPhishingKey": "with&sign+in#it"}, "10 to 50"),
    ],
)
def test_what_is_lacking_is_said_and_nobody_asked(fake, keys, word):
    with pytest.raises(base.Misconfigured) as refused:
        opened(fake, **keys).endpoints.create(URL)
    assert word in refused.value.reason
    assert fake.requests == []


def test_a_refused_registration_names_the_method_and_what_they_said(fake):
    with pytest.raises(base.Impossible) as refused:
        opened(fake, backofficeKey="9999-9999-9999-9999").endpoints.create(URL)
    assert "the callback for MB: NOK: chave;" in refused.value.reason


def test_nobody_tells_what_is_registered(fake):
    endpoints = opened(fake).endpoints
    with pytest.raises(base.Impossible):
        endpoints.find(URL)
    with pytest.raises(base.Missing):
        endpoints.repair("callbacks")
    endpoints.delete("callbacks")
    endpoints.keep_only(URL, "callbacks")
    assert fake.requests == []
