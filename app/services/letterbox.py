"""Leaving letters as tasks. It stands apart from `mail`, which reads credentials to send them, so
that whoever writes credentials may leave one too. All parts."""

from sqlalchemy import select

from app.extensions import db
from app.kit.tenancy import current_org
from app.kit.tokens import new_id
from app.models import Membership, Role, User
from app.services import tasks

__all__ = ["post", "to_owners"]


def post(kind: str, to: str, *, locale: str, of_the_house: bool = False, **about: str) -> None:
    """Leave a letter to be sent. `kind` is one of mail.letters.KINDS, `about` what it needs to be
    written: ids, since the letter is written when it is sent, and its links are made then.

    A letter to a person, whatever organization they work for, is `of_the_house`.
    """
    args = {"id": new_id("mail"), "kind": kind, "to": to, "locale": locale, **about}
    tasks.add("mail.send", args, of_the_house=of_the_house)


def to_owners(kind: str, **about: str) -> None:
    """Leave a letter to each owner of the current organization, in the language they chose; in
    English to who chose none."""
    owners = db.session.execute(
        select(User.email, User.locale)
        .join(Membership, Membership.user_id == User.id)
        .where(Membership.organization_id == current_org(), Membership.role == Role.owner)
        .order_by(User.email)
    ).all()
    for one in owners:
        post(kind, one.email, locale=one.locale or "en", of_the_house=False, **about)
