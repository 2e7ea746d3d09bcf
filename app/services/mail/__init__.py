"""Mail: a letter is a task, so it is sent when what it speaks of was committed, and again until a
server took it."""

from app.services.letterbox import post
from app.services.mail.sending import is_possible, outbox, send

__all__ = ["is_possible", "outbox", "post", "send"]
