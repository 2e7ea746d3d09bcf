"""The people's door: signing in, up and out, and looking after accounts and organizations."""

from flask import Blueprint, request

from app.blueprints.auth import (
    account,
    audit,
    confirming,
    elsewhere,
    joining,
    links,
    members,
    opening,
    organization,
    preferring,
    second_factor,
    signing_in,
)
from app.services import identities

__all__ = ["bp"]

bp = Blueprint("auth", __name__)

for part in (
    signing_in,
    confirming,
    elsewhere,
    joining,
    links,
    account,
    preferring,
    second_factor,
    members,
    organization,
    opening,
    audit,
):
    part.register(bp)


@bp.app_context_processor
def companies() -> dict[str, object]:
    """What the pages of this door offer beside a password."""
    return {"companies": identities.companies()} if request.blueprint == "auth" else {}
