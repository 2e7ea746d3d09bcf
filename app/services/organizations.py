"""Organizations and the people in them: made by the operator, or by themselves."""

import re
import secrets
import unicodedata
from collections.abc import Sequence

import structlog
from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.exc import IntegrityError

from app.extensions import db, reading, transaction
from app.kit import clock
from app.kit.errors import Refused
from app.kit.orm import Base
from app.kit.tenancy import as_org
from app.models import Membership, Organization, Role, User
from app.services import passwords, records, signals

__all__ = [
    "check_address",
    "check_name",
    "create_user",
    "ensure",
    "find",
    "free_address",
    "open_account",
    "open_another",
    "slugify",
]

log = structlog.get_logger()

_EMAIL = re.compile(
    r"[^@\s\x00-\x1f,;:<>()\[\]\"\\]{1,64}@[^@\s\x00-\x1f]{1,189}\.[^@\s\x00-\x1f.]{1,63}"
)


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
    if not name or len(name) > 120 or not name.isprintable():
        raise Refused(
            "An organization needs a name of 1 to 120 characters",
            "invalid_name",
            field="organization",
        )
    return name


def open_account(
    user: User, name: str, *, uses_platform_credentials: bool, also: Sequence[Base] = ()
) -> None:
    """Store a new person and an organization that is theirs (a step): both or neither, and with
    them whatever `also` belongs to the person.

    Raises Refused for a name that will not do, or an address that is taken.
    """
    name = check_name(name)
    for suffix in ("", f"-{secrets.token_hex(3)}"):
        made = Organization(
            name=name,
            slug=slugify(name) + suffix,
            uses_platform_credentials=uses_platform_credentials,
        )
        try:
            _store(made, user.id, user.email, [user, *also])
            signals.send(signals.signed_up, user_id=user.id)
            return
        except IntegrityError:  # the address is taken, or only the slug is
            _must_be_free(user.email)
    raise _taken(user.email)


def open_another(user_id: str, email: str, name: str) -> str:
    """Store one more organization of somebody who has an account (a step); its id.

    It does not use the environment's credentials until the operator lets it. Raises Refused for a
    name that will not do.
    """
    name = check_name(name)
    slug = slugify(name)
    made = Organization(name=name, slug=slug, uses_platform_credentials=False)
    try:
        _store(made, user_id, email)
    except IntegrityError:  # the slug is another's
        slug = f"{slug}-{secrets.token_hex(3)}"
        made = Organization(name=name, slug=slug, uses_platform_credentials=False)
        _store(made, user_id, email)
    return made.id


def _store(made: Organization, owner_id: str, email: str, rows: Sequence[Base] = ()) -> None:
    owner = Membership(organization_id=made.id, user_id=owner_id, role=Role.owner)
    with as_org(made.id), transaction():
        db.session.add_all([*rows, made, owner])
        records.audit("organization.opened", actor=email)
    log.info("organizations.opened", organization=made.id, user=owner_id)


def _check_person(email: str, password: str, organization: str) -> str:
    """The address as it is stored. Raises Refused."""
    address = free_address(email)
    passwords.check_strength(password, address, organization)
    return address


def check_address(email: str) -> str:
    """An e-mail address as it is stored. Raises Refused for what is none."""
    address = email.strip().lower()
    if not _EMAIL.fullmatch(address):
        raise Refused(f"{email!r} is not an e-mail address", "invalid_email", field="email")
    return address


def free_address(email: str) -> str:
    """As `check_address`. Raises Refused also for one that has an account."""
    address = check_address(email)
    _must_be_free(address)
    return address


def _must_be_free(address: str) -> None:
    with reading() as session:
        if session.scalar(select(User.id).where(User.email == address)):
            raise _taken(address)


def create_user(
    email: str, password: str, *, org: str | None, role: str = Role.owner, is_demo: bool = False
) -> User:
    """Make a person who can sign in, and their membership (a step).

    Raises Refused for an address, password or role that will not do, or one that is taken.
    """
    if role not in set(Role):
        raise Refused(f"A role is one of: {', '.join(Role)}", "invalid_role")
    address = _check_person(email, password, org or "")
    organization = ensure(org) if org else None
    user = User(
        email=address,
        password_hash=passwords.hash_password(password),
        is_demo=is_demo,
        email_verified_at=clock.now(),  # the operator says so
    )
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
    return Refused(f"{address} already has an account", "email_taken", field="email")


def _named(text: str) -> ColumnElement[bool]:
    named = or_(Organization.slug == text, Organization.name == text)
    return and_(named, Organization.closed_at.is_(None))
