"""Telephone numbers and mail addresses as people type them."""

import pytest

from app.kit import contacts


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("912345678", "+351912345678"),
        (" 912 345 678 ", "+351912345678"),
        ("+351 912 345 678", "+351912345678"),
        ("00351912345678", "+351912345678"),
        ("+34 612 34 56 78", "+34612345678"),
    ],
)
def test_a_number_has_one_form(typed, meant):
    assert contacts.international(typed) == meant


@pytest.mark.parametrize(
    "typed", ["", "12", "91234567", "9123456789", "call me", "+999 1", "٩" * 30, "9" * 300, "\x00"]
)
def test_what_is_no_number_is_refused(typed):
    with pytest.raises(contacts.BadNumber):
        contacts.international(typed)


@pytest.mark.parametrize(
    ("typed", "is_one"),
    [("ada@example.com", True), ("ada", False), ("a b@example.com", False), ("ada@home", False)],
)
def test_a_mail_address_is_known_by_its_shape(typed, is_one):
    assert contacts.is_mail_address(typed) is is_one


@pytest.mark.parametrize(
    ("number", "pieces"),
    [
        ("+351912345678", ("351", "912345678")),
        ("+34612345678", ("34", "612345678")),
        ("+12025550123", ("1", "2025550123")),
        ("+390612345678", ("39", "0612345678")),  # Italy keeps its zero
    ],
)
def test_a_number_comes_apart(number, pieces):
    assert contacts.split(number) == pieces
    assert contacts.split(contacts.international(number)) == pieces


@pytest.mark.parametrize("number", ["", "912345678", "+", "phone", "+351"])
def test_what_is_no_number_does_not(number):
    with pytest.raises(contacts.BadNumber):
        contacts.split(number)
