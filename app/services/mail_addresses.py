"""A person's e-mail address: proving that it is theirs, and changing it for another."""

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from app.extensions import changed, db, reading, transaction
from app.kit import clock
from app.models import User
from app.services import links, mail, organizations, throttle
from app.services.sessions import SignedIn
from app.services.throttle import Limit

__all__ = ["ask_for_proof", "change", "confirm", "is_proven"]

HOUR = 3600  # seconds


def is_proven(user_id: str) -> bool:
    """Whether the person has shown that they read the letters of their address."""
    with reading() as session:
        query = select(User.email_verified_at).where(User.id == user_id)
        return session.scalar(query) is not None


def ask_for_proof(user_id: str, address: str, *, locale: str) -> None:
    """Send a link to an address (a step). Raises AppError 429 after too many."""
    throttle.take(_letters_with_links(user_id))
    with transaction():
        _post_link(user_id, address, locale)


def _letters_with_links(user_id: str) -> Limit:
    return Limit(5, HOUR, ("confirm-address", user_id))


def _post_link(user_id: str, address: str, locale: str) -> None:
    mail.post("confirm_address", address, locale=locale, of_the_house=True, user=user_id)


def change(who: SignedIn, address: str, *, locale: str) -> str:
    """Begin to change a person's address (steps): it counts once the link sent there is opened.
    The address until now is told. The address as it will be stored.

    Raises Refused for one that is none or taken, AppError 429.
    """
    throttle.take(Limit(10, HOUR, ("change-address", who.user_id)))  # each try tells who is here
    wanted = organizations.free_address(address)
    throttle.take(_letters_with_links(who.user_id))
    with transaction():
        _post_link(who.user_id, wanted, locale)
        mail.post("address_change_asked", who.email, locale=locale, of_the_house=True)
    return wanted


def confirm(token: str, *, locale: str) -> User:
    """What the link of a letter proves (a step): this address is that person's. The address
    before is told. Raises Refused `bad_link`, or `email_taken` by somebody quicker."""
    user, address = links.read_confirmation(token)
    now = clock.now()
    values = {"email": address, "email_verified_at": now, "updated_at": now}
    try:
        with transaction():
            won = changed(
                update(User).where(User.id == user.id, User.email == user.email).values(values)
            )
            if not won:
                raise links.bad_link()
            if address != user.email:
                mail.post("address_changed", user.email, locale=locale, of_the_house=True)
    except IntegrityError:
        organizations.free_address(address)  # says so
        raise
    with reading():
        return db.session.scalars(select(User).where(User.id == user.id)).one()
