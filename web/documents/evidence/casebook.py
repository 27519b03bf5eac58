"""The pages of an evidence pack: a cover that says what is proved and how to check it, and the decisions after it."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator
from datetime import UTC, datetime
from tempfile import TemporaryFile
from typing import NamedTuple, Self

from charter.evidence.seal import Seal
from charter.proof.checkpoint import Checkpoint
from projections.decision_trail import Trail
from web.documents.evidence.dossier import label, section
from web.documents.evidence.style import STYLE
from web.documents.frame import framed, safe
from web.words import _, ngettext, said

PER_PAGE = 50
"""Decisions on a page; with more, the first page is a list of them."""


class Contents(NamedTuple):
    """What the cover says of a pack."""

    about: str
    """What was asked for, in words."""
    opened: bool
    seal: Seal


class Casebook:
    """The pages, made while decisions are added; it keeps one page of them in memory at a time."""

    def __init__(self) -> None:
        self._links = TemporaryFile()  # noqa: SIM115  # it lives as long as this does
        self._page: list[str] = []
        self._here: list[str] = []
        self._number = 1
        self.count = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._links.close()

    def add(self, trail: Trail) -> Iterator[tuple[str, bytes]]:
        """Add a decision; gives the page before it with its name, once that is full."""
        if len(self._here) == PER_PAGE:
            yield self._turn()
        self._page += section(trail)
        self._here.append(f'<li><a href="{{}}#d-{safe(trail.decision)}">{label(trail)}</a></li>\n')
        self.count += 1

    def _turn(self) -> tuple[str, bytes]:
        name = f"pages/{self._number}.html"
        whole = _("All")
        back = f'<p class="back"><a href="../page.html">{safe(whole)}</a></p>'
        page = _framed(_("Evidence, part {number}").format(number=self._number), [back, *self._page])
        self._write_links(name)
        self._number, self._page = self._number + 1, []
        return name, page

    def _write_links(self, name: str) -> None:
        self._links.write("".join(link.replace("{}", name, 1) for link in self._here).encode())
        self._here = []

    def finish(self, contents: Contents) -> Iterator[tuple[str, Iterator[bytes]]]:
        """The last pages, the cover among them."""
        single = self._number == 1
        if not single:
            name, page = self._turn()
            yield name, iter((page,))
        else:
            self._write_links("")
        yield "page.html", self._cover(contents, self._page if single else [])

    def _cover(self, contents: Contents, decisions: list[str]) -> Iterator[bytes]:
        head, tail = _framed(_("Evidence"), [_MIDDLE]).split(_MIDDLE.encode())
        yield head
        yield "\n".join(_about(contents, self.count)).encode()
        if self.count > 1:
            listed = _("Decisions")
            yield f"<nav><h2>{safe(listed)}</h2><ul>\n".encode()
            self._links.seek(0)
            while part := self._links.read(1 << 20):
                yield part
            yield b"</ul></nav>\n"
        yield "\n".join(decisions).encode()
        yield tail


_MIDDLE = "<!-- -->"


def _framed(title: str, lines: list[str]) -> bytes:
    """A whole page."""
    return "\n".join([*framed(title, STYLE, ["<main>", *lines, "</main>"]), ""]).encode()


def _about(contents: Contents, count: int) -> Iterator[str]:
    seal = contents.seal
    sealed = seal.signed.checkpoint
    lead = ngettext(
        "One decision of a customer charter ledger: {about}.",
        "{number} decisions of a customer charter ledger: {about}.",
        count,
    ).format(number=f"{count:,}", about=said(contents.about))
    yield '<header class="cover">'
    title, in_utc = _("Evidence"), _("All times are in UTC.")
    yield f'<h1>{safe(title)}</h1><p class="lead">{safe(lead)}</p>'
    read = _(
        "All entries about them are here, from a ledger that nobody can alter unnoticed. This page is for reading "
        "and is <strong>no proof</strong>. The proof is in the files beside it. To check them, with Python 3.8 or "
        "newer and nothing else:"
    )
    yield f"<p>{read}</p>"
    yield f'<pre>python3 verify.py --key "{safe(seal.policy.logs[0].key)}"</pre>'
    key = _(
        "Do not take the key from here: ask the company for it by another way, or somebody who knows it. README.txt "
        "says more."
    )
    yield f"<p>{safe(key)}</p>"
    yield "<dl>"
    for name, value in (*_sealed(contents), *_stands(sealed)):
        yield f"<dt>{safe(name)}</dt><dd>{value}</dd>"
    yield "</dl>"
    yield f'<p class="note">{safe(in_utc)}</p></header>'


def _sealed(contents: Contents) -> Iterator[tuple[str, str]]:
    seal = contents.seal
    for log in seal.policy.logs:
        yield _("Signed with"), f"<code>{safe(log.key)}</code>"
    for name, at in seal.cosigned.items():
        moment = datetime.fromtimestamp(at, UTC)
        yield _("Cosigned by"), f"{safe(name)}, {moment:%Y-%m-%d %H:%M:%S}"
    if not seal.cosigned:
        yield _("Cosigned by"), safe(_("no witness"))
    yield _("Time stamp"), safe(_stamped(seal))
    opened, unread = _("opened for this pack"), _("sealed; it can be proved without being read")
    yield _("Personal data"), safe(opened if contents.opened else unread)


def _stands(sealed: Checkpoint) -> Iterator[tuple[str, str]]:
    yield _("Ledger"), f"<code>{safe(sealed.origin)}</code>"
    checkpoint = safe(ngettext("{number} entry, root {root}", "{number} entries, root {root}", sealed.size))
    root = f"<code>{b64encode(sealed.root).decode()}</code>"
    yield _("Checkpoint"), checkpoint.format(number=f"{sealed.size:,}", root=root)


def _stamped(seal: Seal) -> str:
    if seal.stamp is None:
        return _("none: the times are the ledger's own word")
    if seal.stamped is None:
        return _("in stamp.tsr")
    time = f"{seal.stamped.time.astimezone(UTC):%Y-%m-%d %H:%M:%S}"
    return _("{time}, by {authority}").format(time=time, authority=seal.stamped.authority)
