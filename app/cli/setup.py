"""Making people, organizations and providers from the command line."""

import json
import secrets
from collections.abc import Callable
from typing import Any

import click
from flask import Flask
from flask.cli import with_appcontext

from app.kit.errors import AppError
from app.kit.tenancy import as_org
from app.models.provider import SCOPES
from app.services import demo, organizations, providers

__all__ = ["refusals", "register"]


def register(app: Flask) -> None:
    for command in (create_user, create_provider, make_demo):
        app.cli.add_command(command)


def refusals(command: Callable[..., Any]) -> Callable[..., Any]:
    """Turn a refusal into one line and exit code 1."""
    from functools import wraps

    @wraps(command)
    def wrapped(*args: Any, **options: Any) -> Any:
        try:
            return command(*args, **options)
        except AppError as error:
            raise click.ClickException(error.message) from error

    return wrapped


@click.command("create-user")
@click.option("--email", required=True)
@click.option("--password", help="Made and shown once when left out.")
@click.option("--org", help="Name or slug; made where there is none.")
@click.option("--role", default="owner", show_default=True)
@with_appcontext
@refusals
def create_user(email: str, password: str | None, org: str | None, role: str) -> None:
    """Make a person who can sign in."""
    chosen = secrets.token_urlsafe(15) if password is None else password
    user = organizations.create_user(email, chosen, org=org, role=role)
    click.echo(f"{user.email} can sign in.")
    if password is None:
        click.echo(f"Password, shown this once: {chosen}")


@click.command("create-provider")
@click.option("--org", required=True, help="Name or slug; made where there is none.")
@click.option("--name", required=True)
@click.option("--webhook-url")
@click.option("--gateway")
@click.option("--success-url")
@click.option("--cancel-url")
@click.option("--scopes", default=",".join(SCOPES), show_default=True, help="Comma-separated.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@with_appcontext
@refusals
def create_provider(
    org: str,
    name: str,
    webhook_url: str | None,
    gateway: str | None,
    success_url: str | None,
    cancel_url: str | None,
    scopes: str,
    as_json: bool,
) -> None:
    """Make a provider with one API key; key and webhook secret are shown this once."""
    wanted: dict[str, Any] = {
        "name": name,
        "webhook_url": webhook_url,
        "gateway": gateway,
        "success_url": success_url,
        "cancel_url": cancel_url,
        "scopes": tuple(one.strip() for one in scopes.split(",") if one.strip()),
    }
    providers.check(**wanted)  # before an organization is made for nothing
    organization = organizations.ensure(org)
    with as_org(organization.id):
        made = providers.create(**wanted)
    shown = {
        "organizationId": organization.id,
        "providerId": made.provider.id,
        "slug": made.provider.slug,
        "apiKey": made.api_key,
        "webhookSecret": made.webhook_secret,
    }
    if as_json:
        click.echo(json.dumps(shown))
        return
    for label, value in shown.items():
        if value is not None:  # no secret without a webhook address
            click.echo(f"{label:15} {value}")
    click.echo("Key and secret are shown this once.")


@click.command("demo")
@with_appcontext
@refusals
def make_demo() -> None:
    """Make the demo organization, login, providers and orders; the same again where they exist."""
    known = demo.ensure()
    demo.ensure_orders(known["organizationId"])
    for label, value in known.items():
        click.echo(f"{label:15} {value}")
