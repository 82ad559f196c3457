"""Sending a message to a person: a port, with an adapter for e-mail (SMTP) and one for a developer's console."""

from __future__ import annotations

import smtplib
import sys
from collections.abc import Callable
from dataclasses import dataclass
from email.message import EmailMessage
from typing import TextIO
from urllib.parse import unquote, urlsplit

SECONDS = 20


class CannotSend(Exception):
    """The message could not be handed over; the text says what happened, without the message."""


@dataclass(frozen=True, slots=True)
class Message:
    """`email` and `telephone`: where the person can be reached, at least one of them."""

    subject: str
    text: str
    email: str | None = None
    telephone: str | None = None


Sender = Callable[[Message], None]
"""Sends a message and waits for that. Raises CannotSend."""


def console(stream: TextIO = sys.stderr) -> Sender:
    """For development: the message is printed, and nobody gets it."""

    def send(message: Message) -> None:
        print(f"To {message.email or message.telephone}: {message.subject}\n{message.text}", file=stream, flush=True)

    return send


def nobody(_: Message) -> None:
    """Where nothing is set up. Raises CannotSend."""
    raise CannotSend("Set RSUD_SMTP_URL to send messages.")


def smtp(url: str, sender: str, connect: Callable[[str, int], smtplib.SMTP] | None = None) -> Sender:
    """E-mail by way of `smtp://user:password@host:587` (STARTTLS, unless on this machine) or `smtps://…:465`."""
    place = urlsplit(url)
    host, encrypted = place.hostname or "localhost", place.scheme == "smtps"
    port = place.port or (465 if encrypted else 587)

    def send(message: Message) -> None:
        if message.email is None:
            raise CannotSend("There is no e-mail address, and no other way of sending.")
        try:
            with (connect or _connected(encrypted))(host, port) as server:
                if not encrypted and host not in ("127.0.0.1", "localhost", "::1"):
                    server.starttls()
                if place.username:
                    server.login(unquote(place.username), unquote(place.password or ""))
                server.send_message(_mail(message, sender))
        except (OSError, ValueError, smtplib.SMTPException) as problem:
            raise CannotSend(f"The mail server did not take the message: {type(problem).__name__}.") from None

    return send


def _connected(encrypted: bool) -> Callable[[str, int], smtplib.SMTP]:
    kind = smtplib.SMTP_SSL if encrypted else smtplib.SMTP
    return lambda host, port: kind(host, port, timeout=SECONDS)


def _mail(message: Message, sender: str) -> EmailMessage:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = sender, message.email, message.subject
    mail.set_content(message.text)
    return mail
