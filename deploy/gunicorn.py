"""gunicorn's settings, for `make run` and for production alike.

Threads, because a gateway may take a second to answer; no database connection is held meanwhile.
"""

import os
import sys


def number(name: str, default: int) -> int:
    """A whole number of the environment. Ends the start, by its name, where it is none."""
    text = os.environ.get(name) or str(default)
    if not text.isdecimal() or not int(text):
        raise SystemExit(f"Gatehouse cannot start. {name} must be a whole number from 1 on")
    return int(text)


bind = os.environ.get("BIND") or f"127.0.0.1:{os.environ.get('PORT') or 8000}"
worker_class = "gthread"
workers = number("WEB_CONCURRENCY", 2)
threads = number("WEB_THREADS", 16)
timeout = 60
graceful_timeout = 25
keepalive = 5
accesslog = None
forwarded_allow_ips = "127.0.0.1"
control_socket_disable = True


def on_starting(server) -> None:
    """Look at the settings before there are workers: one line, not one from each of them."""
    from config import ConfigError, load

    try:
        load(os.environ)
    except ConfigError as error:
        sys.stderr.write(f"Gatehouse cannot start. {error}\n")
        raise SystemExit(3) from None


def post_worker_init(worker) -> None:
    """Start background work inside the web server where the operator wants it there."""
    from wsgi import app

    if app.config["SETTINGS"].worker_inline:
        from app.jobs.worker import start_inline

        start_inline(app)


def when_ready(server) -> None:
    """In development, once the port answers: where to look and what to paste."""
    if os.environ.get("APP_ENV") == "development":
        from app.cli.welcome import print_welcome

        print_welcome()
