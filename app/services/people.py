"""People: signing up, proving who they are, changing their password."""

import structlog
from sqlalchemy import func, select, update

from app.extensions import changed, reading, settings, transaction
from app.kit import clock
from app.kit.errors import Forbidden, NotFound, Refused
from app.kit.tenancy import as_org
from app.kit.tokens import keyed_digest, matches_keyed
from app.models import Membership, User
from app.services import mail, mail_addresses, organizations, passwords, records, sessions, throttle
from app.services.sessions import SignedIn
from app.services.throttle import Limit

__all__ = [
    "change_password",
    "first_link",
    "get",
    "may_sign_up",
    "needs_first_link",
    "note",
    "note_for",
    "prove",
    "sign_in",
    "sign_up",
]

log = structlog.get_logger()

QUARTER, HOUR = 900, 3600  # seconds
_FIRST = "sign-up/first"


def sign_in(email: str, password: str, *, address: str, known: str | None = None) -> User:
    """The person whose e-mail address and password these are.

    Raises Refused with one same answer for everything that is wrong, AppError 429 after too many
    tries. `known` is the id of a person this browser was signed in as before: strangers who use up
    the tries for an account do not lock that browser out.
    """
    name = email.strip().lower()
    with reading() as session:
        user: User | None = session.scalars(select(User).where(User.email == name)).one_or_none()
    place = throttle.network(address)
    here = Limit(5, QUARTER, ("sign-in", name, place))
    limits = [here, Limit(100, HOUR, ("sign-in", place))]
    if user is None or known != user.id:
        limits.append(Limit(20, HOUR, ("sign-in", name)))
    throttle.take(*limits)
    right = passwords.verify_password(user.password_hash if user else None, password)
    if user is None or not right or user.disabled_at:
        raise Refused("That e-mail address and password do not belong together", "wrong_password")
    throttle.forget(here)
    throttle.give_back(*limits[1:])
    _rehash(user, password)
    return user


def get(user_id: str) -> User:
    """A person by id. Raises NotFound, also for one who is disabled."""
    with reading() as session:
        user: User | None = session.scalars(
            select(User).where(User.id == user_id, User.disabled_at.is_(None))
        ).one_or_none()
    if user is None:
        raise NotFound("No such person")
    return user


def _rehash(user: User, password: str) -> None:
    if not passwords.needs_rehash(user.password_hash):
        return
    with transaction():
        changed(
            update(User)
            .where(User.id == user.id)
            .values(password_hash=passwords.hash_password(password))
        )


def prove(who: SignedIn, password: str) -> str:
    """Ask for the password once more, before something grave; the browser's new secret.

    Raises Refused, AppError 429.
    """
    here = Limit(5, QUARTER, ("prove", who.user_id))
    throttle.take(here)
    with reading() as session:
        stored = session.scalar(select(User.password_hash).where(User.id == who.user_id))
    if not passwords.verify_password(stored, password):
        raise Refused("That is not your password", "wrong_password", field="current")
    throttle.forget(here)
    return sessions.renew(who)


def change_password(who: SignedIn, old: str, new: str, *, locale: str = "en") -> str:
    """Change a person's password and sign their other browsers out (steps); this one's new secret.

    Raises Refused for a wrong old one or a new one that will not do.
    """
    passwords.check_strength(new, who.email)
    secret = prove(who, old)
    with transaction():
        changed(
            update(User)
            .where(User.id == who.user_id)
            .values(password_hash=passwords.hash_password(new), updated_at=clock.now())
        )
        mail.post("password_changed", who.email, locale=locale, of_the_house=True)
    sessions.end_all(who.user_id, but=who.session_id)
    note(who, "person.password_changed")
    return secret


def note(who: SignedIn, action: str) -> None:
    """Add something a person did to their account to their organization's audit log (a step)."""
    if who.current:
        with as_org(who.current.org_id), transaction():
            records.audit(action, actor=who.email)


def note_for(user: User, action: str) -> None:
    """As `note`, for somebody who is not signed in: in each organization they belong to (steps)."""
    with reading() as session:
        query = select(Membership.organization_id).where(Membership.user_id == user.id)
        org_ids = session.scalars(query).all()
    for org_id in org_ids:
        with as_org(org_id), transaction():
            records.audit(action, actor=user.email)


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
    throttle.take(Limit(10, HOUR, ("sign-up", throttle.network(address))))
    if not _is_first():
        return _open_account(email, password, organization, token, locale)
    alone = Limit(1, 60, ("sign-up", "the first"))  # of two at once one has to wait
    throttle.take(alone)
    try:
        return _open_account(email, password, organization, token, locale)
    finally:
        throttle.forget(alone)  # who typed a short password goes on at once


def _open_account(
    email: str, password: str, organization: str, token: str | None, locale: str
) -> User:
    is_first = _is_first()
    if not may_sign_up(token):
        raise Forbidden("Ask whoever runs this installation for an account", "sign_up_closed")
    made = organizations.open_account(
        email, password, organization, uses_platform_credentials=is_first
    )
    mail_addresses.ask_for_proof(made.id, made.email, locale=locale)
    log.info("people.signed_up", user=made.id, first=is_first)
    return made


def _is_first() -> bool:
    with reading() as session:
        return not session.scalar(select(func.count(User.id)).where(User.is_demo.is_(False)))
