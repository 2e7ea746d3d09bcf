"""Refusals carry what a door needs to answer."""

import pytest

from app.kit.errors import AppError, Conflict, Forbidden, NotFound, Refused, Unauthorized


@pytest.mark.parametrize(
    ("kind", "status", "code"),
    [
        (AppError, 500, "server_error"),
        (Refused, 400, "invalid_request"),
        (Unauthorized, 401, "unauthorized"),
        (Forbidden, 403, "forbidden"),
        (NotFound, 404, "not_found"),
        (Conflict, 409, "conflict"),
    ],
)
def test_each_refusal_has_a_status_and_a_code(kind, status, code):
    error = kind("No")
    assert (error.status, error.code, error.message, str(error)) == (status, code, "No", "No")


def test_one_refusal_may_say_more_than_its_kind():
    error = Refused("No", "invalid_field", status=413, headers={"Retry-After": "1"}, field="name")
    assert (error.status, error.code) == (413, "invalid_field")
    assert (error.headers, error.details) == ({"Retry-After": "1"}, {"field": "name"})
    assert Refused("No").code == "invalid_request"
