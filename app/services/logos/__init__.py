"""Logos: how an organization and its providers look to customers, and where the pictures are."""

from app.services.logos.changing import put, remove
from app.services.logos.dropping import drop, drop_all
from app.services.logos.showing import of, read, shown, with_logos

__all__ = ["drop", "drop_all", "of", "put", "read", "remove", "shown", "with_logos"]
