"""Signing keys of invented people, of an invented authority."""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

import asn1crypto.x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, pkcs12
from cryptography.x509.oid import NameOID
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.status import PdfSignatureStatus
from pyhanko_certvalidator import ValidationContext

SINCE = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Authority:
    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate

    def give(self, folder: Path, id: str, name: str, passphrase: str) -> None:
        """Writes the key of a person, as a hospital gets it."""
        key = ec.generate_private_key(ec.SECP256R1())
        usage = x509.KeyUsage(
            digital_signature=True,
            content_commitment=True,
            key_encipherment=False,
            data_encipherment=False,
            key_agreement=False,
            key_cert_sign=False,
            crl_sign=False,
            encipher_only=False,
            decipher_only=False,
        )
        certificate = (
            _certificate(name, self.certificate.subject, key.public_key())
            .add_extension(usage, critical=True)
            .sign(self.key, hashes.SHA256())
        )
        encryption = BestAvailableEncryption(passphrase.encode())
        content = pkcs12.serialize_key_and_certificates(name.encode(), key, certificate, [self.certificate], encryption)
        (folder / f"{id}.p12").write_bytes(content)


@cache
def authority() -> Authority:
    key = ec.generate_private_key(ec.SECP256R1())
    name = _name("Otoritas Contoh")
    certificate = (
        _certificate("Otoritas Contoh", name, key.public_key())
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    return Authority(key, certificate)


def verified(content: bytes) -> PdfSignatureStatus:
    """How the one signature of a file stands, by this authority."""
    (signature,) = PdfFileReader(io.BytesIO(content)).embedded_signatures
    root = asn1crypto.x509.Certificate.load(authority().certificate.public_bytes(Encoding.DER))
    return validate_pdf_signature(signature, ValidationContext(trust_roots=[root]))


def _certificate(name: str, issuer: x509.Name, key: ec.EllipticCurvePublicKey) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(_name(name))
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(SINCE)
        .not_valid_after(SINCE + timedelta(days=3650))
    )


def _name(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
