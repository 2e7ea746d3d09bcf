"""Operator commands: `flask --app wsgi …`."""

import os

from flask import Flask

from app import extensions
from app.cli import backup, endpoints, keys, ledger, operate, setup

__all__ = ["register"]


def register(app: Flask) -> None:
    """Put the commands on the app. The migration commands come only with the command line,
    because they import Alembic."""
    for module in (setup, keys, operate, endpoints, ledger, backup):
        module.register(app)
    if os.environ.get("FLASK_RUN_FROM_CLI") == "true":
        extensions.use_migrations(app)
