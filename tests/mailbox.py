"""A mail server on this machine that keeps what it takes, for as long as a test needs it."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP


class Box:
    """What was taken; addresses that begin with ``no`` are refused."""

    def __init__(self) -> None:
        self.letters: list[EmailMessage] = []
        self.url = ""

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        if address.startswith("no"):
            return "550 nobody of that name"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Any, envelope: Any) -> str:  # noqa: N802
        self.letters.append(message_from_bytes(envelope.content, policy=default))
        return "250 OK"

    @property
    def addressed(self) -> list[str]:
        """To whom the letters went, in order."""
        return [str(letter["To"]) for letter in self.letters]

    def text(self, number: int) -> str:
        """The words of a letter."""
        body = self.letters[number].get_body()
        assert body is not None
        return str(body.get_content()).replace("\r\n", "\n")


@contextmanager
def mailbox() -> Iterator[Box]:
    """A server that takes mail at ``url``."""
    box = Box()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    controller = Controller(box, hostname="127.0.0.1", port=port)
    controller.start()
    box.url = f"smtp://127.0.0.1:{port}?from=study@example.org"
    yield box
    controller.stop()
