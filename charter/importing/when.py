"""The fields of a row that are times or days, read as the mapping says they are written."""

from datetime import date
from zoneinfo import ZoneInfo

from charter.importing.columns import TimeColumn
from charter.importing.readers import Cells, Readers, shown
from charter.importing.refusals import NotADay, NotATime
from charter.importing.times import ISO, Read, days, moments


class Times:
    """A field that is a time, as a function from a row's cells and the zone of times that name none."""

    def __init__(self, readers: Readers, field: str) -> None:
        column = readers.column(field)
        assert column is None or isinstance(column, TimeColumn)
        self._field, self._text = field, readers.text(field)
        self._formats = column.formats if column else []
        self._otherwise = column.otherwise if column else None
        self._moment = moments(self._formats)

    def __call__(self, cells: Cells, zone: ZoneInfo) -> Read | None:
        """The moment; None where nothing is known; raises NotATime."""
        text = self._text(cells)
        if text is None:
            return None
        read = self._moment(text, zone)
        if read is None and self._otherwise is None:
            raise NotATime(field=self._field, word=shown(text), formats=" or ".join(self._formats) or ISO)
        return read


class Days:
    """A field that is a day of the calendar, as a function from a row's cells."""

    def __init__(self, readers: Readers, field: str, *, last: bool = False) -> None:
        column = readers.column(field)
        assert column is None or isinstance(column, TimeColumn)
        self._field, self._text = field, readers.text(field)
        self._formats = column.formats if column else []
        self._otherwise = column.otherwise if column else None
        self._day = days(self._formats, last=last)

    def __call__(self, cells: Cells) -> date | None:
        """The day; None where nothing is known; raises NotADay."""
        text = self._text(cells)
        if text is None:
            return None
        day = self._day(text)
        if day is None and self._otherwise is None:
            raise NotADay(field=self._field, word=shown(text), formats=" or ".join(self._formats) or ISO)
        return day
