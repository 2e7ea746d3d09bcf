"""The links in letters: what they lead to, and what they prove when they come back.

None is stored. Each carries a mark of what it changes, so it is worth nothing once used.
"""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, select

from app.extensions import db, reading, settings
from app.kit.errors import Refused
from app.kit.links import BadLink, read, sign
from app.kit.tokens import digest
from app.models import Invitation, User

__all__ = [
    "Join",
    "bad_link",
    "read_confirmation",
    "read_join",
    "read_reset",
    "to_confirm",
    "to_join",
    "to_reset",
]

HOUR, DAY = 3600, 86400  # seconds
_RESET, _CONFIRM = "reset-password", "confirm-address"
_JOIN = {True: "join-by-mail", False: "join-by-hand"}


def to_reset(address: str) -> str | None:
    """Where the person of an address chooses a new password, once, within an hour; None where it is
    nobody's, or they are disabled. Reads inside the caller's reading()."""
    user = _living(User.email == address)
    if user is None:
        return None
    token = sign(_key(), _RESET, user.id, _mark(user.email, user.password_hash))
    return f"{settings().public_base_url}/login/reset/{token}"


def read_reset(token: str) -> User:
    """The person a link lets choose a new password. Raises Refused `bad_link`."""
    user_id, mark = _read(_RESET, token, HOUR, 2)
    with reading():
        user = _living(User.id == user_id)
    if user is None or _mark(user.email, user.password_hash) != mark:
        raise bad_link()
    return user


def to_confirm(user_id: str, address: str) -> str | None:
    """Where a person proves within a day that an address is theirs; None where that is no longer
    a question. Reads inside the caller's reading()."""
    user = _living(User.id == user_id)
    if user is None or (user.email == address and user.email_verified_at):
        return None
    token = sign(_key(), _CONFIRM, user.id, address, _mark(user.email, user.password_hash))
    return f"{settings().public_base_url}/account/address/{token}"


def read_confirmation(token: str) -> tuple[User, str]:
    """The person, and the address that is proven to be theirs. Raises Refused `bad_link`."""
    user_id, address, mark = _read(_CONFIRM, token, DAY, 3)
    with reading():
        user = _living(User.id == user_id)
    if user is None or _mark(user.email, user.password_hash) != mark:
        raise bad_link()
    return user, address


@dataclass(frozen=True)
class Join:
    """What a link to join names; `by_mail` when only a reader of the address can have it."""

    org_id: str
    invitation_id: str
    by_mail: bool


def to_join(invitation: Invitation, *, by_mail: bool) -> str:
    """Where an invited person joins. The row says until when; a link that is handed on by hand
    proves nothing about the address."""
    token = sign(_key(), _JOIN[by_mail], invitation.org_id, invitation.id)
    return f"{settings().public_base_url}/invitation/{token}"


def read_join(token: str) -> Join:
    """The invitation a link stands for. Raises Refused `bad_link`."""
    for by_mail, purpose in _JOIN.items():
        try:
            org_id, invitation_id = _read(purpose, token, 30 * DAY, 2)
            return Join(org_id, invitation_id, by_mail)
        except Refused:
            continue
    raise bad_link()


def _living(wanted: ColumnElement[bool]) -> User | None:
    query = select(User).where(wanted, User.disabled_at.is_(None))
    found: User | None = db.session.scalars(query).one_or_none()
    return found


def _mark(*values: str | None) -> str:
    return digest("\x1f".join(one or "" for one in values))[:16]


def _read(purpose: str, token: str, seconds: int, parts: int) -> list[str]:
    try:
        return list(read(_key(), purpose, token, seconds=seconds, parts=parts))
    except BadLink as error:
        raise bad_link() from error


def bad_link() -> Refused:
    """What to raise for a link that proves nothing."""
    return Refused("This link is too old, was used already, or is not whole", "bad_link")


def _key() -> str:
    return settings()["SECRET_KEY"]
