"""Inviting people into an organization, and joining it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.exc import IntegrityError

from app.extensions import changed, db, insert_once, reading, transaction
from app.kit import clock
from app.kit.errors import Conflict, Forbidden, NotFound, Refused
from app.kit.tenancy import as_org, current_org
from app.kit.tokens import new_id
from app.models import Invitation, Membership, Organization, User
from app.services import (
    links,
    mail,
    mail_addresses,
    members,
    organizations,
    passwords,
    records,
    signals,
    throttle,
)
from app.services.permissions import permits
from app.services.sessions import SignedIn
from app.services.throttle import Limit

__all__ = [
    "Look",
    "accept",
    "address_of",
    "invite",
    "join",
    "links_for",
    "look",
    "open_ones",
    "revoke",
]

VALID = timedelta(days=7)
HOUR, DAY = 3600, 86400  # seconds


@dataclass(frozen=True)
class Look:
    """What an invitation says to whoever opens its link."""

    org_id: str
    id: str
    organization: str
    email: str
    role: str
    invited_by: str
    has_account: bool
    by_mail: bool


def invite(who: SignedIn, email: str, role: str, *, locale: str) -> Invitation:
    """Invite an e-mail address (steps), or once more with another role and a new term.

    A letter goes out in the inviter's name, so where letters are sent their own address has to be
    proven: else whoever signs up under a stranger's address writes to people in that name.
    Raises Refused for an unproven inviter, an address, role, or somebody who is here already;
    Forbidden; Conflict where the invitation ends at this moment; AppError 429.
    """
    members.check_role(who, role)
    address = organizations.check_address(email)
    if mail.is_possible() and not mail_addresses.is_proven(who.user_id):
        raise Refused("Confirm your own e-mail address first", "unproven_inviter")
    throttle.take(*_limits(who, address))
    with transaction():
        if _is_member(address):
            raise Refused(f"{address} is a member already", "is_member", field="email")
        row = _open_one(address, role, who.email)
        members.check_role(who, row.role)  # an owner's invitation is changed by owners
        row.role, row.invited_by, row.expires_at = role, who.email, clock.now() + VALID
        records.audit("member.invited", actor=who.email, subject=address, role=role)
        mail.post("invitation", address, locale=locale, invitation=row.id)
    return row


def _limits(who: SignedIn, address: str) -> tuple[Limit, ...]:
    """Of an organization, of a person who may have opened many, and of a mailbox that many may
    write to."""
    return (
        Limit(30, HOUR, ("invite", current_org())),
        Limit(20, HOUR, ("invite-by", who.user_id)),
        Limit(6, DAY, ("invite-to", address)),
    )


def _open_one(address: str, role: str, actor: str) -> Invitation:
    """The open invitation of an address, made where there is none; of two at once one is made.
    Raises Conflict for one that was open a moment ago, and ended before it could be locked."""
    now = clock.now()
    insert_once(
        Invitation,
        id=new_id(Invitation.ID_PREFIX),
        email=address,
        role=role,
        invited_by=actor,
        expires_at=now + VALID,
        created_at=now,
        updated_at=now,
    )
    query = select(Invitation).where(Invitation.email == address, *_not_ended()).with_for_update()
    found: Invitation | None = db.session.scalars(query).one_or_none()
    if found is None:
        raise Conflict("The invitation was used or taken back at this moment", "invitation_ended")
    return found


def open_ones() -> Sequence[Invitation]:
    """The current organization's invitations that wait, old ones too: they can be sent again."""
    with reading() as session:
        query = select(Invitation).where(*_not_ended()).order_by(Invitation.id)
        found: Sequence[Invitation] = session.scalars(query).all()
    return found


def address_of(invitation: Invitation) -> str:
    """A link to hand on where no mail is sent. Whoever holds it joins in the invited role."""
    return links.to_join(invitation, by_mail=False)


def links_for(who: SignedIn, waiting: Sequence[Invitation]) -> dict[str, str]:
    """The links a person may hand on, by invitation: only of roles they may give, since a link is
    as good as the role."""
    if who.current is None or not permits(who.current.role, "members.change"):
        return {}
    return {one.id: address_of(one) for one in waiting if members.may_give(who, one.role)}


def revoke(who: SignedIn, invitation_id: str) -> None:
    """Take an invitation back (a step). Raises NotFound, Forbidden."""
    with transaction():
        query = select(Invitation).where(Invitation.id == invitation_id, *_not_ended())
        row = db.session.scalars(query.with_for_update()).one_or_none()
        if row is None:
            raise NotFound("No such invitation")
        members.check_role(who, row.role)
        row.revoked_at = clock.now()
        records.audit("member.invitation_revoked", actor=who.email, subject=row.email)


def look(token: str) -> Look:
    """What the link of an invitation stands for. Raises Refused `bad_link` when it is over."""
    join = links.read_join(token)
    with as_org(join.org_id), reading() as session:
        row = session.get(Invitation, join.invitation_id)
        if row is None or not row.is_open:
            raise links.bad_link()
        name = session.scalar(select(Organization.name).where(Organization.id == join.org_id))
        has_account = session.scalar(select(User.id).where(User.email == row.email)) is not None
    return Look(
        join.org_id, row.id, name, row.email, row.role, row.invited_by, has_account, join.by_mail
    )


def accept(found: Look, who: SignedIn) -> None:
    """Join as the person who is signed in (a step). Raises Forbidden when another is meant,
    Refused when the invitation is over."""
    if who.email != found.email:
        raise Forbidden("This invitation is for another e-mail address", "other_person")
    with as_org(found.org_id), transaction():
        _take(found, who.user_id)


def join(found: Look, password: str) -> User:
    """Join as somebody new (a step): an account, and the membership. A link that came by mail has
    proven the address.

    Raises Refused for a password that will not do, an address that has an account meanwhile, or
    an invitation that is over.
    """
    passwords.check_strength(password, found.email, found.organization)
    user = User(
        email=organizations.free_address(found.email),
        password_hash=passwords.hash_password(password),
        email_verified_at=clock.now() if found.by_mail else None,
    )
    try:
        with as_org(found.org_id), transaction():
            db.session.add(user)
            _take(found, user.id)
    except IntegrityError:
        organizations.free_address(found.email)  # says so
        raise
    signals.send(signals.signed_up, user_id=user.id)
    return user


def _take(found: Look, user_id: str) -> None:
    """The conditional UPDATE makes an invitation count once, and not after it was taken back."""
    now = clock.now()
    won = changed(
        update(Invitation)
        .where(Invitation.id == found.id, *_not_ended(), Invitation.expires_at > now)
        .values(accepted_at=now)
    )
    if not won:
        raise links.bad_link()
    insert_once(
        Membership,
        id=new_id(Membership.ID_PREFIX),
        organization_id=found.org_id,
        user_id=user_id,
        role=found.role,
        created_at=now,
        updated_at=now,
    )
    if found.by_mail:
        unproven = update(User).where(User.id == user_id, User.email_verified_at.is_(None))
        changed(unproven.values(email_verified_at=now))
    records.audit("member.joined", actor=found.email, role=found.role)


def _is_member(address: str) -> bool:
    query = (
        select(Membership.id)
        .join(User, User.id == Membership.user_id)
        .where(Membership.organization_id == current_org(), User.email == address)
    )
    return db.session.scalar(query) is not None


def _not_ended() -> tuple[ColumnElement[bool], ...]:
    return (Invitation.accepted_at.is_(None), Invitation.revoked_at.is_(None))
