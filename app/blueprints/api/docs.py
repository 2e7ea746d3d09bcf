"""GET /api/openapi.json and /api/docs."""

from flask import Blueprint, jsonify, render_template
from flask.typing import ResponseReturnValue

from app.blueprints.api import openapi

__all__ = ["register"]


def register(bp: Blueprint) -> None:
    bp.get("/openapi.json")(document)
    bp.get("/docs")(page)


def document() -> ResponseReturnValue:
    return jsonify(openapi.document())


def page() -> ResponseReturnValue:
    return render_template("api/docs.html", api=openapi.document())
