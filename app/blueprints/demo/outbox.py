"""Development only: the letters that would have been sent."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from app.services import mail

__all__ = ["register"]


def register(bp: Blueprint) -> None:
    bp.get("/outbox")(show)


def show() -> ResponseReturnValue:
    letters = [
        {
            "to": one["To"],
            "subject": one["Subject"],
            "date": one["Date"].datetime,
            "text": body.get_content() if (body := one.get_body(("plain",))) else "",
        }
        for one in mail.outbox()
    ]
    return render_template("demo/outbox.html", letters=letters)
