"""The OpenAPI 3.1 document of exactly the API's routes."""

from typing import Any


def document() -> dict[str, Any]:
    return {"openapi": "3.1.0"}
