"""PAdES signatures (B-B) with keys of the hospital's own: one PKCS#12 file for each person, opened with that person's
passphrase. https://www.etsi.org/deliver/etsi_en/319100_319199/31914201/
"""

from __future__ import annotations

import asyncio
import io
from dataclasses import dataclass
from pathlib import Path

from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import PdfSignatureMetadata, PdfSigner, SimpleSigner
from pyhanko.sign.fields import MDPPerm, SigSeedSubFilter

from exports.pdf.archive import anchor_of
from exports.signing.port import NotSigned, Signatory, Unsigned
from resources.issues import Text

FIELD = "TandaTangan"
NO_KEY = Text(
    "There is no signing key of yours here: ask the hospital's IT.",
    "Kunci tanda tangan Anda belum ada di sini: hubungi petugas TI.",
)
ANOTHERS = Text(
    "This document was issued to be signed through BSrE: issue it anew.",
    "Dokumen ini diterbitkan untuk ditandatangani melalui BSrE: terbitkan ulang.",
)
WRONG = Text("The passphrase is wrong.", "Passphrase salah.")


@dataclass(frozen=True, slots=True)
class LocalSigner:
    """`keys`: a folder with <Practitioner id>.p12."""

    keys: Path

    async def sign(self, file: Unsigned, who: Signatory) -> bytes:
        """In a thread: it reckons for some time. Raises NotSigned."""
        return await asyncio.to_thread(self._sign, file, who)

    def _sign(self, file: Unsigned, who: Signatory) -> bytes:
        if anchor_of(file.content):
            raise NotSigned(ANOTHERS)
        signer = self._signer(who)
        metadata = PdfSignatureMetadata(
            field_name=FIELD,
            md_algorithm="sha256",
            name=who.name,
            reason=file.title,
            subfilter=SigSeedSubFilter.PADES,
            certify=True,
            docmdp_permissions=MDPPerm.NO_CHANGES,
        )
        out = io.BytesIO()
        PdfSigner(metadata, signer=signer).sign_pdf(IncrementalPdfFileWriter(io.BytesIO(file.content)), output=out)
        return out.getvalue()

    def _signer(self, who: Signatory) -> SimpleSigner:
        """Raises NotSigned."""
        path = self.keys / f"{who.id}.p12"
        if not path.is_file():
            raise NotSigned(NO_KEY)
        passphrase = who.passphrase.get_secret_value().encode()
        signer = SimpleSigner.load_pkcs12(path, passphrase=passphrase)  # type: ignore[no-untyped-call]
        if not isinstance(signer, SimpleSigner):
            raise NotSigned(WRONG)
        return signer
