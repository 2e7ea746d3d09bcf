"""A worker killed after the mail server has a letter, and before anybody wrote that down."""

import asyncio
import os
import signal
import threading
from email import message_from_string

import pytest

from app.extensions import transaction
from app.services import mail
from tests.adapters.mail.test_smtp import Running
from tests.faults.worker import eventually

pytestmark = pytest.mark.soak  # it waits for a lease to run out


class Slow:
    """Takes a letter, and says so of the first one only when it is told to: too late."""

    def __init__(self) -> None:
        self.letters: list[str] = []
        self.has_one, self.may_answer = threading.Event(), threading.Event()

    async def handle_DATA(self, server, session, envelope) -> str:
        self.letters.append(envelope.content.decode())
        self.has_one.set()
        while not self.may_answer.is_set():
            await asyncio.sleep(0.01)
        return "250 taken"


@pytest.fixture
def box():
    slow = Slow()
    server = Running(slow)
    server.start()
    try:
        slow.port = server.port
        yield slow
    finally:
        slow.may_answer.set()
        server.stop()


def test_the_letter_comes_twice_at_most_and_under_one_id(install, box):
    smtp = {"SMTP_HOST": "127.0.0.1", "SMTP_PORT": str(box.port), "SMTP_SECURITY": "none"}
    installation = install(SMTP_FROM="house@example.com", **smtp)
    with installation.app.app_context(), transaction():
        mail.post("password_changed", "ada@example.com", locale="en", of_the_house=True)
    with installation.worker(app="tests.faults.short") as worker:
        assert box.has_one.wait(20), worker.log.read_text()
        for pid in worker.children():
            os.kill(pid, signal.SIGKILL)
        box.may_answer.set()
        assert eventually(lambda: installation.tasks_left() == 0, 40), worker.log.read_text()
    first, second = [message_from_string(one) for one in box.letters]
    assert first["To"] == second["To"] == "ada@example.com"
    assert first["Message-ID"] == second["Message-ID"]
