"""Secrets that we make: their shape, and what a checksum refuses without a database."""

import base64
import random
import re
import zlib
from datetime import UTC, datetime, timedelta

import pytest

from app.kit import tokens

BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


def test_an_api_key_has_its_prefix_256_bits_and_a_checksum():
    keys = {tokens.new_api_key() for _ in range(1000)}
    assert len(keys) == 1000
    for key in keys:
        assert re.fullmatch(r"provider_[0-9A-Za-z]{49}", key)
        assert tokens.is_api_key(key)


def test_the_checksum_is_crc32_in_base62():
    key = tokens.new_api_key()
    number = 0
    for letter in key[-6:]:
        number = number * 62 + BASE62.index(letter)
    assert number == zlib.crc32(key[len("provider_") : -6].encode())


def test_100_000_random_strings_of_the_right_shape_are_refused():
    chance = random.Random(7)
    for _ in range(100_000):
        assert not tokens.is_api_key("provider_" + "".join(chance.choices(BASE62, k=49)))


def test_one_wrong_letter_is_noticed():
    key = tokens.new_api_key()
    for position in range(len("provider_"), len(key)):
        letter = "a" if key[position] != "a" else "b"
        assert not tokens.is_api_key(key[:position] + letter + key[position + 1 :])


@pytest.mark.parametrize(
    "value",
    ["", "provider_", None, 1, b"provider_", ["provider_"], {}, True, "Bearer x", "sk_live_1234"],
)
def test_what_is_no_key_is_refused(value):
    assert not tokens.is_api_key(value)


def test_nothing_may_stand_around_a_key():
    key = tokens.new_api_key()
    for value in (f" {key}", f"{key}\n", f"{key} ", f"{key}\x00", key.upper(), key[:-1], key + "0"):
        assert not tokens.is_api_key(value)


def test_letters_of_other_alphabets_are_not_base62():
    key = tokens.new_api_key()
    assert not tokens.is_api_key(key[:-1] + "٣")
    assert not tokens.is_api_key(key[:-1] + "Ａ")


def test_a_checkout_token_is_128_random_bits_in_hex():
    made = {tokens.new_token() for _ in range(10_000)}
    assert len(made) == 10_000
    assert all(re.fullmatch("[0-9a-f]{32}", one) for one in made)


def test_a_webhook_secret_is_the_base64_of_32_bytes():
    secret = tokens.new_webhook_secret()
    assert secret.startswith("whsec_")
    assert len(base64.b64decode(secret.removeprefix("whsec_"), validate=True)) == 32


def test_ids_sort_by_the_millisecond_they_were_made_in(time_machine):
    start = datetime(2030, 1, 1, tzinfo=UTC)
    made = []
    for number in range(50):
        time_machine.move_to(start + timedelta(milliseconds=number), tick=False)
        made.append(tokens.new_id("ord"))
    assert made == sorted(made)
    assert all(re.fullmatch("ord_[0-9A-Z]{26}", one) for one in made)


def test_the_first_id_of_a_moment_sorts_before_all_that_are_made_then_and_behind_all_before(
    time_machine,
):
    start = datetime(2030, 1, 1, tzinfo=UTC)
    time_machine.move_to(start - timedelta(milliseconds=1), tick=False)
    before = [tokens.new_id("dlv") for _ in range(20)]
    time_machine.move_to(start, tick=False)
    then = [tokens.new_id("dlv") for _ in range(20)]
    first = tokens.first_id("dlv", start)
    assert max(before) < first <= min(then)
    assert len(first) == len(then[0])


@pytest.mark.parametrize("year", [1, 9999])
def test_a_moment_far_off_has_a_first_id_as_well(year):
    moment = datetime(year, 1, 2, tzinfo=UTC)
    assert (tokens.first_id("dlv", moment) < tokens.new_id("dlv")) == (year == 1)


def test_a_digest_matches_its_secret_alone():
    stored = tokens.digest("a secret")
    assert re.fullmatch("[0-9a-f]{64}", stored)
    assert tokens.matches("a secret", stored)
    assert not tokens.matches("a secreT", stored)
    assert not tokens.matches("a secret", stored.upper())
