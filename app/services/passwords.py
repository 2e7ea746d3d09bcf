"""Passwords: argon2id with the parameters of OWASP ASVS 5.0, Appendix C."""

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from app.kit.errors import Refused

__all__ = ["check_strength", "hash_password", "needs_rehash", "verify_password"]

SHORTEST, LONGEST = 12, 128  # characters
_COMMON = ("password", "passw0rd", "12345678", "qwertyuiop", "gatehouse", "iloveyou", "letmein")
_hasher = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)


def check_strength(password: str, email: str = "") -> None:
    """Raises Refused with a sentence that says what would do."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise Refused(
            f"A password has {SHORTEST} to {LONGEST} characters", "weak_password", field="password"
        )
    plain, name = password.lower(), email.partition("@")[0]
    guessable = (
        len(set(plain)) < 5
        or any(plain.replace(word, "").strip("0123456789!.-_ ") == "" for word in _COMMON)
        or (len(name) >= 4 and name in plain and len(plain) < 20)
    )
    if guessable:
        raise Refused(
            "That password is easy to guess; use a longer or less common one",
            "weak_password",
            field="password",
        )


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
