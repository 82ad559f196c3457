"""Messages, over a real connection to a mail server that keeps what it hears."""

from __future__ import annotations

import io
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_string
from email.policy import default

import pytest

from auth.senders import CannotSend, Message, console, nobody, smtp
from tests.processes import free_port

MESSAGE = Message("Kode untuk akun Anda", "RSUD: kode Anda 12345678.\n.\nTitik.", email="siti@mail.example")


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True

    def __init__(self, refuses: str) -> None:
        super().__init__(("127.0.0.1", 0), _Conversation)
        self.heard: list[str] = []
        self.refuses = refuses


class _Conversation(socketserver.StreamRequestHandler):
    server: _Server

    def handle(self) -> None:
        self.say("220 mail.example")
        while line := self.hear():
            command = line.split(" ")[0].upper()
            if command == self.server.refuses:
                self.say("550 no")
            elif command == "EHLO":
                self.say("250-mail.example\r\n250 AUTH PLAIN")
            elif command == "DATA":
                self.say("354 go on")
                while self.hear() != ".":
                    pass
                self.say("250 taken")
            else:
                self.say("235 in" if command == "AUTH" else "221 bye" if command == "QUIT" else "250 ok")

    def hear(self) -> str:
        line = self.rfile.readline().decode().rstrip("\r\n")
        self.server.heard.append(line)
        return line

    def say(self, text: str) -> None:
        self.wfile.write(f"{text}\r\n".encode())


@contextmanager
def mail_server(refuses: str = "") -> Iterator[_Server]:
    with _Server(refuses) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def test_a_mail_arrives() -> None:
    with mail_server() as server:
        smtp(f"smtp://us%40er:p%3Aw@127.0.0.1:{server.server_address[1]}", "rm@rsud.example")(MESSAGE)
    assert "mail FROM:<rm@rsud.example>" in " ".join(server.heard)
    assert "rcpt TO:<siti@mail.example>" in " ".join(server.heard)
    assert any(line.startswith("AUTH PLAIN ") for line in server.heard)
    begin = next(number for number, line in enumerate(server.heard) if line.startswith("From:"))
    mail = message_from_string("\n".join(server.heard[begin : server.heard.index(".", begin)]), policy=default)
    assert mail["Subject"] == "Kode untuk akun Anda"
    assert "12345678" in str(mail.get_payload())


@pytest.mark.parametrize("refuses", ["AUTH", "MAIL", "RCPT", "DATA"])
def test_a_refusal_is_told_without_the_message(refuses: str) -> None:
    with mail_server(refuses) as server:
        send = smtp(f"smtp://user:secret@127.0.0.1:{server.server_address[1]}", "rm@rsud.example")
        with pytest.raises(CannotSend) as problem:
            send(MESSAGE)
    assert "12345678" not in str(problem.value)
    assert "secret" not in str(problem.value)


def test_nobody_listens() -> None:
    with pytest.raises(CannotSend, match="ConnectionRefusedError"):
        smtp(f"smtp://127.0.0.1:{free_port()}", "rm@rsud.example")(MESSAGE)


def test_a_header_cannot_be_smuggled_in() -> None:
    with mail_server() as server:
        send = smtp(f"smtp://127.0.0.1:{server.server_address[1]}", "rm@rsud.example")
        with pytest.raises(CannotSend):
            send(Message("x", "y", email="a@b.example\r\nBcc: evil@evil.example"))
    assert "evil" not in " ".join(server.heard)


def test_a_telephone_alone_is_no_address() -> None:
    with pytest.raises(CannotSend, match="no e-mail address"):
        smtp("smtp://127.0.0.1:1", "rm@rsud.example")(Message("x", "y", telephone="0812"))
    with pytest.raises(CannotSend, match="RSUD_SMTP_URL"):
        nobody(MESSAGE)


def test_the_console_of_a_developer() -> None:
    stream = io.StringIO()
    console(stream)(MESSAGE)
    assert "siti@mail.example" in stream.getvalue()
    assert "12345678" in stream.getvalue()
