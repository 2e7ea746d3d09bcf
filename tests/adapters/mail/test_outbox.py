import stat
from datetime import UTC, datetime

from app.adapters.mail import Letter
from app.adapters.mail.outbox import Outbox


def letter(number: int) -> Letter:
    return Letter("ada@example.com", f"Número {number}", "Olá", "<p>Olá</p>",
                  f"mail_{number}@localhost", datetime(2026, 11, 25, tzinfo=UTC))  # fmt: skip


def test_letters_are_there_newest_first_and_once_each(tmp_path):
    outbox = Outbox(tmp_path / "outbox")
    assert outbox.latest() == []
    for number in (1, 2, 2):
        outbox.send(letter(number))
    assert [one["Subject"] for one in outbox.latest()] == ["Número 2", "Número 1"]
    assert outbox.latest()[0].get_body(("plain",)).get_content().strip() == "Olá"


def test_only_the_owner_may_read_them(tmp_path):
    folder = tmp_path / "outbox"
    Outbox(folder).send(letter(1))
    (file,) = folder.glob("*.eml")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
