"""wsgi.py with less patience for a Redis that does not answer: what it was never told of is done
within a second, and nobody waits long for its goodbye."""

from app.jobs import child, supervisor
from wsgi import app

__all__ = ["app"]

supervisor.SILENCE = 0.5
child.FAREWELL = 0.2
