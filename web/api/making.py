"""Checkpoints and backups, which take longer than an answer may: begun here, and looked at until they are made."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Request, Response

from charter.leaf import stamp
from charter.message import NotFound
from web import making
from web.api.asking import At, said
from web.api.description import PREFIX, may_answer
from web.api.orders import Key, Writes
from web.asking import Admin
from web.making import Made, of_site
from web.words import said as in_words
from web.work import Run

router = APIRouter(tags=["Upkeep"])


class UnknownWork(NotFound):
    """This server knows of no work {id}: it knows the latest, as long as it runs. Look at what there is by now."""


@dataclass(frozen=True, slots=True)
class Begun:
    """A checkpoint or a backup: how far it is, in percent once `total` is 100, and what came of it, in words."""

    id: str
    what: Literal["checkpoint", "backup"]
    state: Literal["running", "made", "failed"]
    by: str
    since: str
    done: int
    total: int
    told: str | None
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Backup:
    """A backup in the server's folder: when it was made, how many entries it has, its length; or what is wrong."""

    name: str
    made_at: str | None
    size: int
    bytes: int
    wrong: str | None


_begun: dict[int | str, dict[str, Any]] = {
    202: {
        "description": "It goes on, also one that was begun before.",
        "headers": {"Location": {"description": "Where it can be looked at.", "schema": {"type": "string"}}},
    }
}


@router.post(
    "/checkpoints",
    status_code=202,
    response_model=Begun,
    responses=may_answer(409, begun=_begun),
    summary="Make a checkpoint",
)
def make_checkpoint(request: Request, by: Writes, asks: Admin, key: Key = None) -> Response:
    """Seal every entry there is, as `charter checkpoint` does; the witnesses are asked. For admins.

    One is made at a time. The key counts as long as this server runs, and until what was begun with it fails.
    """
    del asks
    return _goes_on(making.begin_checkpoint(request, by.person, key))


@router.post(
    "/backups",
    status_code=202,
    response_model=Begun,
    responses=may_answer(409, begun=_begun),
    summary="Make a backup",
)
def make_backup(request: Request, by: Writes, asks: Admin, key: Key = None) -> Response:
    """Make a backup in the server's folder and check it, as `charter backup` does. For admins.

    One is made at a time. The key counts as long as this server runs, and until what was begun with it fails.
    """
    del asks
    return _goes_on(making.begin_backup(request, by.person, key))


@router.get("/backups", response_model=list[Backup], responses=may_answer(409), summary="The backups there are")
def backups(site: At, asks: Admin) -> Response:
    """The backups in the server's folder, the newest first. For admins."""
    del asks
    return said(
        [
            Backup(each.name, stamp(each.made_at) if each.made_at else None, each.size, each.bytes, each.wrong or None)
            for each in making.backups(making.folder_of(site))
        ]
    )


@router.get("/works/{work}", response_model=Begun, responses=may_answer(404), summary="How far it is")
def work(
    site: At, asks: Admin, work: Annotated[str, Path(max_length=40, description="Its id, as it was answered.")]
) -> Response:
    """How far a checkpoint or a backup is, and what came of it. For admins."""
    del asks
    run = site.once(of_site).runs.get(work)
    if run is None:
        raise UnknownWork(id=work)
    return said(_shown(run))


def _goes_on(run: Run[Made]) -> Response:
    return said(_shown(run), status=202, headers={"Location": f"{PREFIX}/works/{run.id}"})


def _shown(run: Run[Made]) -> Begun:
    made, failed = run.made, run.failed
    return Begun(
        run.id,
        "backup" if run.what == "backup" else "checkpoint",
        "made" if made else "failed" if failed else "running",
        run.by,
        stamp(run.since),
        run.done,
        run.total,
        in_words(made.words) if made else failed or None,
        tuple(in_words(note) for note in made.notes) if made else (),
    )
