"""Backups: restored into a database that is made for it and dropped again, and looked at there."""

from app.services.backups.files import Kind, fresh, kind_of
from app.services.backups.looking import everything
from app.services.backups.revisions import Age, age
from app.services.backups.scratch import Scratch, restored

__all__ = ["Age", "Kind", "Scratch", "age", "everything", "fresh", "kind_of", "restored"]
