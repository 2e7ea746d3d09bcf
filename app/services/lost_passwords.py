"""A lost password: a link by mail, and a new password that signs everybody else out."""

from typing import Any

from sqlalchemy import ColumnElement, delete, update

from app.extensions import changed, transaction
from app.kit import clock
from app.kit.errors import AppError
from app.models import Identity, User
from app.services import (
    links,
    mail,
    organizations,
    passwords,
    people,
    sessions,
    signals,
    throttle,
)
from app.services.throttle import Limit

__all__ = ["ask", "choose"]

HOUR = 3600  # seconds


def ask(email: str, *, address: str, locale: str) -> None:
    """Leave a letter to this e-mail address (steps), with a link for the person it belongs to.

    Nothing tells whether there is such a person, not even how long it takes: they are looked up
    when the letter is written, and there is none for nobody. Three letters an hour to one address
    are left, and no word is said of the others. Raises Refused for what is no address, AppError 429
    after too many from one place.
    """
    name = organizations.check_address(email)
    throttle.take(Limit(20, HOUR, ("forgot", throttle.network(address))))
    try:
        throttle.take(Limit(3, HOUR, ("forgot", name)))
    except AppError:
        return
    with transaction():
        mail.post("reset_password", name, locale=locale, of_the_house=True)


def choose(token: str, password: str, *, locale: str) -> User:
    """Choose a new password with the link of a letter (steps), which works once.

    Whoever reads the letters of an address is its owner. Whatever somebody else may have put into
    an account whose address was never proven goes: its sessions, its second factor, its identities
    at other companies.
    Raises Refused `bad_link`, or for a password that will not do.
    """
    user = links.read_reset(token)
    passwords.check_strength(password, user.email)
    now, hashed = clock.now(), passwords.hash_password(password)
    first_proof: dict[str, Any] = {} if user.email_verified_at else {"totp": None, "recovery": []}
    with transaction():
        won = changed(
            update(User)
            .where(User.id == user.id, *_unchanged(user))
            .values(password_hash=hashed, email_verified_at=now, updated_at=now, **first_proof)
        )
        if won and not user.email_verified_at:
            changed(delete(Identity).where(Identity.user_id == user.id))
        if won:
            sessions.end_each(user.id)  # in one commit: no moment at which an old one goes on
            mail.post("password_changed", user.email, locale=locale, of_the_house=True)
    if not won:  # the same link was used twice at one moment
        raise links.bad_link()
    people.note_for(user, "person.password_reset")
    signals.send(signals.password_changed, user_id=user.id)
    return user


def _unchanged(user: User) -> tuple[ColumnElement[bool], ...]:
    return (
        User.password_hash.is_not_distinct_from(user.password_hash),
        User.email == user.email,
        User.disabled_at.is_(None),
    )
