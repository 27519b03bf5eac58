"""How values are typed: days, moments, codes, limits and choices, each with an answer when it is wrong."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from difflib import get_close_matches
from enum import StrEnum
from typing import Any

import click

from charter.charters.commands import LimitWording
from charter.terms import Serves
from terminal.times import to_day, to_moment


class DayValue(click.ParamType[Any]):
    """A day, typed as YYYY-MM-DD."""

    name = "day"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The day."""
        if isinstance(value, date):
            return value
        try:
            return to_day(value)
        except ValueError:
            self.fail(f"{value!r} is not a day. Type it as 2026-11-22.", param, ctx)


class MomentValue(click.ParamType[Any]):
    """A moment, typed in ISO 8601; where the user is, when it names no zone."""

    name = "time"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The moment in UTC."""
        if isinstance(value, datetime):
            return value
        try:
            return to_moment(value)
        except ValueError:
            self.fail(f"{value!r} is not a time. Type it as 2026-11-22T08:15, with Z for UTC.", param, ctx)


class CodeValue(click.ParamType[str]):
    """The code of a promise or a limit; small letters will do."""

    name = "code"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The code as it is written in the charter."""
        del param, ctx
        return str(value).strip().upper()


class NameValue(click.ParamType[str]):
    """The short name of a charter or a person; capitals will do."""

    name = "name"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The name as it is kept."""
        del param, ctx
        return str(value).strip().lower()


class LimitValue(click.ParamType[Any]):
    """What is said no to, and whom that serves, typed as `customer: No refund on used tickets`."""

    name = "serves: text"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The limit as it is worded."""
        if isinstance(value, LimitWording):
            return value
        serves, colon, text = str(value).partition(":")
        if not colon or not text.strip() or serves.strip().lower() not in set(Serves):
            some = ", ".join(Serves)
            self.fail(f'say whom it serves ({some}), then what: "customer: No refund on used tickets".', param, ctx)
        return {"serves": serves.strip().lower(), "text": text}


class OneOf(click.Choice[str]):
    """One of a few words; a mistyped one is answered with the nearest."""

    def __init__(self, choices: Sequence[str] | type[StrEnum]) -> None:
        super().__init__([str(choice) for choice in choices], case_sensitive=False)

    def get_invalid_choice_message(self, value: Any, ctx: click.Context | None) -> str:
        """The nearest word, or all of them."""
        del ctx
        near = get_close_matches(str(value).lower(), self.choices, n=1)
        meant = f"Did you mean {near[0]}?" if near else f"Use one of: {', '.join(self.choices)}."
        return f"{value!r} is not known here. {meant}"


DAY, MOMENT, CODE, NAME, LIMIT = DayValue(), MomentValue(), CodeValue(), NameValue(), LimitValue()
