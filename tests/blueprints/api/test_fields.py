"""The optional fields of create-payment-intent, one by one."""

import pytest

from tests.blueprints.api.conftest import is_refused

TOO_LONG = {
    "itemName": "x" * 201,
    "itemDescription": "x" * 1001,
    "externalId": "x" * 256,
    "customerEmail": "a@" + "b" * 250 + ".com",
    "locale": "en-Latn-GBXX",
}
WRONG_TYPE = {
    "itemName": [5, True, ["a"], {"a": "b"}],
    "itemDescription": [5, 1.5, False, []],
    "externalId": [True, ["a"], {}],
    "customerEmail": [5, True, ["a@b.com"]],
    "locale": [5, True, ["en"]],
    "metadata": ["a", 5, ["a"], True],
    "expiresIn": ["300", 300.0, 300.5, True, [300], {}],
}
WRONG_VALUE = {
    "customerEmail": ["", "ada", "ada@", "@example.com", "ada@example", "a b@example.com"],
    "locale": ["", "e", "english", "en_", "en-", "12", "en\n"],
    "externalId": [float("nan"), float("inf")],
    "expiresIn": [0, -1, 299, 2_592_001, 10**30],
    "metadata": [
        {f"k{number}": "v" for number in range(21)},
        {"a": 5},
        {"a": None},
        {"a": True},
        {"a": {"b": "c"}},
        {"a": ["b"]},
        {"": "v"},
        {"k" * 41: "v"},
        {"a": "v" * 501},
        {"a": "\0"},
        {"a\0": "v"},
        {"a": "\ud800"},
        {"\udfff": "v"},
    ],
}
TEXTS = ["itemName", "itemDescription", "externalId", "customerEmail", "locale"]


def refuses(house, name, value):
    is_refused(
        house.post({"amount": 5, name: value}),
        400,
        f'Invalid field: "{name}"',
        "invalid_field",
        field=name,
    )


@pytest.mark.parametrize("name", TOO_LONG)
def test_a_text_that_is_too_long_is_refused(house, name):
    refuses(house, name, TOO_LONG[name])


@pytest.mark.parametrize(
    ("name", "value"), [(name, value) for name, values in WRONG_TYPE.items() for value in values]
)
def test_a_value_of_another_type_is_refused(house, name, value):
    refuses(house, name, value)


@pytest.mark.parametrize(
    ("name", "value"), [(name, value) for name, values in WRONG_VALUE.items() for value in values]
)
def test_a_value_out_of_bounds_is_refused(house, name, value):
    refuses(house, name, value)


@pytest.mark.parametrize("name", TEXTS)
@pytest.mark.parametrize("bad", ["\0", "\ud800", "\udc00\ud800"], ids=["NUL", "high", "swapped"])
def test_text_that_no_database_holds_is_refused(house, name, bad):
    text = {"customerEmail": f"a{bad}@example.com", "locale": f"en{bad}"}.get(name, f"a{bad}b")
    refuses(house, name, text)


def test_the_longest_values_are_taken_and_come_back(shop):
    sent = {
        "itemName": "é" * 200,
        "itemDescription": "𝒳" * 1000,
        "externalId": "日" * 255,
        "locale": "zh-Hant-TW",
        "metadata": {f"{number:040}": "v" * 500 for number in range(20)},
        "customerEmail": "ada+" + "x" * 60 + "@example.co.uk",
    }
    seen = shop.see(shop.order(5, **sent))
    for name in ("itemName", "itemDescription", "externalId", "metadata"):
        assert seen[name] == sent[name]


@pytest.mark.parametrize("seconds", [300, 2_592_000])
def test_the_bounds_of_the_expiry_are_taken(shop, seconds):
    assert shop.create(5, expiresIn=seconds).status_code == 200


@pytest.mark.parametrize(
    ("sent", "text"),
    [
        ("42", "42"),
        ('"42"', "42"),
        ("42.50", "42.50"),
        ("-7", "-7"),
        ("1e3", "1000"),
        ("9007199254740993", "9007199254740993"),
        ("1" * 200, "1" * 200),
        ('""', ""),
    ],
)
def test_an_id_of_the_integrator_is_echoed_as_text(shop, sent, text):
    body = f'{{"amount": 5, "externalId": {sent}}}'
    response = shop.post("/api/create-payment-intent", body)
    assert response.json["externalId"] == text
    assert shop.see(response.json)["externalId"] == text


def test_fields_that_are_null_are_as_good_as_absent(shop):
    names = [*TEXTS, "metadata", "expiresIn", "gateway", "currency"]
    answer = shop.order(5, **dict.fromkeys(names))
    assert (answer["externalId"], answer["gateway"], answer["currency"]) == (None, "sandbox", "USD")


@pytest.mark.parametrize("name", [None, "", "   "])
def test_an_item_without_a_name_has_the_providers(shop, name):
    assert shop.see(shop.order(5, itemName=name))["itemName"] == "Bitloader"
