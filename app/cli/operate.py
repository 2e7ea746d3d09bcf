"""Running and looking after an installation."""

from collections.abc import Sequence

import click
from flask import Flask, current_app
from flask.cli import with_appcontext

from app.cli.setup import refusals
from app.jobs import worker as workers
from app.services import doctor as checks
from app.services import reconcile as reconciling
from app.services.doctor import Check

__all__ = ["register", "tell"]


def register(app: Flask) -> None:
    for command in (worker, sweep, reconcile, doctor):
        app.cli.add_command(command)


def _app() -> Flask:
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    return app


@click.command("worker")
@click.option("--processes", default=2, show_default=True, type=click.IntRange(1, 64))
@click.option("--child", is_flag=True, hidden=True)
@with_appcontext
def worker(processes: int, child: bool) -> None:
    """Do the background work until stopped: deliveries, expiry, asking gateways again."""
    if child:
        workers.run_child(_app())
    else:
        workers.Supervisor(_app(), processes).run()


@click.command("sweep")
@click.option("--once", is_flag=True, required=True, help="One sweep, then everything due.")
@with_appcontext
def sweep(once: bool) -> None:
    """Do everything that is due now, then end."""
    click.echo(f"{workers.sweep_once(_app())} tasks done.")


@click.command("reconcile")
@with_appcontext
@refusals
def reconcile() -> None:
    """Ask the gateways about every open payment and show what differed."""
    report = reconciling.run()
    for line in report.changed:
        click.echo(f"{line.payment_id}  we said {line.before}, the gateway says {line.after}")
    for payment_id, reason in report.unanswered:
        click.echo(f"{payment_id}  no answer: {reason}")
    click.echo(f"{report.asked} asked, {len(report.changed)} changed.")
    if report.unanswered:
        raise SystemExit(1)


@click.command("doctor")
@with_appcontext
def doctor() -> None:
    """Check the installation; exit 1 when something is wrong."""
    if not tell(checks.everything()):
        raise SystemExit(1)


def tell(found: Sequence[Check]) -> bool:
    """Print a line for each check, and its advice where it needs one; whether all is well."""
    for check in found:
        word = "FAIL" if not check.is_ok else "warn" if check.warns else "ok  "
        click.echo(f"{word} {check.name}: {check.found}")
        if word != "ok  " and check.fix:
            click.echo(f"     {check.fix}")
    return all(check.is_ok for check in found)
