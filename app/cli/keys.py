"""`flask --app wsgi keys …`: the keys that seal stored credentials."""

import secrets

import click
from flask import Flask
from flask.cli import AppGroup

from app.services import doctor, sealing

__all__ = ["register"]

keys = AppGroup("keys", help="Keys that seal stored credentials.")


def register(app: Flask) -> None:
    app.cli.add_command(keys)


@keys.command("generate")
def generate() -> None:
    """Print a new key for INTEGRATION_ENCRYPTION_KEY."""
    click.echo(secrets.token_urlsafe(32))


@keys.command("seal")
def seal() -> None:
    """Seal every secret that still lies in plaintext."""
    click.echo(f"{sealing.seal_plaintext()} values sealed.")


@keys.command("verify")
def verify() -> None:
    """Open every stored secret; exit 1 when one does not open."""
    result = sealing.verify()
    click.echo(f"{result.opened} open, {len(result.closed)} do not.")
    for where in result.closed:
        click.echo(f"  {where}")
    for kid in sorted(doctor.unknown_keys()):
        click.echo(f"  sealed with a key that is not here: {kid or 'none'}")
    if result.closed:
        raise SystemExit(1)


@keys.command("rotate")
def rotate() -> None:
    """Seal anew what an older key sealed; exit 1 when something is left.

    Everything goes on meanwhile. Stopped in the middle, it is simply run again.
    """
    result = sealing.rotate(lambda where, count: click.echo(f"{where}: {count} sealed anew."))
    click.echo(f"{result.resealed} values sealed anew with key {result.kid}.")
    if result.closed:
        click.echo(f"{len(result.closed)} do not open and were left as they are:")
    for where in result.closed:
        click.echo(f"  {where}")
    for key in result.older:
        need = f"{key.values} values still need it" if key.values else "no value needs it any more"
        click.echo(f"Key {key.kid} ({', '.join(key.variables)}): {need}.")
    if not result.is_complete:
        raise SystemExit(1)
