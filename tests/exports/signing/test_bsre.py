"""The port to BSrE's service, against a simulator of it."""

from __future__ import annotations

import pytest
from pydantic import SecretStr

from exports.signing.bsre import BsreSigner
from exports.signing.port import NotSigned, Signatory, Uncertain
from tests.exports.signing.bsre_simulator import NIK, PASSPHRASE, PASSWORD, SIGNED, USER, simulated

CONTENT = b"%PDF-1.4 contoh"


def _who(nik: str = NIK, passphrase: str = PASSPHRASE) -> Signatory:
    return Signatory("nakes-013", "dr. Contoh", nik, SecretStr(passphrase))


def _signer(url: str, password: str = PASSWORD, seconds: float = 1) -> BsreSigner:
    return BsreSigner(url, USER, SecretStr(password), seconds)


async def test_a_file_comes_back_signed() -> None:
    async with simulated() as service:
        assert await _signer(service.url).sign(CONTENT, _who(), "Resume Medis") == CONTENT + SIGNED
        assert service.asked == [{"nik": NIK, "tampilan": "invisible", "size": len(CONTENT)}]


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
            await _signer(service.url, password).sign(CONTENT, who, "Resume Medis")
    assert says in refused.value.text.id
    assert PASSPHRASE not in repr(refused.value) + repr(who)


@pytest.mark.parametrize("mood", ["slow", "broken", "cut"])
async def test_no_answer_leaves_it_open_whether_it_was_signed(mood: str) -> None:
    async with simulated(mood) as service:
        with pytest.raises(Uncertain):
            await _signer(service.url).sign(CONTENT, _who(), "Resume Medis")
        assert len(service.asked) == 1


async def test_a_service_that_is_not_there_has_not_signed() -> None:
    async with simulated() as service:
        url = service.url
    with pytest.raises(NotSigned) as refused:
        await _signer(url).sign(CONTENT, _who(), "Resume Medis")
    assert "tidak dapat dihubungi" in refused.value.text.id
