"""Who sends a letter: the organization's own service, or the installation's. Never another
organization's, and never the wrong one because something is damaged: then the letter waits."""

from enum import Enum

from sqlalchemy import select

from app.adapters.mail import Mailer, MailUnavailable
from app.adapters.mail.outbox import Outbox
from app.extensions import db, settings
from app.kit.errors import Refused
from app.kit.tenancy import current_org
from app.models import Organization
from app.registry import mailers
from app.services import credentials, routing
from app.services.credentials import PLATFORM, Scope, Stored

__all__ = ["Sender", "connected", "find", "is_outbox_used", "outbox_folder"]


class Sender(Enum):
    """Whose service sends a letter, by what it holds."""

    # Its link proves that somebody reads an address, to the whole installation: whoever runs an
    # organization's server could read it, and be whom they like.
    house = "house"
    # To people who work here, about what their colleagues might rather hide.
    house_first = "house_first"
    # To customers, in the organization's name.
    own_first = "own_first"


def find(sender: Sender) -> Stored | None:
    """The stored values of the service that sends; None where nobody does. Reads inside the
    caller's reading()."""
    house = _first(PLATFORM)
    if sender is Sender.house:
        return house
    own = _first(Scope("organization", current_org()))
    if sender is Sender.house_first:
        return house or own
    return own or (house if _may_use_house() else None)


def connected(found: Stored | None) -> Mailer | None:
    """What sends with these values; without any the outbox, outside of production. Raises
    MailUnavailable for values that are incomplete or do not open."""
    if found is None:
        return outbox_folder() if is_outbox_used() else None
    try:
        mailer: Mailer = routing.connect(found.service, credentials.open_stored(found))
    except Refused as error:
        raise MailUnavailable(f"{found.service} is incomplete or does not open") from error
    return mailer


def is_outbox_used() -> bool:
    """Whether letters that nobody sends are kept to be looked at: outside of production."""
    return not settings().is_production


def outbox_folder() -> Outbox:
    """The letters that were not sent, in development."""
    return Outbox(settings().instance / "outbox")


def _first(scope: Scope) -> Stored | None:
    """Of several services that are set up, the first of the catalogue."""
    all_of_them = (credentials.stored(key, scope) for key in mailers())
    return next((one for one in all_of_them if not one.is_empty), None)


def _may_use_house() -> bool:
    query = select(Organization.uses_platform_credentials).where(Organization.id == current_org())
    return bool(db.session.scalar(query))
