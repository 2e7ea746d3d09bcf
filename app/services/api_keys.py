"""API keys: who is calling, and with what scopes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import bindparam, or_, select, update

from app.extensions import changed, db, reading, transaction
from app.kit import clock
from app.kit.errors import Conflict, NotFound, Refused, Unauthorized
from app.kit.tenancy import across_organizations, as_org
from app.kit.tokens import is_api_key, matches, new_api_key
from app.models import ApiKey, Door, DoorKind, Organization, Provider
from app.models.base import UtcDateTime
from app.models.door import lookup_part
from app.models.provider import SCOPES
from app.services import doors, records

__all__ = ["Caller", "add", "authenticate", "issue", "list_of", "note_use", "replace", "revoke"]

REMEMBER_USE_EVERY = timedelta(minutes=5)
OVERLAP = timedelta(hours=24)  # how long a key that was replaced still works


@dataclass(frozen=True)
class Caller:
    """An active provider, known by one of its keys."""

    key_id: str
    provider_id: str
    org_id: str
    name: str
    scopes: tuple[str, ...]
    gateway: str | None
    uses_own_credentials: bool
    currency: str | None
    uses_platform_credentials: bool
    use_is_stale: bool = False  # when the last use was noted long ago


# Built once: this runs with every call of the API.
_HOLDER = (
    select(
        Door.secret_hash,
        ApiKey.id.label("key_id"),
        ApiKey.scopes,
        ApiKey.last_used_at,
        Provider.id.label("provider_id"),
        Provider.org_id,
        Provider.name,
        Provider.payment_gateway,
        Provider.use_own_credentials,
        Organization.default_currency,
        Organization.uses_platform_credentials,
    )
    .join(ApiKey, ApiKey.id == Door.subject_id)
    .join(Provider, Provider.id == ApiKey.provider_id)
    .join(Organization, Organization.id == Door.org_id)
    .where(
        Door.kind == DoorKind.api_key,
        Door.lookup == bindparam("lookup"),
        ApiKey.revoked_at.is_(None),
        or_(ApiKey.expires_at.is_(None), ApiKey.expires_at > bindparam("now", type_=UtcDateTime())),
        Provider.is_active,
    )
)


def authenticate(secret: object) -> Caller:
    """The caller who holds this key.

    Raises Unauthorized, with one same answer for a key that is missing, malformed, unknown,
    expired or revoked, and for a provider that is inactive.
    """
    if not isinstance(secret, str) or not is_api_key(secret):
        raise _refusal()
    now = clock.now()
    found = {"lookup": lookup_part(DoorKind.api_key, secret), "now": now}
    with across_organizations("the key says whose request this is"), reading() as session:
        rows = session.execute(_HOLDER, found).all()
    for row in rows:
        if matches(secret, row.secret_hash):
            used = row.last_used_at
            return Caller(
                key_id=row.key_id,
                provider_id=row.provider_id,
                org_id=row.org_id,
                name=row.name,
                scopes=tuple(row.scopes),
                gateway=row.payment_gateway,
                uses_own_credentials=row.use_own_credentials,
                currency=row.default_currency,
                uses_platform_credentials=row.uses_platform_credentials,
                use_is_stale=used is None or now - used > REMEMBER_USE_EVERY,
            )
    raise _refusal()


def _refusal() -> Unauthorized:
    return Unauthorized("Invalid or inactive API key", "invalid_api_key")


def note_use(caller: Caller) -> None:
    """Remember that a key is in use, every few minutes (a step)."""
    with as_org(caller.org_id), transaction():
        changed(update(ApiKey).where(ApiKey.id == caller.key_id).values(last_used_at=clock.now()))


def issue(provider_id: str, scopes: tuple[str, ...]) -> str:
    """Make a key for a provider of the current organization (a part); shown this once."""
    secret = new_api_key()
    key = ApiKey(
        provider_id=provider_id,
        prefix=lookup_part(DoorKind.api_key, secret),
        last_four=secret[-4:],
        scopes=list(scopes),
    )
    db.session.add(key)
    doors.cut(DoorKind.api_key, secret, key.id)
    return secret


def list_of(provider_id: str) -> Sequence[ApiKey]:
    """A provider's keys, newest first; what is known of them, not what they are."""
    with reading() as session:
        found: Sequence[ApiKey] = session.scalars(
            select(ApiKey).where(ApiKey.provider_id == provider_id).order_by(ApiKey.id.desc())
        ).all()
    return found


def add(provider_id: str, scopes: Sequence[str], *, actor: str) -> str:
    """Give a provider one more key (a step); shown this once. Raises Refused for unknown scopes."""
    if not scopes or set(scopes) - set(SCOPES):
        raise Refused(f"Scopes are: {', '.join(SCOPES)}", "invalid_scopes", field="scopes")
    with transaction():
        secret = issue(provider_id, tuple(one for one in SCOPES if one in scopes))
        records.audit("api_key.added", actor=actor, subject=provider_id, scopes=list(scopes))
    return secret


def replace(provider_id: str, key_id: str, *, actor: str) -> str:
    """Make a new key with an old one's scopes (a step); the old one works for another day.

    Raises NotFound for a key that is not the provider's or works no more, Conflict for one that was
    replaced already.
    """
    with transaction():
        old = _working(provider_id, key_id)
        if old.expires_at:
            raise Conflict("This key was replaced already", "key_replaced")
        secret = issue(provider_id, tuple(old.scopes))
        old.expires_at = clock.now() + OVERLAP
        records.audit("api_key.replaced", actor=actor, subject=provider_id, key=key_id)
    return secret


def revoke(provider_id: str, key_id: str, *, actor: str) -> None:
    """End a key at once (a step). Raises NotFound for one that works no more."""
    with transaction():
        _working(provider_id, key_id).revoked_at = clock.now()
        records.audit("api_key.revoked", actor=actor, subject=provider_id, key=key_id)


def _working(provider_id: str, key_id: str) -> ApiKey:
    key: ApiKey | None = db.session.scalars(
        select(ApiKey)
        .where(ApiKey.id == key_id, ApiKey.provider_id == provider_id, ApiKey.revoked_at.is_(None))
        .with_for_update()
    ).one_or_none()
    if key is None or (key.expires_at and key.expires_at <= clock.now()):
        raise NotFound("No such key")
    return key
