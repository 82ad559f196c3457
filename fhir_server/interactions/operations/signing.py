"""Signs a Bundle with the hospital's key, as a detached JWS over its canonical JSON. https://hl7.org/fhir/R4/signatures.html

The key is P-256, so that anybody can check the signature (ES256). https://hl7.org/fhir/R4/json.html#canonical
"""

from __future__ import annotations

import base64
import binascii
from datetime import datetime

import msgspec
from cryptography.hazmat.primitives.asymmetric import ec
from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import ECKey
from joserfc.util import urlsafe_b64encode

from fhir_server.messages import Resource
from fhir_server.store.documents import instant

ALGORITHM = "ES256"
ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
"""Of the curve P-256: private keys are from 1 to one less."""

UNSIGNED = ("id", "meta", "signature")
"""What the canonical form of a document leaves out, so that it may be copied from server to server."""

VERIFICATION = {
    "system": "urn:iso-astm:E1762-95:2013",
    "code": "1.2.840.10065.1.12.1.5",
    "display": "Verification Signature",
}


def key_of(secret: bytes) -> ECKey:
    """The private key that 32 random bytes stand for."""
    return ECKey.import_key(ec.derive_private_key(int.from_bytes(secret) % (ORDER - 1) + 1, ec.SECP256R1()))


def public(key: ECKey) -> ECKey:
    """The half of it that is for everybody."""
    return ECKey.import_key({str(name): str(value) for name, value in key.as_dict(private=False).items()})


def canonical(bundle: Resource) -> bytes:
    """http://hl7.org/fhir/canonicalization/json#document; numbers as they were written."""
    content = {name: value for name, value in bundle.items() if name not in UNSIGNED}
    return msgspec.json.Encoder(order="sorted", decimal_format="number").encode(content)


def signed(bundle: Resource, key: ECKey, *, who: str, when: datetime) -> Resource:
    """The Bundle with its signature. `who`: the URL of the server that signs."""
    header = {"alg": ALGORITHM, "kid": key.thumbprint()}
    head, _, signature = jws.serialize_compact(header, canonical(bundle), key, algorithms=[ALGORITHM]).split(".")
    element = {
        "type": [VERIFICATION],
        "when": instant(when),
        "who": {"identifier": {"system": "urn:ietf:rfc:3986", "value": who}},
        "targetFormat": "application/fhir+json",
        "sigFormat": "application/jose",
        "data": base64.b64encode(f"{head}..{signature}".encode()).decode(),
    }
    return {**bundle, "signature": element}


def is_genuine(bundle: Resource, key: ECKey) -> bool:
    """Whether this key has signed the Bundle as it is. `key`: the public half is enough; numbers of the Bundle are as
    they were written (Decimal)."""
    try:
        compact = base64.b64decode(bundle["signature"]["data"], validate=True).decode("ascii")
        head, between, signature = compact.split(".")
        whole = f"{head}.{urlsafe_b64encode(canonical(bundle)).decode()}.{signature}"
        jws.deserialize_compact(whole, key, algorithms=[ALGORITHM])
    except (JoseError, ValueError, KeyError, TypeError, binascii.Error):
        return False
    return between == ""
