"""Mail, handed over to the server of ``SMTP_URL``, encrypted on the way; every refusal is one sentence.

``smtps://user:password@host:465``, or ``smtp://…:587`` which has to offer STARTTLS. A server on the same machine may do
without. ``?from=study@example.org`` names the sender; without it, it is the user's own address or one of this site.
"""

import fcntl
import smtplib
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.utils import formatdate, make_msgid, parseaddr
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

from vault.errors import Busy, Invalid, NotSetUp
from vault.settings import Settings

TIMEOUT = 10.0
LONGEST_ADDRESS = 254

_THIS_MACHINE = frozenset({"localhost", "127.0.0.1", "::1"})


class NoMail(NotSetUp):
    """No server is set."""

    public = "This installation sends no mail. Print the page or copy what is on it instead."


class NotSent(Busy):
    """The server did not answer, or not as it should; perhaps it does later."""

    public = "The mail could not be sent at this moment. Try again in a few minutes, or print the page instead."


class Underway(Busy):
    """Two rounds at once would send the same letter twice."""

    public = "Somebody is mailing letters at this moment. Wait a minute, then look what is left."


class AddressRefused(Invalid):
    """It is no address, or the server takes nothing for it."""

    public = "No mail can be sent to this address. Check it and correct it, for example name@example.org."


@dataclass(frozen=True, slots=True)
class Letter:
    """One message to one address, as plain text; ``enclosed`` are files, by name, that arrive byte for byte."""

    to: str = field(repr=False)
    subject: str
    body: str = field(repr=False)
    enclosed: Mapping[str, bytes] = field(default_factory=dict, repr=False)


def possible(settings: Settings) -> bool:
    """Whether mail can be sent at all."""
    return settings.smtp_url is not None


def checked(address: str) -> str:
    """The address, if it can be one; AddressRefused if not."""
    address = address.strip()
    name, found = parseaddr(address)
    local, at, domain = found.rpartition("@")
    sound = not name and found == address and local and at and "." in domain.strip(".")
    if not sound or len(address) > LONGEST_ADDRESS or not address.isprintable() or " " in address:
        raise AddressRefused
    return address


class Post:
    """An open conversation with the mail server."""

    __slots__ = ("_sender", "_server")

    def __init__(self, server: smtplib.SMTP, sender: str) -> None:
        self._server = server
        self._sender = sender

    def send(self, letter: Letter) -> None:
        """The server has taken the letter. AddressRefused if not to this address, NotSent if not at all."""
        message = EmailMessage()
        message["From"] = self._sender
        message["To"] = checked(letter.to)
        message["Subject"] = " ".join(letter.subject.split())
        message["Date"] = formatdate(usegmt=True)
        message["Message-ID"] = make_msgid(domain=self._sender.rpartition("@")[2])
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(letter.body)
        for name, content in letter.enclosed.items():
            message.add_attachment(content, maintype="application", subtype="octet-stream", filename=name)
        try:
            self._server.send_message(message)
        except (smtplib.SMTPRecipientsRefused, smtplib.SMTPNotSupportedError, UnicodeEncodeError) as error:
            if isinstance(error, smtplib.SMTPRecipientsRefused) and _later(error):
                raise NotSent from None
            raise AddressRefused from None
        # What a server says may repeat the address, so nothing of it goes on.
        except (OSError, smtplib.SMTPException):
            raise NotSent from None


def _later(error: smtplib.SMTPRecipientsRefused) -> bool:
    """Whether the server wants to be asked again, as it does with 4xx."""
    return all(400 <= code < 500 for code, _ in error.recipients.values())


def send(settings: Settings, letter: Letter) -> None:
    """The server has taken the letter. NoMail, AddressRefused or NotSent says why not.

    It may take seconds: nobody should hold a transaction meanwhile.
    """
    checked(letter.to)
    with opened(settings) as post:
        post.send(letter)


@contextmanager
def opened(settings: Settings) -> Iterator[Post]:
    """A conversation for any number of letters, encrypted and signed in to; NoMail or NotSent if there is none."""
    if settings.smtp_url is None:
        raise NoMail
    url = urlsplit(settings.smtp_url)
    if url.scheme not in {"smtp", "smtps"} or not url.hostname:
        raise NotSetUp("SMTP_URL must look like smtp://user:password@host:587 or smtps://user:password@host:465.")
    try:
        server = _connected(url, url.hostname)
    except (OSError, smtplib.SMTPException):
        raise NotSent from None
    try:
        yield Post(server, _sender(url, settings))
    finally:
        # The letters are taken already; whether the goodbye is heard does not matter.
        with suppress(OSError, smtplib.SMTPException):
            server.quit()


@contextmanager
def one_at_a_time(settings: Settings) -> Iterator[None]:
    """Nobody else of this installation mails a round of letters meanwhile; Underway if somebody does.

    The lock is one of the operating system, so it is gone with the process, however that ends.
    """
    with (settings.home / "mail.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise Underway from None
        yield


def _connected(url: SplitResult, host: str) -> smtplib.SMTP:
    context = ssl.create_default_context()
    server: smtplib.SMTP
    if url.scheme == "smtps":
        server = smtplib.SMTP_SSL(host, url.port or 465, timeout=TIMEOUT, context=context)
    else:
        server = smtplib.SMTP(host, url.port or 587, timeout=TIMEOUT)
    try:
        server.ehlo()
        if url.scheme == "smtp" and (host not in _THIS_MACHINE or server.has_extn("starttls")):
            server.starttls(context=context)
            server.ehlo()
        if url.username:
            server.login(unquote(url.username), unquote(url.password or ""))
    except BaseException:
        server.close()
        raise
    return server


def _sender(url: SplitResult, settings: Settings) -> str:
    named = parse_qs(url.query).get("from", [""])[0]
    user = unquote(url.username or "")
    return named or (user if "@" in user else f"verbatim@{urlsplit(settings.public_url).hostname or 'localhost'}")
