"""The people of an organization, and what each may do. There is always an owner left."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, select

from app.extensions import db, reading, transaction
from app.kit.errors import Conflict, Forbidden, NotFound, Refused
from app.kit.tenancy import current_org
from app.models import Membership, Organization, Role, User
from app.services import records
from app.services.permissions import permits
from app.services.sessions import SignedIn

__all__ = ["Member", "change_role", "check_role", "leave", "list_of", "may_give", "remove"]


@dataclass(frozen=True)
class Member:
    """One person of the current organization."""

    id: str
    user_id: str
    email: str
    role: Role
    since: datetime
    has_second_factor: bool


def list_of() -> Sequence[Member]:
    """Everybody of the current organization, owners first."""
    with reading() as session:
        rows = session.execute(
            select(Membership, User)
            .join(User, User.id == Membership.user_id)
            .where(Membership.organization_id == current_org())
            .order_by(User.email)
        ).all()
    found = [
        Member(
            row.Membership.id,
            row.User.id,
            row.User.email,
            Role(row.Membership.role),
            row.Membership.created_at,
            row.User.totp is not None,
        )
        for row in rows
    ]
    return sorted(found, key=lambda one: list(Role).index(one.role))


def check_role(who: SignedIn, *roles: str) -> None:
    """Whether a person may give or take these roles: only owners deal with owners.

    Raises Refused for what is no role, Forbidden.
    """
    if not set(roles) <= set(Role):
        raise Refused(f"A role is one of: {', '.join(Role)}", "invalid_role", field="role")
    if not all(may_give(who, one) for one in roles):
        raise Forbidden("Only an owner does this to owners", "role_forbids")


def may_give(who: SignedIn, role: str) -> bool:
    """Whether a person may give or take a role, among those who may change members at all."""
    own = who.current.role if who.current else Role.viewer
    return role != Role.owner or permits(own, "owners.change")


def change_role(who: SignedIn, membership_id: str, role: str) -> None:
    """Give a member another role (a step), which counts at once.

    Raises Refused, Forbidden, NotFound, Conflict for the last owner.
    """
    with transaction():
        row, email = _locked(Membership.id == membership_id)
        check_role(who, role, row.role)
        if row.role == Role.owner != role:
            _must_not_be_last()
        before, row.role = row.role, Role(role)
        records.audit(
            "member.role_changed", actor=who.email, subject=email, before=before, after=role
        )


def remove(who: SignedIn, membership_id: str) -> None:
    """End a membership (a step), which counts at once. One's own one may always end.

    Raises Forbidden, NotFound, Conflict for the last owner.
    """
    with transaction():
        row, email = _locked(Membership.id == membership_id)
        if row.user_id != who.user_id:
            check_role(who, row.role)
        _end(who, row, email)


def leave(who: SignedIn) -> None:
    """End one's own membership of the current organization (a step).

    Raises NotFound when somebody else ended it meanwhile, Conflict for the last owner.
    """
    with transaction():
        row, email = _locked(Membership.user_id == who.user_id)
        _end(who, row, email)


def _end(who: SignedIn, row: Membership, email: str) -> None:
    if row.role == Role.owner:
        _must_not_be_last()
    db.session.delete(row)
    records.audit("member.removed", actor=who.email, subject=email, role=row.role)


def _locked(wanted: ColumnElement[bool]) -> tuple[Membership, str]:
    """A membership of the current organization, whose row is locked first: of two owners who
    remove each other at one moment the second then sees that one is left."""
    org_id = current_org()
    db.session.scalars(
        select(Organization).where(Organization.id == org_id).with_for_update()
    ).one()
    found = db.session.execute(
        select(Membership, User.email)
        .join(User, User.id == Membership.user_id)
        .where(wanted, Membership.organization_id == org_id)
    ).one_or_none()
    if found is None:
        raise NotFound("No such member")
    return found.Membership, found.email


def _must_not_be_last() -> None:
    owners = db.session.scalar(
        select(func.count(Membership.id)).where(
            Membership.organization_id == current_org(), Membership.role == Role.owner
        )
    )
    if owners == 1:
        raise Conflict("An organization keeps at least one owner", "last_owner")
