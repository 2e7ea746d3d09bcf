"""A letter before it is set: its words, in the reader's language."""

from collections.abc import Callable
from dataclasses import dataclass

__all__ = ["Draft", "Say"]

Say = Callable[[str], str]  # gettext of one language


@dataclass(frozen=True)
class Draft:
    """A letter's words: one list of paragraphs from which text and HTML are both made."""

    subject: str
    paragraphs: tuple[str, ...]
    link: tuple[str, str] | None = None  # what the button says, and where it leads
    why: str = ""  # why the reader gets this
    facts: tuple[tuple[str, str], ...] = ()  # what it is called, and what it is
    shop: str = ""  # whom a customer's letter is from
    reply_to: str = ""
