"""A call as a line for a shell."""

import shlex
from collections.abc import Mapping

__all__ = ["curl"]


def curl(url: str, headers: Mapping[str, str], body: str) -> str:
    """The same POST by curl: nothing in it is the shell's to read."""
    parts = [f"curl --request POST {shlex.quote(url)}"]
    parts += [f"--header {shlex.quote(f'{name}: {value}')}" for name, value in headers.items()]
    parts.append(f"--data-raw {shlex.quote(body)}")
    return " \\\n  ".join(parts)
