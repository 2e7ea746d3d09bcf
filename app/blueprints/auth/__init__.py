"""The people's door: signing in, up and out, and looking after one's own account."""

from flask import Blueprint

from app.blueprints.auth import (
    account,
    audit,
    joining,
    links,
    members,
    organization,
    second_factor,
    signing_in,
)

__all__ = ["bp"]

bp = Blueprint("auth", __name__)

signing_in.register(bp)
account.register(bp)
joining.register(bp)
links.register(bp)
members.register(bp)
organization.register(bp)
audit.register(bp)
second_factor.register(bp)
