"""Where people are signed in: each browser a row, which decides whose requests these are."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import exists, select, update

from app.extensions import changed, db, reading, this_transaction, transaction
from app.kit import clock
from app.kit.errors import NotFound, Refused
from app.kit.tenancy import as_org
from app.kit.tokens import digest, new_session_secret
from app.models import Membership, Organization, Role, User, UserSession
from app.services import records, signals

__all__ = [
    "FRESH",
    "Belonging",
    "SignedIn",
    "end",
    "end_all",
    "end_each",
    "exchange",
    "find",
    "list_of",
    "renew",
    "seen",
    "start",
    "work_for",
    "wrong_password",
]

IDLE = timedelta(minutes=30)  # without a request (ASVS 7.3.1)
LONGEST = timedelta(hours=12)  # in all (ASVS 7.3.2)
FRESH = timedelta(minutes=10)  # how long a password counts as given just now
NOTE_EVERY = timedelta(minutes=1)


@dataclass(frozen=True)
class Belonging:
    """An organization a person belongs to, and their role in it."""

    org_id: str
    name: str
    slug: str
    role: Role


@dataclass(frozen=True)
class SignedIn:
    """Who sends a request, from which browser, for which organization."""

    session_id: str
    user_id: str
    email: str
    name: str
    belongings: tuple[Belonging, ...]
    current: Belonging | None
    seen_at: datetime
    proved_at: datetime

    @property
    def is_fresh(self) -> bool:
        """True while the password was given a short time ago."""
        return clock.now() - self.proved_at <= FRESH


def start(user: User, *, address: str = "", agent: str = "", is_proof: bool = True) -> str:
    """Sign a browser in (a step); the secret its cookie holds. Where it `is_proof`, what needs the
    password may be done for a while without giving it once more.

    `user` is the person as they were when they proved who they are. Raises Refused when their
    password is another by now, or they are disabled: who proved an old password a moment before it
    was replaced would otherwise get in a moment after.
    """
    secret, now = new_session_secret(), clock.now()
    with transaction():
        _must_be_unchanged(user)
        first = db.session.scalar(
            select(Membership.organization_id)
            .where(Membership.user_id == user.id)
            .order_by(Membership.id)
            .limit(1)
        )
        row = UserSession(
            user_id=user.id,
            secret_hash=digest(secret),
            organization_id=first,
            address=address[:45],
            agent=agent[:200],
            seen_at=now,
            proved_at=now if is_proof else now - LONGEST,
        )
        db.session.add(row)
    if first:
        _note_sign_in(user, first)
    signals.send(signals.signed_in, user_id=user.id, session_id=row.id, address=address)
    return secret


def _must_be_unchanged(user: User) -> None:
    """Share the row's lock: who changes the password comes before this and is seen, or after it
    and ends the new session with the others."""
    query = select(User.id).where(
        User.id == user.id,
        User.password_hash.is_not_distinct_from(user.password_hash),
        User.disabled_at.is_(None),
    )
    if db.session.scalar(query.with_for_update(read=True)) is None:
        raise wrong_password()


def wrong_password() -> Refused:
    """What to raise for everything that is wrong with a sign-in: one same answer."""
    return Refused("That e-mail address and password do not belong together", "wrong_password")


def _note_sign_in(user: User, org_id: str) -> None:
    with as_org(org_id), transaction():
        records.audit("person.signed_in", actor=user.email)


def find(secret: object) -> SignedIn | None:
    """Who holds this secret, while the session lives and the person is not disabled."""
    if not isinstance(secret, str) or not secret:
        return None
    now = clock.now()
    with reading() as session:
        row = session.execute(
            select(UserSession, User)
            .join(User, User.id == UserSession.user_id)
            .where(
                UserSession.secret_hash == digest(secret),
                UserSession.ended_at.is_(None),
                UserSession.seen_at > now - IDLE,
                UserSession.created_at > now - LONGEST,
                User.disabled_at.is_(None),
            )
        ).one_or_none()
        if row is None:
            return None
        belongings = _belongings(row.User.id)
    return _signed_in(row.UserSession, row.User, belongings)


def _belongings(user_id: str) -> tuple[Belonging, ...]:
    rows = db.session.execute(
        select(Organization, Membership.role)
        .join(Membership, Membership.organization_id == Organization.id)
        .where(Membership.user_id == user_id)
        .order_by(Membership.id)
    ).all()
    return tuple(
        Belonging(row.Organization.id, row.Organization.name, row.Organization.slug, Role(row.role))
        for row in rows
    )


def _signed_in(row: UserSession, user: User, belongings: tuple[Belonging, ...]) -> SignedIn:
    """The chosen organization only while the person still belongs to it."""
    chosen = (one for one in belongings if one.org_id == row.organization_id)
    current = next(chosen, belongings[0] if belongings else None)
    return SignedIn(
        row.id, user.id, user.email, user.name, belongings, current, row.seen_at, row.proved_at
    )


def seen(who: SignedIn) -> None:
    """Keep a session in use alive (a step, every minute at most)."""
    now = clock.now()
    if now - who.seen_at < NOTE_EVERY:
        return
    with transaction():
        changed(update(UserSession).where(UserSession.id == who.session_id).values(seen_at=now))


def renew(who: SignedIn) -> str:
    """The password was given again (a step): what needs it may be done for a while. The browser
    gets a new secret, so that a stolen copy of the old one gains nothing by it."""
    with transaction():
        return exchange(who)


def exchange(who: SignedIn) -> str:
    """As `renew` (a part), for what has to happen together with it."""
    secret = new_session_secret()
    changed(
        update(UserSession)
        .where(UserSession.id == who.session_id)
        .values(proved_at=clock.now(), secret_hash=digest(secret))
    )
    return secret


def work_for(who: SignedIn, org_id: str) -> None:
    """Switch this browser to another organization of the person's (a step). Raises NotFound."""
    belongs = exists(Membership.id).where(
        Membership.organization_id == org_id, Membership.user_id == who.user_id
    )
    with transaction():
        switched = changed(
            update(UserSession)
            .where(UserSession.id == who.session_id, belongs)
            .values(organization_id=org_id)
        )
    if not switched:
        raise NotFound("No such organization")


def end(who: SignedIn, session_id: str) -> None:
    """Sign one of the person's browsers out (a step). Raises NotFound for anybody else's."""
    with transaction():
        ended = changed(
            update(UserSession)
            .where(UserSession.id == session_id, UserSession.user_id == who.user_id)
            .values(ended_at=clock.now())
        )
    if ended != 1:
        raise NotFound("No such session")
    _tell_ended(who.user_id, session_id)


def end_all(user_id: str, *, but: str | None = None) -> int:
    """Sign a person out everywhere, or everywhere else (a step); how many browsers that were."""
    with transaction():
        return end_each(user_id, but=but)


def end_each(user_id: str, *, but: str | None = None) -> int:
    """As `end_all` (a part), for what has to happen together with it."""
    living = (UserSession.user_id == user_id, UserSession.ended_at.is_(None))
    ended = db.session.scalars(
        update(UserSession)
        .where(*living, UserSession.id != (but or ""))
        .values(ended_at=clock.now())
        .returning(UserSession.id),
        execution_options={"synchronize_session": False},
    ).all()
    for one in ended:
        this_transaction().after_commit(partial(_tell_ended, user_id, one))
    return len(ended)


def _tell_ended(user_id: str, session_id: str) -> None:
    signals.send(signals.signed_out, user_id=user_id, session_id=session_id)


def list_of(who: SignedIn) -> Sequence[UserSession]:
    """Where the person is signed in now, the browser used last first."""
    now = clock.now()
    with reading() as session:
        found: Sequence[UserSession] = session.scalars(
            select(UserSession)
            .where(
                UserSession.user_id == who.user_id,
                UserSession.ended_at.is_(None),
                UserSession.seen_at > now - IDLE,
                UserSession.created_at > now - LONGEST,
            )
            .order_by(UserSession.seen_at.desc())
        ).all()
    return found
