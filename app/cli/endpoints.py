"""`flask --app wsgi webhook-endpoints …`: our address at a gateway, without the pages."""

import click
from flask import Flask
from flask.cli import AppGroup

from app.cli.setup import refusals
from app.kit.errors import Refused
from app.kit.tenancy import as_org
from app.services import event_endpoints, organizations
from app.services.credentials import PLATFORM, Scope
from app.services.event_endpoints import Health

__all__ = ["register"]

endpoints = AppGroup("webhook-endpoints", help="Our address at a gateway that has an API for it.")
_SAID = {
    "fine": "registered, switched on, told of every event",
    "missing": "not registered",
    "elsewhere": "another address has the only place there; repair puts this one into it",
    "disabled": "registered, but switched off",
    "incomplete": "registered, but not told of every event",
    "sellers": "registered, but not for what happens in sellers' accounts",
    "no_secret": "registered, but its signing secret is not stored here",
}


def register(app: Flask) -> None:
    app.cli.add_command(endpoints)


def _asked(service: str, org: str | None, *, mend: bool) -> Health:
    ask = event_endpoints.mend if mend else event_endpoints.check
    more = {"actor": "command line"} if mend else {}
    if org is None:
        # The environment's account belongs to nobody's organization; nothing is written for it.
        return ask(service, PLATFORM, **more)
    found = organizations.find(org)
    if found is None:
        raise Refused(f"There is no organization called {org}", "no_organization")
    with as_org(found.id):
        return ask(service, Scope("organization", found.id), **more)


def _tell(health: Health) -> None:
    click.echo(f"{health.url}: {_SAID[health.state]}")
    if health.missing:
        said = "there now" if health.state == "elsewhere" else "not told of"
        click.echo(f"{said}: {', '.join(health.missing)}")
    for name, secret in health.secrets.items():
        click.echo(f"shown this once, for the environment: {name}={secret}")
    if health.state != "fine":
        raise SystemExit(1)


@endpoints.command("check")
@click.argument("service")
@click.option("--org", help="Name or slug; without it the environment's account.")
@refusals
def check(service: str, org: str | None) -> None:
    """Say how our address is registered; exit 1 when that is not as it should be."""
    _tell(_asked(service, org, mend=False))


@endpoints.command("create")
@click.argument("service")
@click.option("--org", help="Name or slug; without it the environment's account.")
@refusals
def create(service: str, org: str | None) -> None:
    """Register our address and keep its signing secret sealed."""
    _tell(_asked(service, org, mend=True))


@endpoints.command("repair")
@click.argument("service")
@click.option("--org", help="Name or slug; without it the environment's account.")
@refusals
def repair(service: str, org: str | None) -> None:
    """Put right what `check` complains of; nothing is done when all is well."""
    _tell(_asked(service, org, mend=True))
