"""The results as a page of Markdown: what was measured on, the figures, and what exactly each of them is."""

import inspect
from collections.abc import Iterable, Iterator, Mapping, Sequence

from benchmarks.databases import TITLES, Kind
from benchmarks.ours import Ours
from benchmarks.peers import Peer
from benchmarks.raw import Raw, RawPostgres, RawSqlite
from benchmarks.results import CONTENDERS, TIMES, Limit, Part, Results, Speed

OPERATIONS = {"log": "Log one decision", "load": "Import", "replay": "Replay", "project": "Rebuild"}
_HOW = (
    "Every commit of everybody is on the disk before it counts (fsync on). Figures are medians of rounds in which all "
    "take turns; compare ratios, not figures of different machines."
)
_TINY = "**A tiny run proves that everything can be measured. Its figures mean nothing.**"
_KINDS: tuple[Kind, ...] = ("sqlite", "postgres")


def page(results: Results, about: Mapping[str, str], command: str, *, judged: bool) -> str:
    """The whole page; where it is not to be judged, because too little was measured, it says so on top."""
    goals: list[Speed | Limit] = [*results.speeds, *results.limits]
    missed = [f"\n- missed: {TITLES[goal.kind]}: {goal.title}" for goal in goals if not goal.met]
    blocks = [
        f"Made with `{command}`. {_HOW}",
        f"**{len(goals) - len(missed)} of {len(goals)} goals met.**\n" + "".join(missed) if judged else _TINY,
        *_speeds(results.speeds),
        *_limits(results.limits),
        *_parts(results.parts),
        _heading("The machine", _rows(("what", "value"), about.items())),
        _heading("What each of them does", "\n".join(_explained(results.speeds))),
    ]
    return "\n\n".join(blocks) + "\n"


def _speeds(speeds: Sequence[Speed]) -> Iterator[str]:
    for kind in _KINDS:
        lines = [
            (
                speed.title,
                *(_number(speed.per_second[name]) for name in CONTENDERS),
                f"**{speed.ratio:.2f} {TIMES}** {speed.against}",
                f"≥ {speed.must:.1f} {TIMES}",
                _met(speed.met),
                f"{speed.ratio_to_raw:.2f} {TIMES}",
            )
            for speed in speeds
            if speed.kind == kind
        ]
        if lines:
            header = ("per second", *CONTENDERS, "charter is", "must", "met", "of the raw limit")
            yield _heading(f"{TITLES[kind]} against the raw limit and the nearest relative", _rows(header, lines))


def _limits(limits: Sequence[Limit]) -> Iterator[str]:
    for kind in _KINDS:
        lines = [
            (
                limit.title,
                f"**{_number(limit.measured)} {limit.unit}**",
                f"{'≤' if limit.at_most else '≥'} {_number(limit.must)} {limit.unit}",
                _met(limit.met),
                limit.how,
            )
            for limit in limits
            if limit.kind == kind
        ]
        if lines:
            yield _heading(f"{TITLES[kind]}: limits", _rows(("what", "measured", "must", "met", "how"), lines))


def _parts(parts: Sequence[Part]) -> Iterator[str]:
    for kind in _KINDS:
        lines = [(part.name, _number(part.per_second)) for part in parts if part.kind == kind]
        if lines:
            yield _heading(f"{TITLES[kind]}: view by view", _rows(("rebuild of", "entries/s"), lines))


def _explained(speeds: Iterable[Speed]) -> Iterator[str]:
    kinds = {speed.kind for speed in speeds}
    raw: list[type] = [cls for kind, cls in (("sqlite", RawSqlite), ("postgres", RawPostgres)) if kind in kinds]
    for name, cls in (("raw limit", Raw), ("eventsourcing", Peer), ("charter", Ours)):
        peculiar = " ".join(_said(each) for each in raw) if cls is Raw else ""
        module = inspect.getmodule(cls)
        general = _said(module) if cls is Peer else f"{_said(cls)} {peculiar}".strip()
        yield f"**{name}**: {general}\n"
        yield from (f"- *{title}*: {_said(getattr(cls, operation))}" for operation, title in OPERATIONS.items())
        yield ""


def _said(thing: object) -> str:
    return " ".join((inspect.getdoc(thing) or "").split())


def _heading(title: str, text: str) -> str:
    return f"## {title}\n\n{text}"


def _rows(header: Sequence[str], lines: Iterable[Sequence[str]]) -> str:
    ruled = [header, ["---"] * len(header), *lines]
    return "\n".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |" for cells in ruled)


def _met(met: bool) -> str:
    return "yes" if met else "**no**"


def _number(value: float) -> str:
    """Three digits that matter, thousands apart."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"
