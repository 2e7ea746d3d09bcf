"""Passwords: which will do, and how they are kept."""

from concurrent.futures import ThreadPoolExecutor

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
    "password",
    [GOOD, "x7Kp2mQ9vL4w", "ação-é-bonita-1", "🎉🎊🎈🎂🎁 party time", "o gato dorme ao sol",
     "It's a nice day, isn't it? (Yes!)", "correct horse battery staple " * 4, GOOD + "🎉" * 99],
)  # fmt: skip
def test_long_and_uncommon_will_do(password):
    passwords.check_strength(password, "mary.smith@example.com", "Acme")


def refused(password: str, email: str = "", organization: str = "") -> str:
    """The sentence it is refused with; empty when it is not."""
    try:
        passwords.check_strength(password, email, organization)
    except Refused as error:
        return error.message
    return ""


def test_a_refusal_names_the_field_and_not_the_password():
    with pytest.raises(Refused) as caught:
        passwords.check_strength("password123456")
    assert (caught.value.code, caught.value.details) == ("weak_password", {"field": "password"})
    assert "password123456" not in caught.value.message


@pytest.mark.parametrize(
    ("password", "because"),
    [
        ("", "Use 12 to 128"),
        ("short", "Use 12 to 128"),
        ("x7Kp2mQ9vL4", "Use 12 to 128"),
        (GOOD + "x" * 101, "Use 12 to 128"),
        ("aaaaaaaaaaaaaaaa", "Repetitions"),
        ("passwordpassword", "Repetitions"),
        ("abcdefghijklmn", "Repetitions"),
        ("zxcvbnm,./12", "Repetitions"),
        ("password123456", "first passwords"),
        ("iloveyou1234", "first passwords"),
        ("qwertyuiop12", "first passwords"),
        ("P@ssw0rd2024!!", "Add another word"),
        ("Summer2026!!", "Add another word"),
        ("monday tuesday", "Add another word"),
        ("Gatehouse2026!", "organization's name or ours"),
        ("gatehouse payments", "organization's name or ours"),
        ("mary.smith-2026", "your address"),
        ("MarySmith1234", "your address"),
        ("mary@shop.example", "your address"),
        ("Rainbow Bakery 1", "your organization"),
        ("rainbowbakery2026", "your organization"),
    ],
)
def test_short_or_guessable_will_not_and_is_told_what_would(password, because):
    email = "mary@shop.example" if "@shop" in password else "mary.smith@example.com"
    assert because in refused(password, email, "Rainbow Bakery")


def test_every_common_password_that_is_long_enough_is_refused():
    from zxcvbn.frequency_lists import FREQUENCY_LISTS

    common = [one for one in FREQUENCY_LISTS["passwords"] if len(one) >= 12]
    assert len(common) > 200
    assert [one for one in common if not refused(one)] == []


def test_what_one_person_is_called_rules_out_nothing_for_others():
    assert refused("rainbow bakery", organization="Rainbow Bakery")
    assert not refused("rainbow bakery stairs", organization="Acme")
    passwords.check_strength("a perfectly fine one", "a@b.example")
    passwords.check_strength("banana-kiwi-42", "ana@b.example")


def test_a_password_made_to_keep_us_busy_is_little_work(monkeypatch):
    """All readings of many symbols as letters are tried, and in each every piece of the password is
    looked for: of 72 such characters 7.6 million pieces, which takes seconds."""
    from zxcvbn import matching

    pieces, look = [], matching.dictionary_match

    def counted(password, *rest, **options):
        pieces.append(len(password) ** 2)
        return look(password, *rest, **options)

    monkeypatch.setattr(matching, "dictionary_match", counted)
    refused("4@8({[<369&#!1/|0$5+7%2" * 5)
    refused("a" * 24 + "@({[<!|$+" * 8)
    assert 1000 < sum(pieces) < 1_000_000


def test_threads_do_not_mix_up_whose_words_are_looked_for():
    names = ["zorblax", "quintavo", "merrowin"] * 8

    def judged(name):
        return refused(name + "2026!!", organization=name)

    with ThreadPoolExecutor(8) as pool:
        assert all("your organization" in one for one in pool.map(judged, names))
