import pytest

from app.kit.links import BadLink, read, sign

KEY = "a key of a test, 0123456789"


def test_a_link_brings_back_what_was_put_in():
    token = sign(KEY, "reset", "usr_1", "mark")
    assert read(KEY, "reset", token, seconds=60, parts=2) == ["usr_1", "mark"]


def test_a_link_works_for_its_purpose_key_and_shape_only():
    token = sign(KEY, "reset", "usr_1", "mark")
    for key, purpose, given, parts in [
        (KEY, "confirm", token, 2),
        ("another key of a test, 0123", "reset", token, 2),
        (KEY, "reset", token[:-1], 2),
        (KEY, "reset", token + "A", 2),
        (KEY, "reset", "", 2),
        (KEY, "reset", "é.ü.x", 2),
        (KEY, "reset", token, 3),
    ]:
        with pytest.raises(BadLink) as refusal:
            read(key, purpose, given, seconds=60, parts=parts)
        assert not refusal.value.is_old


def test_a_link_grows_old(later):
    token = sign(KEY, "reset", "usr_1")
    later(59)
    assert read(KEY, "reset", token, seconds=60, parts=1)
    later(3)
    with pytest.raises(BadLink) as refusal:
        read(KEY, "reset", token, seconds=60, parts=1)
    assert refusal.value.is_old
