"""JSON as strangers send it."""

import json
from decimal import Decimal

import pytest

from app.kit.strictjson import InvalidJson, canonical, dump, parse_object

NESTED_8 = b'{"a":' * 7 + b"{}" + b"}" * 7
NESTED_9 = b'{"a":' * 8 + b"{}" + b"}" * 8


@pytest.mark.parametrize(
    "raw",
    [b"", b" ", b"null", b"1", b'"x"', b"[]", b'[{"a":1}]', b"{", b'{"a":1}{"b":2}', b'{"a":1} x',
     b"{'a':1}", b'{"a":1,}', b'{"a":01}', b'{"a":+1}', b'{"a":.5}', b'{"a":1.}', b'{a:1}',
     b'{"a":undefined}', b"amount=1", b"\xef\xbb\xbf{}", b"\xff\xfe{\x00}\x00", b'{"a":"\xff"}',
     b'{"a":"\xed\xa0\x80"}', b'{"a":"\n"}', b"{} \x00"],
)  # fmt: skip
def test_what_is_not_one_json_object_is_refused(raw):
    with pytest.raises(InvalidJson):
        parse_object(raw)


@pytest.mark.parametrize(
    "raw",
    [b'{"a":1,"a":2}', b'{"a":1,"a":1}', b'{"a":{"b":1,"b":2}}', b'{"a":[{"b":1,"b":2}]}',
     b'{"a":1,"\\u0061":2}'],
)  # fmt: skip
def test_duplicate_keys_are_refused_at_every_depth(raw):
    with pytest.raises(InvalidJson):
        parse_object(raw)


def test_eight_levels_pass_and_nine_do_not():
    assert parse_object(NESTED_8)
    with pytest.raises(InvalidJson):
        parse_object(NESTED_9)
    with pytest.raises(InvalidJson):
        parse_object(b'{"a":' + b"[" * 8 + b"]" * 8 + b"}")


@pytest.mark.parametrize(
    "raw",
    [b"[" * 60_000, b'{"a":' * 10_000, b'{"a":' + b"[" * 20_000 + b"]" * 20_000 + b"}",
     b'{"a":' * 9_000 + b"1" + b"}" * 9_000],
)  # fmt: skip
def test_a_nesting_bomb_is_refused(raw):
    with pytest.raises(InvalidJson):
        parse_object(raw)


def test_numbers_stay_exact():
    found = parse_object(b'{"a": 19.99, "b": 100, "c": 0.1, "d": 1e2, "e": 1E400}')
    assert found == {
        "a": Decimal("19.99"),
        "b": 100,
        "c": Decimal("0.1"),
        "d": Decimal("1e2"),
        "e": Decimal("1e400"),
    }
    assert not any(isinstance(value, float) for value in found.values())


@pytest.mark.parametrize("digits", [30, 31, 4301, 60_000])
def test_a_huge_integer_costs_nothing(digits):
    found = parse_object(b'{"a": ' + b"9" * digits + b"}")["a"]
    assert isinstance(found, int if digits <= 30 else Decimal)


@pytest.mark.parametrize(
    "text", ["1e99999999999999999999", "-1E+9999999999999999999", "1e-" + "9" * 20]
)
def test_an_exponent_beyond_all_bounds_can_be_refused_by_its_field(text):
    value = parse_object(f'{{"a": {text}}}'.encode())["a"]
    assert isinstance(value, Decimal)
    assert not value.is_finite()


@pytest.mark.parametrize("word", ["NaN", "Infinity", "-Infinity"])
def test_what_only_javascript_writes_can_be_refused_by_its_field(word):
    value = parse_object(f'{{"amount": {word}}}'.encode())["amount"]
    assert isinstance(value, Decimal)
    assert not value.is_finite()


def test_text_of_any_language_passes():
    assert parse_object('{"n": "café € 🎉"}'.encode()) == {"n": "café € 🎉"}


def test_dump_writes_compact_json_with_decimals_as_numbers():
    value = {"amount": Decimal("19.99"), "whole": Decimal("100.00"), "n": "café", "none": None}
    assert dump(value) == '{"amount":19.99,"whole":100,"n":"café","none":null}'.encode()
    assert json.loads(dump(value))["amount"] == 19.99


@pytest.mark.parametrize(
    "value", [Decimal("NaN"), Decimal("Infinity"), float("nan"), object(), {1}]
)
def test_dump_writes_nothing_that_is_not_json(value):
    with pytest.raises((TypeError, ValueError, ArithmeticError)):
        dump({"a": value})


def test_equal_objects_have_one_canonical_form():
    one = parse_object(b'{"a": 1, "b": {"c": 1.50, "d": [1, 2]}}')
    two = parse_object(b'{ "b": {"d": [1,2], "c": 1.50}, "a":1 }')
    assert canonical(one) == canonical(two)
    assert canonical(one) != canonical({**one, "a": 2})
    assert canonical({"a": [1, 2]}) != canonical({"a": [2, 1]})
