"""`flask ledger …`: looking after the books of orders with escrow."""

import click
from flask import Flask
from flask.cli import AppGroup

from app.services.ledger import verify as verifying

__all__ = ["register"]

books = AppGroup("ledger", help="The books of orders with escrow.")


def register(app: Flask) -> None:
    app.cli.add_command(books)


@books.command("verify")
@click.option("--ask/--no-ask", default=True, help="Compare with the gateways too.")
@click.option("--order", help="Only this order, by its id.")
def verify(ask: bool, order: str | None) -> None:
    """Compare the books with orders, refunds, holds and the gateways; exit 1 for a difference."""
    report = verifying.run(ask=ask, only=order)
    if order and not report.orders:
        raise click.ClickException(f"No money of an order {order} was ever held")
    for one in report.differences:
        click.echo(f"{one.order_id}  {one.what}: the books say {one.books}, else {one.other}")
    for order_id, reason in report.unanswered:
        click.echo(f"{order_id}  no answer: {reason}")
    click.echo(f"{report.orders} orders compared, {len(report.differences)} differences.")
    if report.differences or report.unanswered:
        raise SystemExit(1)
