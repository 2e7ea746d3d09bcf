"""Doors: one for each kind of caller. A door reads the request, calls one service, answers."""

from flask import Flask

from app.blueprints import (
    api,
    auth,
    checkout,
    demo,
    home,
    inbound,
    integrations,
    logos,
    onboarding,
    ops,
    orders,
    providers,
    said,
    sellers,
    session,
    styleguide,
    web,
)

__all__ = ["register_doors"]

_DOORS = (
    api,
    auth,
    checkout,
    home,
    inbound,
    integrations,
    onboarding,
    ops,
    orders,
    providers,
    sellers,
)


def register_doors(app: Flask) -> None:
    """Put every door on the app, and what they share around them."""
    web.init_app(app)
    session.init_app(app)
    said.init_app(app)
    logos.init_app(app)
    for door in _DOORS:
        app.register_blueprint(door.bp)
    if app.config["SETTINGS"].is_development:
        app.register_blueprint(demo.bp)
        app.register_blueprint(styleguide.bp)
