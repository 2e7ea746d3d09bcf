"""Signing up: who may make an account by themselves, and the organization that comes with it."""

from collections.abc import Iterator
from contextlib import contextmanager

import structlog
from sqlalchemy import func, select

from app.extensions import reading, settings
from app.kit.errors import Forbidden
from app.kit.tokens import keyed_digest, matches_keyed
from app.models import User
from app.services import mail_addresses, organizations, passwords, throttle
from app.services.sessions import SignedIn
from app.services.throttle import Limit

__all__ = [
    "first_link",
    "may_open_another",
    "may_sign_up",
    "needs_first_link",
    "open_another",
    "opening",
    "sign_up",
]

log = structlog.get_logger()

HOUR, DAY = 3600, 86400  # seconds
_FIRST = "sign-up/first"


def may_sign_up(token: str | None) -> bool:
    """Whether a stranger may make an account: as SIGNUP says, and the very first one in production,
    or where everybody has to be invited, only with the link from the log. Who is invited joins an
    organization whatever SIGNUP says."""
    if _is_first():
        if not needs_first_link():
            return True
        return bool(token) and matches_keyed(settings()["SECRET_KEY"], _FIRST, token or "")
    return settings()["SIGNUP"] == "open"


def needs_first_link() -> bool:
    """Whether the first person has to come by the link from the log."""
    return settings().is_production or settings()["SIGNUP"] == "invite"


def first_link() -> str | None:
    """Where the first person of this installation signs up; None when there is one already."""
    if not _is_first():
        return None
    token = keyed_digest(settings()["SECRET_KEY"], _FIRST)
    return f"{settings().public_base_url}/signup?first={token}"


def sign_up(
    email: str,
    password: str,
    organization: str,
    *,
    address: str = "",
    token: str | None = None,
    locale: str = "en",
) -> User:
    """Make an account with an organization of its own, both or neither.

    Raises Forbidden when nobody may sign up, Refused for what will not do, AppError 429. An
    organization that signed itself up does not use the environment's credentials until the
    operator lets it. A letter asks the person to confirm the address.
    """
    with opening(token, address=address) as is_first:
        made = User(email=organizations.free_address(email))
        passwords.check_strength(password, made.email, organization)
        made.password_hash = passwords.hash_password(password)
        organizations.open_account(made, organization, uses_platform_credentials=is_first)
    mail_addresses.ask_for_proof(made.id, made.email, locale=locale)
    return made


def may_open_another() -> bool:
    """Whether people with an account open organizations by themselves: where strangers may."""
    return settings()["SIGNUP"] == "open"


def open_another(who: SignedIn, organization: str) -> str:
    """Open one more organization for somebody who is signed in; its id.

    Raises Forbidden where nobody may, Refused for a name that will not do, AppError 429.
    """
    if not may_open_another():
        raise Forbidden("Ask whoever runs this installation for an organization", "sign_up_closed")
    throttle.take(Limit(10, DAY, ("open-organization", who.user_id)))
    return organizations.open_another(who.user_id, who.email, organization)


@contextmanager
def opening(token: str | None, *, address: str) -> Iterator[bool]:
    """Make an account inside, if a stranger may; whether it is the installation's first.

    Raises Forbidden, AppError 429: of two who want to be the first at once one has to wait.
    """
    throttle.take(Limit(10, HOUR, ("sign-up", throttle.network(address))))
    alone = Limit(1, 60, ("sign-up", "the first"))
    takes_turns = _is_first()
    if takes_turns:
        throttle.take(alone)
    try:
        is_first = _is_first()
        if not may_sign_up(token):
            raise Forbidden("Ask whoever runs this installation for an account", "sign_up_closed")
        yield is_first
    finally:
        if takes_turns:
            throttle.forget(alone)  # who typed a short password goes on at once


def _is_first() -> bool:
    with reading() as session:
        return not session.scalar(select(func.count(User.id)).where(User.is_demo.is_(False)))
