"""Signing in with another company: who somebody is there, and who that is here.

An identity is a company and its subject, never an e-mail address: addresses change hands. An
address only says whose account somebody most likely means, and then its password is asked for.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import structlog
from sqlalchemy import ColumnElement, func, select
from sqlalchemy.exc import IntegrityError

from app.adapters import oauth
from app.adapters.oauth.base import Begun, Company, SignInRefused, SignInUnavailable
from app.adapters.oauth.base import Identity as Told
from app.extensions import db, reading, settings, transaction
from app.kit import clock
from app.kit.errors import AppError, Conflict, NotFound, Refused
from app.models import Identity, User
from app.services import mail, organizations, signing_up, throttle
from app.services.sessions import SignedIn
from app.services.throttle import Limit

__all__ = [
    "Begun",
    "Connect",
    "New",
    "Told",
    "begin",
    "companies",
    "connect",
    "disconnect",
    "finish",
    "is_same",
    "list_of",
    "may_confirm",
    "sign_up",
    "who_is",
]

log = structlog.get_logger()

HOUR = 3600  # seconds
_SETTINGS = (
    "GOOGLE_CLIENT_ID",
    "GOOGLE_CLIENT_SECRET",
    "GOOGLE_DISCOVERY_URL",
    "GITHUB_CLIENT_ID",
    "GITHUB_CLIENT_SECRET",
    "GITHUB_BASE_URL",
    "GITHUB_API_BASE",
)


@dataclass(frozen=True)
class Connect:
    """The address has an account here, which has never been connected: its password decides."""

    email: str
    has_password: bool


@dataclass(frozen=True)
class New:
    """Nobody here has this identity or address."""

    email: str


def companies() -> dict[str, Company]:
    """The companies that people can sign in with here, by key."""
    return oauth.companies({name: settings()[name] for name in _SETTINGS})


def begin(key: str, *, again: bool = False) -> Begun:
    """Where to send somebody, and what their browser has to keep until they are back (a flow);
    `again` when they are to prove once more who they are.

    Raises NotFound, AppError 503.
    """
    try:
        return _company(key).begin(_back(key), again=again)
    except SignInUnavailable as error:
        raise _away(key, error) from error


def finish(key: str, begun: Begun | None, told: dict[str, str], *, address: str) -> Told:
    """Who somebody is at a company, from what their browser brought back (a flow).

    `begun` is None where the browser kept nothing. Raises NotFound, Refused `sign_in_…`,
    AppError 429 or 503.
    """
    company = _company(key)
    throttle.take(Limit(60, HOUR, ("sign-in-elsewhere", throttle.network(address))))
    try:
        if begun is None:
            # Some companies leave the state out where a person says no.
            said_no = told.get("error") == "access_denied"
            raise SignInRefused(
                "denied" if said_no else "state", "no sign-in was begun in this browser"
            )
        return company.finish(begun, _back(key), told)
    except SignInRefused as error:
        log.info("identities.refused", company=key, reason=error.reason, said=error.said)
        raise Refused("You are not signed in", f"sign_in_{error.reason}") from error
    except SignInUnavailable as error:
        raise _away(key, error) from error


def who_is(told: Told) -> User | Connect | New:
    """Whom a company's word stands for here. Raises Refused `sign_in_unverified` where it does
    not vouch for the address, `sign_in_disabled`."""
    with reading() as session:
        user = session.scalars(
            select(User).join(Identity, Identity.user_id == User.id).where(*_named(told))
        ).one_or_none()
        owner = session.scalars(select(User).where(User.email == told.email)).one_or_none()
    if user is not None:
        if user.disabled_at:
            raise Refused("This account is disabled", "sign_in_disabled")
        found: User = user
        return found
    if not told.is_verified:
        raise Refused("The company does not vouch for your address", "sign_in_unverified")
    if owner is not None:
        return Connect(owner.email, owner.password_hash is not None)
    return New(told.email)


def is_same(told: Told, user_id: str) -> bool:
    """Whether an identity is this person's: asked again before something grave."""
    with reading() as session:
        query = select(Identity.user_id).where(*_named(told))
        return bool(session.scalar(query) == user_id)


def may_confirm(user_id: str) -> bool:
    """Whether a company's word may stand for the password before something grave: for who has no
    password, and beside a code for who has a second factor. Else whoever sits down at a browser
    that is signed in there too would need nothing but clicks."""
    with reading() as session:
        user = session.scalars(select(User).where(User.id == user_id)).one()
    return user.password_hash is None or user.totp is not None


def connect(user_id: str, told: Told, *, locale: str = "en") -> None:
    """Let a person sign in with an identity, and tell them by mail (a step). Raises Conflict when
    it is somebody else's, or the person has another one of that company."""
    try:
        with transaction():
            known = db.session.scalar(select(Identity.user_id).where(*_named(told)))
            if known != user_id:
                db.session.add(_row(user_id, told))
                email = db.session.scalars(select(User.email).where(User.id == user_id)).one()
                _tell("identity_connected", email, told.company, locale)
    except IntegrityError as error:
        raise Conflict("That is connected to another account already", "identity_taken") from error


def disconnect(who: SignedIn, key: str, *, locale: str = "en") -> None:
    """End signing in with a company, and tell the person by mail (a step). Raises NotFound,
    Conflict for the last way in."""
    with transaction():
        user = db.session.scalars(
            select(User).where(User.id == who.user_id).with_for_update()
        ).one()
        found = db.session.scalars(
            select(Identity).where(Identity.user_id == who.user_id, Identity.company == key)
        ).one_or_none()
        if found is None:
            raise NotFound("Not connected")
        others = db.session.scalar(
            select(func.count(Identity.id)).where(Identity.user_id == who.user_id)
        )
        if user.password_hash is None and others == 1:
            raise Conflict("Choose a password first: this is your only way in", "last_way_in")
        db.session.delete(found)
        _tell("identity_removed", user.email, key, locale)


def _tell(kind: str, email: str, key: str, locale: str) -> None:
    """A company that is no longer offered is called by its key."""
    offered = companies().get(key)
    title = offered.title if offered else key.capitalize()
    mail.post(kind, email, locale=locale, of_the_house=True, company=title)


def list_of(who: SignedIn) -> Sequence[Identity]:
    """What a person can sign in with besides a password."""
    with reading() as session:
        query = select(Identity).where(Identity.user_id == who.user_id).order_by(Identity.company)
        found: Sequence[Identity] = session.scalars(query).all()
    return found


def sign_up(told: Told, organization: str, *, token: str | None, address: str) -> User:
    """Make an account without a password, and an organization that is theirs (a step).

    Raises what `signing_up.sign_up` raises, and Refused `sign_in_unverified`.
    """
    if not told.is_verified:
        raise Refused("The company does not vouch for your address", "sign_in_unverified")
    with signing_up.opening(token, address=address) as is_first:
        made = User(
            email=organizations.free_address(told.email),
            name=told.name[:120],
            email_verified_at=clock.now(),
        )
        organizations.open_account(
            made,
            organization,
            uses_platform_credentials=is_first,
            also=[_row(made.id, told)],
        )
    return made


def _row(user_id: str, told: Told) -> Identity:
    return Identity(user_id=user_id, company=told.company, subject=told.subject, email=told.email)


def _named(told: Told) -> tuple[ColumnElement[bool], ...]:
    return Identity.company == told.company, Identity.subject == told.subject


def _company(key: str) -> Company:
    found = companies().get(key)
    if found is None:
        raise NotFound("Nobody signs in with that here")
    return found


def _back(key: str) -> str:
    return f"{settings().public_base_url}/login/with/{key}/callback"


def _away(key: str, error: SignInUnavailable) -> AppError:
    log.warning("identities.unavailable", company=key, said=error.said)
    return AppError("The company does not answer", "sign_in_unavailable", status=503)
