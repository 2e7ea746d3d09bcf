"""Passwords: how many guesses one stands, and argon2id as OWASP ASVS 5.0, Appendix C, wants it."""

import re
from collections.abc import Iterator
from threading import Lock
from typing import Any

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from app.kit.errors import Refused
from app.registry.spec import mark

__all__ = ["check_strength", "hash_password", "needs_rehash", "verify_password"]

SHORTEST, LONGEST = 12, 128  # characters
ENOUGH = 10**10  # guesses; behind argon2id these are centuries of a fast machine
FIRST = 10**6  # guesses that are made before anything cleverer
_OURS = ("gatehouse", "payments", "checkout", "merchant")
_BETTER = {
    "length": mark("Use 12 to 128 characters. A sentence is fine."),
    "common": mark(
        "That is among the first passwords anybody tries. "
        "Take three or four words that do not belong together."
    ),
    "personal": mark(
        "That is made of your address, your organization's name or ours. "
        "Take three or four words that have nothing to do with them."
    ),
    "pattern": mark(
        "Repetitions, rows of keys, sequences and dates are guessed soon. "
        "Take three or four words that do not belong together."
    ),
    "words": mark("That is guessed soon. Add another word or two; uncommon ones are better."),
}
_PATTERNS = {"spatial", "repeat", "sequence", "date", "regex"}
_hasher = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
_one_at_a_time = Lock()  # zxcvbn keeps the words it was given in a module's variable


def check_strength(password: str, email: str = "", organization: str = "") -> None:
    """Raises Refused `weak_password` with a sentence, marked for translation, that says what would
    do better. The first call takes 0.1 s and 14 MB for lists of words."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise _weak("length")
    known = [*_OURS, *_words(email, *email.split("@"), organization)]
    if why := _guessed_by(password, known):
        raise _weak(why)


def _weak(why: str) -> Refused:
    return Refused(_BETTER[why], "weak_password", field="password")


def _words(*names: str) -> Iterator[str]:
    """Names as somebody would put them into a password: whole, joined, in parts."""
    for name in names:
        parts = re.split(r"[\W_]+", name.lower())
        yield from (one for one in (name, "".join(parts), *parts) if len(one) > 2)


def _guessed_by(password: str, known: list[str]) -> str:
    """How it would be guessed too soon; empty when it would not."""
    from zxcvbn import zxcvbn  # holds lists of words

    with _one_at_a_time:
        found: dict[str, Any] = zxcvbn(password[: _judged(password)], user_inputs=known)
    if found["guesses"] >= ENOUGH:
        return ""
    longest = max(found["sequence"], key=lambda one: len(one["token"]))
    if longest["pattern"] in _PATTERNS:
        return "pattern"
    if longest.get("dictionary_name") == "user_inputs":
        return "personal"
    return "common" if found["guesses"] < FIRST else "words"


def _judged(password: str) -> int:
    """How many of its characters are looked at. Each kind of symbol may stand for several letters,
    and all readings are tried: seconds of work for 72 characters of nothing else."""
    kinds = {one for one in password if not one.isalnum() and not one.isspace()}
    return 24 if len(kinds) > 3 else 72


def hash_password(password: str) -> str:
    """An argon2id hash with its parameters, about 20 to 100 ms of work."""
    return _hasher.hash(password)


def verify_password(stored: str | None, password: str) -> bool:
    """Whether the password is the one that was hashed; never raises."""
    try:
        return _hasher.verify(stored or _DUMMY, password) and stored is not None
    except (VerificationError, InvalidHashError):
        return False


def needs_rehash(stored: str | None) -> bool:
    """True when a hash was made with other parameters than today's."""
    return stored is not None and _hasher.check_needs_rehash(stored)


# Hashing something for unknown users keeps them indistinguishable by time.
_DUMMY = (
    "$argon2id$v=19$m=19456,t=2,p=1$4emqrdekXc3X1YvaZnqFgA"
    "$b944fs0otb9p5jYl8+VL5m4KD2gKJM08pIe5l8egrGA"
)
