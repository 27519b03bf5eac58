"""Verifies a time stamp (RFC 3161): that somebody who is trusted with the time saw a checkpoint, and when.

What is stamped is the checkpoint's note text: the UTF-8 bytes of its lines up to and with the newline of the last, and
neither the blank line nor the signatures after it. So a witness may cosign later and the stamp still holds, and
``openssl ts -verify`` needs nothing but those lines in a file.

A token is believed when its imprint is a SHA-2 hash of that text; when the signature over it is by the certificate
that it names (ESSCertID, RFC 5816), a certificate for time stamps alone (RFC 3161 §2.3); and when that one leads to a
root that the reader trusts, all of them valid at the moment of the stamp, so that a stamp outlives its authority's
certificates. Whether a certificate was revoked is not asked.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import NamedTuple, Self

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from rfc3161_client import TimeStampResponse, VerifierBuilder, decode_timestamp_response
from rfc3161_client.errors import VerificationError

from charter.proof.der import INTEGER, SEQUENCE, wrapped
from charter.proof.signed_data import SignedData

MOST = 1 << 16
"""Bytes of a token; a real one has a tenth of that."""
_MOST_OF_ROOTS = 1 << 20
"""Bytes of a file with roots."""
_SECOND = timedelta(seconds=1)
_DAY = 86_400
_GRANTED = wrapped(SEQUENCE, wrapped(INTEGER, b"\0"))
_PEM = re.compile(rb"-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----")
_SAID = (  # in the words of rfc3161-client, and of OpenSSL below it; the first that is found
    ("Mismatch between messages", "it is over something else than this checkpoint"),
    ("has expired", "a certificate of its authority had expired by then"),
    ("not yet valid", "a certificate of its authority was not valid yet"),
    ("Verify error", "its authority does not lead to a root that is trusted here"),
    ("signature failure", "its signature is wrong: the token was changed"),
    ("digest failure", "its signature is wrong: the token was changed"),
)


class BadStamp(ValueError):
    """A token that proves nothing; the message says why, as the rest of a sentence."""


class Stamp(NamedTuple):
    """What a verified token says."""

    time: datetime
    """When, by the authority's clock, in UTC."""
    accuracy: timedelta
    """How far from that it may have been; at least a second, which is what most authorities write the time in."""
    authority: str
    """Who: the common name in the certificate that signed, or all of its name."""
    policy: str
    """Under which of its policies, an object identifier in dots."""
    serial: int
    """The authority's number for this token."""


class Roots(NamedTuple):
    """Whom a reader trusts with the time."""

    trusted: tuple[x509.Certificate, ...]
    """Certificates that stand for themselves; nothing is believed that does not lead to one of them."""
    others: tuple[x509.Certificate, ...] = ()
    """What may lead there where a token does not bring it."""

    @classmethod
    def parse(cls, data: bytes) -> Self:
        """The certificates in a PEM file, or the one in a DER file; ValueError where none stands for itself."""
        if len(data) > _MOST_OF_ROOTS:
            msg = f"it is longer than {_MOST_OF_ROOTS:,} bytes"
            raise ValueError(msg)
        pieces = _PEM.findall(data)
        read = x509.load_pem_x509_certificate if pieces else x509.load_der_x509_certificate
        try:
            found = [read(piece) for piece in pieces or [data]]
        except ValueError:
            msg = "it holds something else than certificates"
            raise ValueError(msg) from None
        trusted = tuple(each for each in found if each.issuer == each.subject)
        if not trusted:
            msg = "none of its certificates is a root, which is issued by itself"
            raise ValueError(msg)
        return cls(trusted, tuple(each for each in found if each.issuer != each.subject))


def verify_stamp(
    token: bytes, text: bytes, roots: Roots, *, nonce: int | None = None, policy: str | None = None
) -> Stamp:
    """What a token (the TimeStampToken of RFC 3161, DER) says about a note's text; BadStamp if it proves nothing.

    `nonce` and `policy` (in dots) are what was asked for; they are compared when they are given.
    """
    if len(token) > MOST:
        raise BadStamp(f"it is longer than {MOST:,} bytes")
    try:
        signed = SignedData.parse(token)
        response = decode_timestamp_response(wrapped(SEQUENCE, _GRANTED + signed.ordered))
        signer = _signer(signed, roots)
        _verify(response, signer if not signed.certificates else None, text, roots)
        stamp = _stamp(response, signer)
    except BadStamp:
        raise
    except (ValueError, IndexError) as error:
        raise BadStamp(f"it is not a token that can be read ({error})") from error
    if nonce is not None and response.tst_info.nonce != nonce:
        raise BadStamp("it answers another question: its nonce is not the one that was sent")
    if policy is not None and stamp.policy != policy:
        raise BadStamp(f"it was given under the policy {stamp.policy}, not {policy}")
    return stamp


def _signer(signed: SignedData, roots: Roots) -> x509.Certificate:
    """The certificate that signed: for time stamps and nothing else."""
    certificates = signed.certificates or tuple(each.public_bytes(Encoding.DER) for each in roots.others)
    found = [each for each in certificates if signed.names(each)]
    if not found:
        raise BadStamp("the certificate of its signer is missing")
    if len(found) > 1:
        raise BadStamp("two certificates claim to be its signer's")
    if not signed.signed_with(found[0]):
        raise BadStamp("the certificate that it brings is not the one it was signed with")
    signer = x509.load_der_x509_certificate(found[0])
    try:
        usage = signer.extensions.get_extension_for_class(x509.ExtendedKeyUsage)
    except x509.ExtensionNotFound:
        usage = None
    if usage is None or not usage.critical or [*usage.value] != [ExtendedKeyUsageOID.TIME_STAMPING]:
        raise BadStamp(f"the certificate of {_name(signer)} is not one for time stamps alone")
    return signer


def _verify(response: TimeStampResponse, signer: x509.Certificate | None, text: bytes, roots: Roots) -> None:
    """Imprint, signature, and the way to a root at the moment of the stamp; BadStamp if one of them is wrong.

    `signer` is the certificate that signed, where the token does not bring it.
    """
    verifier = VerifierBuilder(tsa_certificate=signer, intermediates=[*roots.others], roots=[*roots.trusted]).build()
    try:
        verifier.verify_message(response, text)
    except VerificationError as error:
        words = str(error)
        why = next((said for part, said in _SAID if part in words), f"it does not verify ({words})")
        raise BadStamp(why) from error


def _stamp(response: TimeStampResponse, signer: x509.Certificate) -> Stamp:
    info = response.tst_info
    given = info.accuracy  # the library says it is always there; RFC 3161 says it may be missing
    parts = (given.seconds or 0, given.millis or 0, given.micros or 0) if given else (0, 0, 0)
    accuracy = timedelta(seconds=min(parts[0], _DAY), milliseconds=parts[1], microseconds=parts[2])
    return Stamp(
        info.gen_time.astimezone(UTC),
        max(accuracy, _SECOND),
        _name(signer),
        info.policy.dotted_string,
        info.serial_number,
    )


def _name(certificate: x509.Certificate) -> str:
    """Whose certificate it is, on one line."""
    common = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    return str(common[0].value) if common else certificate.subject.rfc4514_string()
