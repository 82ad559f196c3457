"""The port to BSrE's service, against a simulator of it."""

from __future__ import annotations

import asyncio
import io
from dataclasses import replace
from pathlib import Path

import pytest
from pikepdf import Name, Pdf, String
from pydantic import SecretStr

from exports.pdf.archive import ANCHOR
from exports.signing.bsre import BsreSigner
from exports.signing.port import NotSigned, Signatory, Uncertain, Unsigned
from tests.exports import anchored, charts
from tests.exports.signing.bsre_simulator import NIK, PASSPHRASE, PASSWORD, USER, simulated
from tests.exports.signing.keys import verified
from tests.exports.words import Place, codes, words

ASKED = {"nik": NIK, "reason": "Surat Keterangan Sakit"}
SHOWN = {"tampilan": "visible", "image": "false", "linkQR": anchored.CHECK, "width": "51", "height": "51"}


def _who(nik: str = NIK, passphrase: str = PASSPHRASE) -> Signatory:
    return Signatory("nakes-013", "dr. Contoh", nik, SecretStr(passphrase))


def _signer(url: str, password: str = PASSWORD, seconds: float = 20) -> BsreSigner:
    return BsreSigner(url, USER, SecretStr(password), seconds)


def _file(*texts: str) -> Unsigned:
    return Unsigned(anchored.content("surat-sakit", *texts), "Surat Keterangan Sakit", anchored.CHECK)


@pytest.mark.parametrize("around", [True, False])
@pytest.mark.parametrize(("texts", "anchor"), [((), "^"), (("10^3", "^"), "#"), (("<para># &#94;</para>",), "^")])
async def test_a_signature_is_seen_in_its_space_and_nothing_is_beneath_it(
    texts: tuple[str, ...], anchor: str, around: bool, tmp_path: Path
) -> None:
    file = _file(*texts)
    async with simulated(around=around) as service:
        signed = await _signer(service.url).sign(file, _who())
        assert service.asked == [{**ASKED, **SHOWN, "tag_koordinat": anchor}]
    assert (await asyncio.to_thread(verified, signed)).bottom_line
    assert "No syntax or stream encoding errors found" in charts.checked(signed, tmp_path)
    read = words(signed, tmp_path)
    (place,) = (word for word in read if anchor in word.text)
    drawn = [found for found in codes(signed, tmp_path) if found.text == anchored.CHECK]
    at_the_foot = list(codes(file.content, tmp_path))
    (picture,) = (found for found in drawn if not any(_same(found, other) for other in at_the_foot))
    assert len(drawn) == len(at_the_foot) + 1
    assert picture.page == place.page
    assert [word.text for word in read if word is not place and picture.over(word)] == []


def _same(one: Place, other: Place) -> bool:
    return one.page == other.page and max(abs(one.left - other.left), abs(one.top - other.top)) < 2


async def test_where_both_characters_are_written_the_signature_is_not_seen_and_our_code_is(tmp_path: Path) -> None:
    file = _file("^ #")
    async with simulated() as service:
        signed = await _signer(service.url).sign(file, _who())
        assert service.asked == [{**ASKED, "tampilan": "invisible"}]
    assert (await asyncio.to_thread(verified, signed)).bottom_line
    assert list(codes(signed, tmp_path)) == list(codes(file.content, tmp_path))


@pytest.mark.parametrize(("anchor", "says"), [("#", "# ditemukan 0 kali"), ("2", "2 ditemukan ")])
async def test_an_anchor_that_is_missing_or_not_alone_would_be_refused(anchor: str, says: str) -> None:
    with Pdf.open(io.BytesIO(_file().content)) as pdf:
        pdf.docinfo[Name(ANCHOR)] = String(anchor)
        pdf.save(broken := io.BytesIO())
    async with simulated() as service:
        with pytest.raises(NotSigned) as refused:
            await _signer(service.url).sign(replace(_file(), content=broken.getvalue()), _who())
    assert says in refused.value.text.id


@pytest.mark.parametrize(
    ("mood", "who", "password", "says"),
    [
        ("sign", _who(passphrase="salah"), PASSWORD, "Passphrase anda salah"),
        ("sign", _who(), "salah", "Unauthorized"),
        ("expired", _who(), PASSWORD, "kedaluwarsa"),
        ("sign", _who(nik=""), PASSWORD, "NIK"),
    ],
)
async def test_what_is_refused_is_not_signed_for_sure(mood: str, who: Signatory, password: str, says: str) -> None:
    async with simulated(mood) as service:
        with pytest.raises(NotSigned) as refused:
            await _signer(service.url, password).sign(_file(), who)
    assert says in refused.value.text.id
    assert PASSPHRASE not in repr(refused.value) + repr(who)


@pytest.mark.parametrize("mood", ["slow", "broken", "cut"])
async def test_no_answer_leaves_it_open_whether_it_was_signed(mood: str) -> None:
    async with simulated(mood) as service:
        with pytest.raises(Uncertain):
            await _signer(service.url, seconds=1).sign(_file(), _who())
        assert len(service.asked) == 1


async def test_a_service_that_is_not_there_has_not_signed() -> None:
    async with simulated() as service:
        url = service.url
    with pytest.raises(NotSigned) as refused:
        await _signer(url).sign(_file(), _who())
    assert "tidak dapat dihubungi" in refused.value.text.id
