"""What a time-stamp token consists of, as its own signed part names it: who signed, with which certificate and hash.

A token is a SignedData (RFC 5652) around a TSTInfo (RFC 3161), signed once. The names here are as in those documents.
"""

from __future__ import annotations

from hashlib import new
from typing import NamedTuple, Self

from charter.proof.der import FIRST, INTEGER, OCTETS, OID, SEQUENCE, SET, Value, only, wrapped

_SIGNED_DATA = bytes.fromhex("2a864886f70d010702")  # 1.2.840.113549.1.7.2
_TST_INFO = bytes.fromhex("2a864886f70d0109100104")  # 1.2.840.113549.1.9.16.1.4
_CONTENT_TYPE = bytes.fromhex("2a864886f70d010903")  # 1.2.840.113549.1.9.3
_SIGNING_CERTIFICATE = bytes.fromhex("2a864886f70d010910020c")  # 1.2.840.113549.1.9.16.2.12, RFC 2634
_SIGNING_CERTIFICATE_V2 = bytes.fromhex("2a864886f70d010910022f")  # 1.2.840.113549.1.9.16.2.47, RFC 5035
_SHA_2 = {
    bytes.fromhex("608648016503040201"): "sha256",  # 2.16.840.1.101.3.4.2.1, and so on
    bytes.fromhex("608648016503040202"): "sha384",
    bytes.fromhex("608648016503040203"): "sha512",
}


class SignedData(NamedTuple):
    """A token, cut into what has to be looked at."""

    ordered: bytes
    """The token with its certificates in the order of DER, which many authorities don't keep; they are not signed."""
    certificates: tuple[bytes, ...]
    """The certificates that it brings, DER."""
    issuer: bytes
    """The issuer's name, DER, in the certificate that signed."""
    serial: bytes
    """The number of that certificate, as DER has it."""
    hash_name: str
    """How the signer's certificate was hashed: sha1, sha256, sha384 or sha512."""
    certificate_hash: bytes
    """The hash of the signer's certificate, from what is signed."""

    @classmethod
    def parse(cls, token: bytes) -> Self:
        """ValueError for what is no token, or one that RFC 3161, RFC 5816 or good sense (SHA-1) forbid."""
        kind, content = only(token).parts(SEQUENCE)
        _expect(kind, _SIGNED_DATA, "signed data")
        [signed] = content.parts(FIRST)
        version, digests, stamped, *optional, signers = signed.parts(SEQUENCE)
        _expect(stamped.parts(SEQUENCE)[0], _TST_INFO, "a time stamp")
        certificates = sorted(each.whole for part in optional if part.tag == FIRST for each in part.parts(FIRST))
        rest = [version.whole, digests.whole, stamped.whole]
        if certificates:
            rest.append(wrapped(FIRST, b"".join(certificates)))
        rest += [part.whole for part in optional if part.tag != FIRST]
        rebuilt = wrapped(SEQUENCE, b"".join([*rest, signers.whole]))
        infos = signers.parts(SET)
        if len(infos) != 1:
            msg = f"it has {len(infos)} signers instead of one"
            raise ValueError(msg)
        _, signer, digest, attributes, *_ = infos[0].parts(SEQUENCE)
        if digest.parts(SEQUENCE)[0].holding(OID) not in _SHA_2:
            msg = "it is signed over a hash other than SHA-2"
            raise ValueError(msg)
        issuer, serial = signer.parts(SEQUENCE)
        named = _attributes(attributes)
        _expect(named[_CONTENT_TYPE], _TST_INFO, "a time stamp")
        hash_name, certificate_hash = _certificate_hash(named)
        ordered = wrapped(SEQUENCE, kind.whole + wrapped(FIRST, rebuilt))
        number = serial.holding(INTEGER)
        return cls(ordered, tuple(certificates), issuer.whole, number, hash_name, certificate_hash)

    def names(self, certificate: bytes) -> bool:
        """Whether it names a certificate, DER, by issuer and number; ValueError for what is none."""
        _, *fields = only(certificate).parts(SEQUENCE)[0].parts(SEQUENCE)  # after the version, which is 3
        return (fields[0].holding(INTEGER), fields[2].whole) == (self.serial, self.issuer)

    def signed_with(self, certificate: bytes) -> bool:
        """Whether a certificate, DER, is the one whose hash is part of what is signed."""
        return new(self.hash_name, certificate, usedforsecurity=False).digest() == self.certificate_hash


def _expect(value: Value, oid: bytes, what: str) -> None:
    if value.holding(OID) != oid:
        msg = f"it is not {what}"
        raise ValueError(msg)


def _attributes(signed: Value) -> dict[bytes, Value]:
    """The single value of each signed attribute, by its object identifier."""
    named: dict[bytes, Value] = {}
    for attribute in signed.parts(FIRST):
        kind, values = attribute.parts(SEQUENCE)
        if kind.holding(OID) in named:
            msg = "a signed attribute stands there twice"
            raise ValueError(msg)
        [named[kind.content]] = values.parts(SET)
    if _CONTENT_TYPE not in named:
        msg = "what it signs is not named"
        raise ValueError(msg)
    return named


def _certificate_hash(named: dict[bytes, Value]) -> tuple[str, bytes]:
    """How and to what the signer's certificate was hashed: the first ESSCertIDv2, else the first ESSCertID."""
    if _SIGNING_CERTIFICATE_V2 in named:
        first = named[_SIGNING_CERTIFICATE_V2].parts(SEQUENCE)[0].parts(SEQUENCE)[0].parts(SEQUENCE)
        if first[0].tag == OCTETS:
            return "sha256", first[0].content
        algorithm = first[0].parts(SEQUENCE)[0].holding(OID)
        if algorithm not in _SHA_2:
            msg = "it names its certificate by a hash other than SHA-2"
            raise ValueError(msg)
        return _SHA_2[algorithm], first[1].holding(OCTETS)
    if _SIGNING_CERTIFICATE in named:
        first = named[_SIGNING_CERTIFICATE].parts(SEQUENCE)[0].parts(SEQUENCE)[0].parts(SEQUENCE)
        return "sha1", first[0].holding(OCTETS)
    msg = "it does not say which certificate signed it"
    raise ValueError(msg)
