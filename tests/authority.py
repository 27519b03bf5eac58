"""A real time-stamp authority for tests: OpenSSL's own, with certificates made for the run, behind loopback HTTP."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import RLock, Thread

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID, ObjectIdentifier
from rfc3161_client import TimestampRequestBuilder
from rfc3161_client.base import HashAlgorithm

from charter.proof.der import FIRST, OCTETS, SEQUENCE, only, wrapped
from charter.proof.timestamp import Roots

POLICY = "1.3.6.1.4.1.99999.1"
GENERALIZED_TIME = re.compile(rb"\x18\x0f[0-9]{14}Z")
STAMPS = (ExtendedKeyUsageOID.TIME_STAMPING,)
_DAY = timedelta(days=1)
_SETTINGS = """\
[tsa]
default_tsa = office
[office]
serial = {folder}/serial
signer_cert = {folder}/signer.pem
certs = {folder}/issuer.pem
signer_key = {folder}/signer.key
signer_digest = {digest}
default_policy = {policy}
digests = sha1, sha256, sha384, sha512
accuracy = secs:2, millisecs:500
ess_cert_id_alg = {digest}
tsa_name = yes
"""

Key = ec.EllipticCurvePrivateKey


def new_key() -> Key:
    """A private key on the curve P-256."""
    return ec.generate_private_key(ec.SECP256R1())


def certificate(
    name: str,
    key: Key,
    issuer: x509.Certificate | None = None,
    issuer_key: Key | None = None,
    *,
    usages: tuple[ObjectIdentifier, ...] = (),
    critical: bool = True,
    is_ca: bool = False,
    days: tuple[int, int] = (-9000, 9000),
    number: int | None = None,
) -> x509.Certificate:
    """A certificate from so many days from now to so many, by itself unless an issuer is given."""
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    building = (
        x509.CertificateBuilder(issuer.subject if issuer else subject, subject, key.public_key())
        .serial_number(number or x509.random_serial_number())
        .not_valid_before(now + days[0] * _DAY)
        .not_valid_after(now + days[1] * _DAY)
        .add_extension(x509.BasicConstraints(is_ca, None), critical=True)
    )
    if usages:
        building = building.add_extension(x509.ExtendedKeyUsage(usages), critical=critical)
    return building.sign(issuer_key or key, hashes.SHA256())


def pem(*certificates: x509.Certificate) -> bytes:
    """Certificates as one PEM file."""
    return b"".join(each.public_bytes(Encoding.PEM) for each in certificates)


class Authority:
    """An authority with a root, an issuer under it, and a signer with a certificate for time stamps.

    The other arguments make one whose certificates are not as they should be, or its clock.
    """

    def __init__(
        self,
        folder: Path,
        *,
        name: str = "Harbour Time Office",
        usages: tuple[ObjectIdentifier, ...] = STAMPS,
        critical: bool = True,
        issuer_is_ca: bool = True,
        days: tuple[int, int] = (-9000, 9000),
        digest: str = "sha256",
        clock: Callable[[], datetime] | None = None,
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder, self._clock, self._one_by_one = folder, clock, RLock()
        root_key, issuer_key, key = new_key(), new_key(), new_key()
        self.root = certificate(f"{name} Root", root_key, is_ca=True)
        self.issuer = certificate(f"{name} Issuer", issuer_key, self.root, root_key, is_ca=issuer_is_ca)
        self.signer = certificate(name, key, self.issuer, issuer_key, usages=usages, critical=critical, days=days)
        self.roots = Roots((self.root,))
        self.chain = folder / "root.pem"
        """The file with its root, which is all that a reader needs."""
        self.chain.write_bytes(pem(self.root))
        (folder / "signer.pem").write_bytes(pem(self.signer))
        (folder / "issuer.pem").write_bytes(pem(self.issuer))
        (folder / "signer.key").write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        (folder / "serial").write_text("01\n")
        (folder / "settings").write_text(_SETTINGS.format(folder=folder, digest=digest, policy=POLICY))

    def answer(self, question: bytes) -> bytes:
        """The response (DER) of `openssl ts` to a request (DER); by another clock, signed anew with its time."""
        with self._one_by_one:
            (self.folder / "question").write_bytes(question)
            self._openssl("ts -reply -config settings -queryfile question -out answer")
            answer = (self.folder / "answer").read_bytes()
        status, *token = only(answer).parts(SEQUENCE)
        if self._clock and token:
            return wrapped(SEQUENCE, status.whole + self._at(token[0].whole, self._clock()))
        return answer

    def token(self, text: bytes, at: datetime | None = None) -> bytes:
        """A token (DER) over a text, by `openssl ts`; to say another time, signed anew."""
        question = TimestampRequestBuilder(text, HashAlgorithm.SHA256).build().as_bytes()
        token = only(self.answer(question)).parts(SEQUENCE)[1].whole
        return self._at(token, at) if at else token

    def _at(self, token: bytes, at: datetime) -> bytes:
        said = tst_info(token)
        time = GENERALIZED_TIME.search(said)
        assert time
        return self.sign(said.replace(time[0], b"\x18\x0f%sZ" % at.strftime("%Y%m%d%H%M%S").encode()))

    def sign(self, said: bytes, *options: str) -> bytes:
        """A token with any TSTInfo (DER) in it, by `openssl cms`, which asks nothing of the signer's certificate."""
        with self._one_by_one:
            (self.folder / "said").write_bytes(said)
            words = "cms -sign -binary -nodetach -nosmimecap -md sha256 -outform DER -econtent_type id-smime-ct-TSTInfo"
            files = "-in said -signer signer.pem -inkey signer.key -certfile issuer.pem -out token"
            self._openssl(f"{words} {files}", *(options or ("-cades",)))
            return (self.folder / "token").read_bytes()

    def _openssl(self, words: str, *more: str) -> None:
        subprocess.run(["openssl", *words.split(), *more], cwd=self.folder, check=True, capture_output=True)


def tst_info(token: bytes) -> bytes:
    """What a token (DER) says, a TSTInfo (DER)."""
    [signed] = only(token).parts(SEQUENCE)[1].parts(FIRST)
    [octets] = signed.parts(SEQUENCE)[2].parts(SEQUENCE)[1].parts(FIRST)
    return octets.holding(OCTETS)


def with_certificates(token: bytes, *certificates: x509.Certificate) -> bytes:
    """A token (DER) that brings other certificates, or none: they are not signed."""
    kind, content = only(token).parts(SEQUENCE)
    [signed] = content.parts(FIRST)
    parts = [part.whole for part in signed.parts(SEQUENCE) if part.tag != FIRST]
    brought = b"".join(each.public_bytes(Encoding.DER) for each in certificates)
    parts[-1:-1] = [wrapped(FIRST, brought)] if certificates else []
    return wrapped(SEQUENCE, kind.whole + wrapped(FIRST, wrapped(SEQUENCE, b"".join(parts))))


@contextmanager
def served(
    answer: Callable[[bytes], bytes], *, status: int = 200, headers: Mapping[str, str] | None = None
) -> Iterator[str]:
    """The address at which whatever is posted is answered so, on the loopback interface."""

    class Answering(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = answer(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(status)
            for name, value in {"Content-Length": str(len(body)), **(headers or {})}.items():
                self.send_header(name, value)
            self.end_headers()
            with suppress(OSError):
                self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Answering) as server:
        Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/tsa"
        finally:
            server.shutdown()
