"""A second factor: codes of an authenticator app (TOTP, RFC 6238), and recovery codes for when the
phone is gone. Each code counts once."""

import secrets

import pyotp
from sqlalchemy import or_, select, update

from app.extensions import changed, db, reading, transaction
from app.kit import clock
from app.kit.crypto import CannotOpen
from app.kit.errors import Refused
from app.kit.tokens import digest
from app.models import User
from app.services import credentials, mail, throttle
from app.services.sessions import SignedIn
from app.services.throttle import Limit

__all__ = ["address", "check", "confirm", "is_on", "new_secret", "remove"]

STEP = 30  # seconds a code is shown
DRIFT = 1  # steps a phone's clock may be off, either way
RECOVERY = 10  # codes
LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # none that look alike


def new_secret() -> str:
    """160 random bits in base32, for an authenticator app."""
    return pyotp.random_base32()


def address(who: SignedIn, secret: str) -> str:
    """What the app reads from the code on the screen: an otpauth address."""
    return pyotp.TOTP(secret).provisioning_uri(name=who.email, issuer_name="Gatehouse")


def is_on(user_id: str) -> bool:
    """Whether the person signs in with a second factor."""
    with reading() as session:
        return session.scalar(select(User.totp).where(User.id == user_id)) is not None


def confirm(who: SignedIn, secret: str, code: str, *, locale: str = "en") -> list[str]:
    """Switch the second factor on (a step), once the app shows the right code, and tell the person
    by mail; the recovery codes, shown this once. Raises Refused."""
    step = _step_of(secret, _plain(code))
    if step is None:
        raise Refused("That code is not right", "wrong_code", field="code")
    codes = ["-".join(_word() for _ in range(5)) for _ in range(RECOVERY)]
    sealed = credentials.seal(secret, **_place(who.user_id))
    with transaction():
        changed(
            update(User)
            .where(User.id == who.user_id)
            .values(totp=sealed, totp_step=step, recovery=[digest(_plain(one)) for one in codes])
        )
        mail.post("second_factor_on", who.email, locale=locale, of_the_house=True)
    return codes


def check(user_id: str, code: str, *, address: str, known: str | None = None) -> None:
    """Accept a code of the app, or a recovery code, once (steps).

    Raises Refused for a wrong or used one, AppError 429 after too many tries; `known` as in
    `people.sign_in`.
    """
    here = Limit(5, 900, ("second-factor", user_id, throttle.network(address)))
    limits = [here] if known == user_id else [here, Limit(20, 3600, ("second-factor", user_id))]
    throttle.take(*limits)
    with reading() as session:
        user = session.scalars(select(User).where(User.id == user_id)).one()
    typed = _plain(code)
    if not (_is_current(user, typed) or _is_recovery(user, typed)):
        raise Refused("That code is not right", "wrong_code", field="code")
    throttle.forget(*limits)


def remove(who: SignedIn, *, locale: str = "en") -> None:
    """Switch the second factor off, and tell the person by mail (a step)."""
    with transaction():
        was_on = changed(
            update(User)
            .where(User.id == who.user_id, User.totp.is_not(None))
            .values(totp=None, totp_step=None, recovery=[])
        )
        if was_on:
            mail.post("second_factor_off", who.email, locale=locale, of_the_house=True)


def _is_current(user: User, code: str) -> bool:
    """The conditional UPDATE makes a code count once, also when it is sent twice at a time."""
    if user.totp is None:
        return False
    try:
        secret = credentials.open_field(user.totp, **_place(user.id))
    except CannotOpen:
        return False  # a recovery code still counts
    step = _step_of(secret, code)
    if step is None:
        return False
    with transaction():
        unused = or_(User.totp_step.is_(None), User.totp_step < step)
        return changed(update(User).where(User.id == user.id, unused).values(totp_step=step)) == 1


def _is_recovery(user: User, code: str) -> bool:
    with transaction():
        row = db.session.scalars(select(User).where(User.id == user.id).with_for_update()).one()
        wanted = digest(code)
        left = [one for one in row.recovery if not secrets.compare_digest(one, wanted)]
        used = len(left) < len(row.recovery)
        row.recovery = left
        return used


def _step_of(secret: str, code: str) -> int | None:
    """The step a code belongs to, around now."""
    if len(code) != 6 or not code.isascii() or not code.isdecimal():
        return None
    now, totp = int(clock.now().timestamp()) // STEP, pyotp.TOTP(secret)
    for step in range(now - DRIFT, now + DRIFT + 1):
        if secrets.compare_digest(totp.at(step * STEP), code):
            return step
    return None


def _plain(code: str) -> str:
    """A code without what people put into it to read it better."""
    return code.strip().lower().replace(" ", "").replace("-", "")


def _word() -> str:
    return "".join(secrets.choice(LETTERS) for _ in range(5))


def _place(user_id: str) -> dict[str, str]:
    return {"table": "users", "owner": user_id, "service": "totp", "field": "totp"}
