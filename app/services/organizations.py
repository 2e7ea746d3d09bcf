"""Organizations and the people in them, as the operator makes them from the command line."""

import re
import secrets
import unicodedata

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.exc import IntegrityError

from app.extensions import db, reading, transaction
from app.kit.errors import Refused
from app.kit.tenancy import as_org
from app.models import Membership, Organization, Role, User
from app.services import passwords

__all__ = ["check_name", "create_user", "ensure", "find", "found", "slugify"]

_EMAIL = re.compile(r"[^@\s\x00-\x1f]{1,64}@[^@\s\x00-\x1f]{1,189}\.[^@\s\x00-\x1f.]{1,63}")


def slugify(name: str) -> str:
    """Lower-case letters, digits and dashes; never empty."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:100] or f"x-{secrets.token_hex(3)}"


def find(name_or_slug: str) -> Organization | None:
    """An organization by its slug, else by its exact name.

    Raises Refused where several have that name: anybody may choose a name.
    """
    with reading() as session:
        found = session.scalars(select(Organization).where(_named(name_or_slug))).all()
    exact = [one for one in found if one.slug == name_or_slug] or found
    if len(exact) > 1:
        raise Refused(f"Several organizations are called {name_or_slug}: give the slug")
    return exact[0] if exact else None


def ensure(name_or_slug: str, **values: object) -> Organization:
    """The organization of that name or slug, made where there is none (a step)."""
    found = find(name_or_slug)
    if found:
        return found
    name = check_name(name_or_slug)
    made = Organization(name=name, slug=slugify(name), **values)
    with as_org(made.id):
        try:
            with transaction():
                db.session.add(made)
        except IntegrityError:  # somebody made it meanwhile, or the slug is another's
            again = find(name)
            if again:
                return again
            made = Organization(name=name, slug=f"{slugify(name)}-{secrets.token_hex(2)}", **values)
            with transaction():
                db.session.add(made)
    return made


def check_name(text: str) -> str:
    """A name as it is stored. Raises Refused for one that will not do."""
    name = text.strip()
    if not name or len(name) > 120 or "\x00" in name:
        raise Refused(
            "An organization needs a name of 1 to 120 characters",
            "invalid_name",
            field="organization",
        )
    return name


def found(name: str, owner_id: str, **values: object) -> Organization:
    """Make an organization with its first owner (a step); its slug is made unique."""
    name = check_name(name)
    slug = slugify(name)
    with reading() as session:
        if session.scalar(select(Organization.id).where(Organization.slug == slug)):
            slug = f"{slug}-{secrets.token_hex(3)}"
    made = Organization(name=name, slug=slug, **values)
    with as_org(made.id), transaction():
        db.session.add(made)
        db.session.add(Membership(organization_id=made.id, user_id=owner_id, role=Role.owner))
    return made


def create_user(
    email: str, password: str, *, org: str | None, role: str = Role.owner, is_demo: bool = False
) -> User:
    """Make a person who can sign in, and their membership (a step).

    Raises Refused for an address, password or role that will not do, or one that is taken.
    """
    address = email.strip().lower()
    if not _EMAIL.fullmatch(address):
        raise Refused(f"{email!r} is not an e-mail address", "invalid_email")
    if role not in set(Role):
        raise Refused(f"A role is one of: {', '.join(Role)}", "invalid_role")
    passwords.check_strength(password, address)
    with reading() as session:
        if session.scalar(select(User.id).where(User.email == address)):
            raise _taken(address)
    organization = ensure(org) if org else None
    user = User(email=address, password_hash=passwords.hash_password(password), is_demo=is_demo)
    try:
        with transaction():
            db.session.add(user)
            if organization:
                db.session.add(
                    Membership(organization_id=organization.id, user_id=user.id, role=role)
                )
    except IntegrityError as error:
        raise _taken(address) from error
    return user


def _taken(address: str) -> Refused:
    return Refused(f"{address} already has an account", "email_taken")


def _named(text: str) -> ColumnElement[bool]:
    return or_(Organization.slug == text, Organization.name == text)
