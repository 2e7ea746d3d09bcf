"""wsgi.py with a short lease: what a killed worker held is found again within seconds."""

from app.services import tasks
from wsgi import app

__all__ = ["app"]

tasks.LEASE = 3
