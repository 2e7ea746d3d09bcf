"""Templates compiled once for all the apps of a run: each test makes its own app, and compiling
was a third of the time of every test that looks at a page."""

from types import CodeType

from flask import Flask
from jinja2.bccache import Bucket, BytecodeCache

__all__ = ["compile_once"]


class Compiled(BytecodeCache):
    """Keeps code by template and by the checksum of its text, as Jinja counts it."""

    def __init__(self) -> None:
        self._codes: dict[tuple[str, str], CodeType] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self._codes.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._codes[bucket.key, bucket.checksum] = bucket.code


def compile_once() -> None:
    """Let all apps that this process makes from now on share what they compile."""
    Flask.jinja_options = {**Flask.jinja_options, "bytecode_cache": Compiled()}
