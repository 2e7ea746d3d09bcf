"""Passwords: which will do, and how they are kept."""

import pytest

from app.kit.errors import Refused
from app.services import passwords

GOOD = "correct horse battery staple"


def test_a_hash_is_argon2id_with_the_parameters_of_asvs():
    stored = passwords.hash_password(GOOD)
    assert stored.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert stored != passwords.hash_password(GOOD)
    assert passwords.verify_password(stored, GOOD)


@pytest.mark.parametrize("password", ["", GOOD + " ", GOOD.upper(), "x" * 100_000, "\x00"])
def test_another_password_is_not_the_one(password):
    assert not passwords.verify_password(passwords.hash_password(GOOD), password)


@pytest.mark.parametrize(
    "stored", [None, "", "plaintext", "$argon2id$broken", "scrypt:32768:8:1$x"]
)
def test_what_is_no_hash_verifies_nothing(stored):
    assert not passwords.verify_password(stored, GOOD)
    assert not passwords.verify_password(stored, stored or "")


@pytest.mark.parametrize(
    "password", [GOOD, "x7Kp2mQ9vL4w", "ação-é-bonita-1", "🎉🎊🎈🎂🎁 party time"]
)
def test_long_and_uncommon_will_do(password):
    passwords.check_strength(password, "a@b.example")


@pytest.mark.parametrize(
    "password",
    ["", "short", "x" * 129, "aaaaaaaaaaaaaaaa", "password123456", "Gatehouse2026!", "qwertyuiop12",
     "passwordpassword", "iloveyou1234", "mary.smith-2026"],
)  # fmt: skip
def test_short_or_guessable_will_not(password):
    with pytest.raises(Refused) as caught:
        passwords.check_strength(password, "mary.smith@example.com")
    assert caught.value.code == "weak_password"
    assert not password or password not in caught.value.message


def test_a_short_address_rules_out_nothing():
    passwords.check_strength("a perfectly fine one", "a@b.example")
    passwords.check_strength("banana-kiwi-42", "ana@b.example")
