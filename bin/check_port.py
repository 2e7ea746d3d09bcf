"""Before `make run` prepares anything: is the port free? One sentence and exit code 1 if not."""

import os
import socket
import sys

FIRST, LAST = 1, 65535
HIGHER = 20  # how many ports above the taken one are tried


def problem(host: str, port: int) -> OSError | None:
    """What keeps a server from listening there, asked the way gunicorn asks."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as one:
        one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            one.bind((host, port))
        except OSError as error:
            return error
    return None


def sentence(host: str, text: str) -> str:
    """Why the port will not do and what will; empty where it is free."""
    if not text.isdecimal() or not FIRST <= int(text) <= LAST:
        return f"PORT={text} is no port: give a number from {FIRST} to {LAST}."
    port = int(text)
    error = problem(host, port)
    if error is None:
        return ""
    if isinstance(error, PermissionError):
        return f"Port {port} is the system's: choose one from 1024 on, as in PORT=8000 make run."
    others = range(port + 1, min(port + 1 + HIGHER, LAST + 1))
    free = next((one for one in others if problem(host, one) is None), 8000)
    return (
        f"Port {port} is taken, perhaps by another Gatehouse: stop that program, "
        f"or choose another port, as in PORT={free} make run."
    )


def main() -> int:
    if os.environ.get("BIND"):  # an address of one's own: gunicorn judges that
        return 0
    said = sentence("127.0.0.1", os.environ.get("PORT") or "8000")
    if said:
        sys.stderr.write(f"{said}\n")
    return 1 if said else 0


if __name__ == "__main__":
    sys.exit(main())
