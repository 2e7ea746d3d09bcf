"""People: proving who they are, changing their password."""

from sqlalchemy import select, update

from app.extensions import changed, reading, transaction
from app.kit import clock
from app.kit.errors import Conflict, NotFound, Refused
from app.kit.tenancy import as_org
from app.models import Membership, User
from app.services import mail, passwords, records, sessions, signals, throttle
from app.services.sessions import SignedIn
from app.services.throttle import Limit

__all__ = [
    "change_password",
    "get",
    "has_password",
    "note",
    "note_for",
    "prove",
    "sign_in",
]

QUARTER, HOUR = 900, 3600  # seconds


def sign_in(email: str, password: str, *, address: str, known: str | None = None) -> User:
    """The person whose e-mail address and password these are, with the hash that was found right:
    `sessions.start` lets them in only while it is the stored one.

    Raises Refused with one same answer for everything that is wrong, AppError 429 after too many
    tries. `known` is the id of a person this browser was signed in as before: strangers who use up
    the tries for an account do not lock that browser out.
    """
    name = email.strip().lower()
    user = _of_address(name)
    place = throttle.network(address)
    here = Limit(5, QUARTER, ("sign-in", name, place))
    limits = [here, Limit(100, HOUR, ("sign-in", place))]
    if user is None or known != user.id:
        limits.append(Limit(20, HOUR, ("sign-in", name)))
    throttle.take(*limits)
    proven = _proven(user, password)
    if proven is None:
        told = {"user_id": user.id if user else None, "address": address}
        signals.send(signals.sign_in_refused, **told)
        raise sessions.wrong_password()
    throttle.forget(here)
    throttle.give_back(*limits[1:])
    return proven


def _of_address(name: str) -> User | None:
    with reading() as session:
        found: User | None = session.scalars(select(User).where(User.email == name)).one_or_none()
    return found


def _proven(user: User | None, password: str) -> User | None:
    """The person, if the password is theirs, with the hash that is stored by then."""
    right = passwords.verify_password(user.password_hash if user else None, password)
    if user is None or not right or user.disabled_at:
        return None
    if _rehash(user, password):
        return user
    now = _of_address(user.email)  # another hash was stored meanwhile: of which password?
    if now and not now.disabled_at and passwords.verify_password(now.password_hash, password):
        return now
    return None


def get(user_id: str) -> User:
    """A person by id. Raises NotFound, also for one who is disabled."""
    with reading() as session:
        user: User | None = session.scalars(
            select(User).where(User.id == user_id, User.disabled_at.is_(None))
        ).one_or_none()
    if user is None:
        raise NotFound("No such person")
    return user


def _rehash(user: User, password: str) -> bool:
    """Keep a right password with today's parameters (a step); False when its hash was no longer the
    stored one, since an old password must not come back."""
    if not passwords.needs_rehash(user.password_hash):
        return True
    hashed = passwords.hash_password(password)
    with transaction():
        is_stored = User.password_hash == user.password_hash
        won = changed(
            update(User).where(User.id == user.id, is_stored).values(password_hash=hashed)
        )
    if won:
        user.password_hash = hashed
    return bool(won)


def prove(who: SignedIn, password: str) -> str:
    """Ask for the password once more, before something grave; the browser's new secret.

    Raises Refused, AppError 429.
    """
    _verified(who, password)
    return sessions.renew(who)


def _verified(who: SignedIn, password: str) -> str | None:
    """The stored hash, which the password was found to belong to."""
    here = Limit(5, QUARTER, ("prove", who.user_id))
    throttle.take(here)
    with reading() as session:
        stored: str | None = session.scalar(
            select(User.password_hash).where(User.id == who.user_id)
        )
    if not passwords.verify_password(stored, password):
        raise Refused("That is not your password", "wrong_password", field="current")
    throttle.forget(here)
    return stored


def has_password(user_id: str) -> bool:
    """Whether a person can sign in with a password."""
    with reading() as session:
        query = select(User.password_hash).where(User.id == user_id)
        return session.scalar(query) is not None


def change_password(who: SignedIn, old: str, new: str, *, locale: str = "en") -> str:
    """Change a person's password and sign their other browsers out (steps); this one's new secret.

    Raises Refused for a wrong old one or a new one that will not do, Conflict when another was
    stored since the old one was found right: whoever did that had the better claim, or was quicker.
    """
    organization = who.current.name if who.current else ""
    passwords.check_strength(new, who.email, organization)
    stored = _verified(who, old)
    values = {"password_hash": passwords.hash_password(new), "updated_at": clock.now()}
    with transaction():
        is_stored = User.password_hash == stored
        if not changed(update(User).where(User.id == who.user_id, is_stored).values(values)):
            raise Conflict("Your password was changed at this moment", "password_changed_meanwhile")
        sessions.end_each(who.user_id, but=who.session_id)
        secret = sessions.exchange(who)
        mail.post("password_changed", who.email, locale=locale, of_the_house=True)
    note(who, "person.password_changed")
    signals.send(signals.password_changed, user_id=who.user_id)
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
