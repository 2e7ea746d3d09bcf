"""Notices: what happened that people should see, told where it happens and read by each person for
themselves. What still has to be done, `needs` says."""

from app.services.notices.reading import Entry, Page, Reader, mark_all_read, mark_read, page, unread
from app.services.notices.telling import about_order, tell

__all__ = [
    "Entry",
    "Page",
    "Reader",
    "about_order",
    "mark_all_read",
    "mark_read",
    "page",
    "tell",
    "unread",
]
