"""What a step says by `flash()` comes with the next page; in an answer to htmx there is none, so it
comes beside the answer."""

from flask import Flask, Response, render_template, request, session

__all__ = ["init_app"]


def init_app(app: Flask) -> None:
    """Put what was said beside answers to htmx."""
    app.after_request(_tell)


def _tell(response: Response) -> Response:
    """A form's answer only: a poll would take the words from the page that waits for them."""
    is_answer = request.method == "POST" and "HX-Request" in request.headers
    if not is_answer or response.mimetype != "text/html" or "Location" in response.headers:
        return response
    if response.status_code == 200 and "_flashes" in session and not _leaves(response):
        response.set_data(response.get_data(as_text=True) + render_template("layouts/_told.html"))
    return response


def _leaves(response: Response) -> bool:
    """Whether htmx is sent to another page, which says it itself."""
    return bool({"HX-Redirect", "HX-Refresh", "HX-Location"} & set(response.headers.keys()))
