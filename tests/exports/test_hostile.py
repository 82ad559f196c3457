"""Nothing in a record can make the drawing fetch, run or break anything, whatever document it is on."""

from __future__ import annotations

import re
import socket
import subprocess
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from exports.catalogue import KINDS
from exports.making import Making
from tests.exports import charts
from tests.exports.hostile import PORT, TEXTS, spoiled
from tests.exports.samples import SAMPLES

ACTIVE = (
    b"/JavaScript",
    b"/JS",
    b"/Launch",
    b"/EmbeddedFile",
    b"/URI",
    b"/OpenAction",
    b"/AA",
    b"/SubmitForm",
    b"/GoToR",
)


@pytest.fixture(scope="module")
def visited() -> Iterator[list[bytes]]:
    """What anybody sends to the address in the attack texts."""
    seen: list[bytes] = []
    with socket.create_server(("127.0.0.1", PORT), reuse_port=True) as server:
        server.settimeout(0.1)
        ended = threading.Event()

        def listen() -> None:
            while not ended.is_set():
                try:
                    connection, _ = server.accept()
                except TimeoutError:
                    continue
                with connection:
                    seen.append(connection.recv(1000))

        thread = threading.Thread(target=listen)
        thread.start()
        yield seen
        ended.set()
        thread.join()


@pytest.mark.parametrize("code", sorted(KINDS))
def test_whatever_is_written_where_nothing_is_done_but_shown(code: str, tmp_path: Path, visited: list[bytes]) -> None:
    """Each text somewhere, in turn, and none of them everywhere: what one does could hide what the next does."""
    for texts in (list(TEXTS.values()), list(reversed(TEXTS.values()))):
        _harmless(_drawn(code, texts), tmp_path)
    assert visited == []


@pytest.mark.parametrize("attack", sorted(TEXTS))
def test_a_text_stays_a_text(attack: str, tmp_path: Path, visited: list[bytes]) -> None:
    content = _drawn("resume-medis", [TEXTS[attack]])
    _harmless(content, tmp_path)
    assert visited == []
    shown = re.sub(r"\s+", "", charts.text_of(content, tmp_path))
    if attack in SHOWN:
        assert re.sub(r"\s+", "", SHOWN[attack]) in shown


def _drawn(code: str, texts: Sequence[str]) -> bytes:
    sample = SAMPLES[code]()
    making = Making(spoiled(sample.chart, texts), sample.letterhead, texts[0], sample.options, sample.language)
    return charts.drawn(KINDS[code].sheet(making))


def _harmless(content: bytes, folder: Path) -> None:
    plain = _uncompressed(content, folder)
    assert [word for word in ACTIVE if re.search(rb"%b\b" % word, plain)] == []


SHOWN = {
    "size": "<font size=9999>besar</font>",
    "entities": "&#60;b&#62; &nbsp; &copy; &unknown;",
    "chinese": "\N{REPLACEMENT CHARACTER}" * 3,
}
"""What must be read back letter by letter."""


def _uncompressed(content: bytes, folder: Path) -> bytes:
    """The objects of the file without what streams show as text."""
    source, target = folder / "source.pdf", folder / "plain.pdf"
    source.write_bytes(content)
    subprocess.run(["qpdf", "--qdf", "--object-streams=disable", str(source), str(target)], check=True)
    return re.sub(rb"stream\n.*?\nendstream", b"", target.read_bytes(), flags=re.DOTALL)
