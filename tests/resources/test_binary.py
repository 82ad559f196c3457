"""What the hospital keeps as Binary, and what it is given out as."""

from __future__ import annotations

import pytest

from resources.binary import KINDS, begins_rightly, complete, file_name, is_shortened, served, shortened
from resources.formats.summary import SUBSETTED

HTML = b"<html><script>alert(1)</script></html>"
BINARY = {"resourceType": "Binary", "id": "b", "contentType": "application/pdf", "data": "AAAA"}


@pytest.mark.parametrize(
    ("content_type", "given_out"),
    [
        ("application/pdf", "application/pdf"),
        ("Image/PNG", "image/png"),
        ("text/plain; charset=utf-8", "text/plain; charset=utf-8"),
        ("text/plain;charset=utf-8", "text/plain;charset=utf-8"),
        ("application/dicom", "application/dicom"),
        ("text/xml", "text/xml"),
        ("text/html", "application/octet-stream"),
        ("TEXT/HTML; charset=utf-8", "application/octet-stream"),
        ("application/xhtml+xml", "application/octet-stream"),
        ("image/svg+xml", "application/octet-stream"),
        ("text/javascript", "application/octet-stream"),
        ("application/fhir+json", "application/octet-stream"),
        ("a/b", "application/octet-stream"),
        ("", "application/octet-stream"),
        ("text/plain; x=a\r\nSet-Cookie: b=c", "text/plain"),
        ("text/plain; nama=é", "text/plain"),
    ],
)
def test_what_it_is_given_out_as(content_type: str, given_out: str) -> None:
    assert served(content_type) == given_out


@pytest.mark.parametrize("type", ["text/html", "application/xhtml+xml", "image/svg+xml", "text/javascript", "text/css"])
def test_what_a_browser_would_run_is_not_kept(type: str) -> None:
    assert type not in KINDS


@pytest.mark.parametrize(
    ("content_type", "beginning", "fits"),
    [
        ("application/pdf", b"%PDF-1.7\n...", True),
        ("application/pdf", HTML, False),
        ("image/png", b"\x89PNG\r\n\x1a\n....", True),
        ("image/png", HTML, False),
        ("IMAGE/JPEG; x=y", HTML, False),
        ("image/jpeg", b"\xff\xd8\xff\xe0", True),
        ("image/webp", b"RIFF....WEBPVP8 ", True),
        ("image/webp", b"RIFF....WAVEfmt ", False),
        ("application/dicom", bytes(128) + b"DICM", True),
        ("application/dicom", bytes(132), False),
        ("application/dicom", b"DICM", False),
        ("application/zip", b"PK\x03\x04", True),
        ("text/plain", HTML, True),
        ("text/xml", HTML, True),
        ("application/octet-stream", b"", True),
    ],
)
def test_whether_a_file_begins_as_it_says(content_type: str, beginning: bytes, fits: bool) -> None:
    assert begins_rightly(content_type, beginning) is fits


@pytest.mark.parametrize(
    ("content_type", "name"),
    [("application/pdf", "Binary-b.pdf"), ("text/xml; charset=utf-8", "Binary-b.xml"), ("text/html", "Binary-b.bin")],
)
def test_the_name_of_the_file(content_type: str, name: str) -> None:
    assert file_name("b", content_type) == name


def test_without_its_content() -> None:
    short = shortened({**BINARY, "meta": {"versionId": "1", "tag": [{"code": "x"}]}})
    assert short == {
        "resourceType": "Binary",
        "id": "b",
        "meta": {"versionId": "1", "tag": [{"code": "x"}, SUBSETTED]},
        "contentType": "application/pdf",
    }
    assert shortened(short) == short
    assert is_shortened(short)
    assert complete(short)["meta"] == {"versionId": "1", "tag": [{"code": "x"}]}
    assert "meta" not in complete(shortened(BINARY))


@pytest.mark.parametrize("meta", [None, [], "x", {"tag": "x"}, {"tag": [1]}, {"tag": [{"code": "SUBSETTED"}]}])
def test_what_says_nothing_of_it(meta: object) -> None:
    assert not is_shortened({**BINARY, "meta": meta})
    assert complete({**BINARY, "meta": meta}) == {**BINARY, "meta": meta}
