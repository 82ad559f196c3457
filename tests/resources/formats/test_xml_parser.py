"""The XML parser opens no file and no address."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from resources.formats.malformed import MalformedXml
from resources.formats.xml_parser import parse


def test_the_root_is_returned() -> None:
    assert parse(b"\xef\xbb\xbf<?xml version='1.0' encoding='UTF-8'?><a><b/></a>").tag == "a"


@pytest.mark.parametrize("encoding", ["UTF-8", "utf-8", "US-ASCII"])
def test_declared_encodings_that_are_utf8(encoding: str) -> None:
    assert parse(f"<?xml version='1.0' encoding='{encoding}'?><a/>".encode()).tag == "a"


def test_the_error_gives_line_and_column() -> None:
    with pytest.raises(MalformedXml) as caught:
        parse(b"<a>\n<b></a>")
    assert "line 2" in caught.value.issue.text.en
    assert "baris 2" in caught.value.issue.text.id


def test_no_file_and_no_address_is_opened(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("secret")
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.2)
        port = server.getsockname()[1]
        for target in (secret.as_uri(), f"http://127.0.0.1:{port}/x"):
            with pytest.raises(MalformedXml, match="DOCTYPE"):
                parse(f'<!DOCTYPE a [<!ENTITY x SYSTEM "{target}">]><a>&x;</a>'.encode())
            include = f'<a xmlns:xi="http://www.w3.org/2001/XInclude"><xi:include href="{target}" parse="text"/></a>'
            assert not "".join(str(text) for text in parse(include.encode()).itertext())
            parse(f'<?xml-stylesheet href="{target}"?><a/>'.encode())
        with pytest.raises(TimeoutError):
            server.accept()
