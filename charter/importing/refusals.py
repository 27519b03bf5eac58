"""Why a file, a mapping or one row of a file is refused."""

from charter.message import NotFound, Refused


class MappingWrong(Refused):
    """The mapping {mapping} cannot be used:

    {faults}"""


class UnknownMapping(NotFound):
    """There is no mapping called {name}. Give the path of a TOML file, or one that comes with the product: {known}."""


class FileMissing(NotFound):
    """The file {path} cannot be opened: {why}."""


class NotATable(Refused):
    """{path} is {what}, not a CSV file. {advice}"""


class ColumnsMissing(Refused):
    """{path} does not have the columns that the mapping names:

    {missing}

    Its header, read as {encoding} and split at {delimiter}, is: {columns}."""


class TooManyPromises(Refused):
    """{path} has more than {limit} rows. A charter file holds a promise a row, so this may be another kind of file."""


class WouldOverwrite(Refused):
    """{path} exists and is not a list of refused rows from an earlier import. Choose another name for this one."""


class WrongNumberOfCells(Refused):
    """The row has {cells} cells and the header {columns}. Look for a separator or quotation mark too many or few."""


class TooLong(Refused):
    """The row, or a cell in it, has more than {limit} characters. Look for a quotation mark that is closed too late:
    what stands before it was left out with the row."""


class NeverClosed(Refused):
    """A quotation mark that is opened here is never closed; all rows after it were left out with it. Close it."""


class NotInEncoding(Refused):
    """{field} holds bytes that are not {encoding}. Mend the text, or name the encoding in the mapping."""


class RowUnreadable(Refused):
    """{faults}."""


class UnknownWord(Refused):
    """{field} reads {word}, which the mapping does not translate.{nearest} Add it to [columns.{field}.values]."""


class NoCode(Refused):
    """No code can be made of {word}. Translate it in the mapping, under [columns.{field}.values]."""


class NotATime(Refused):
    """{field} reads {word}, which is not a time in {formats}. Add its form to [columns.{field}] as formats."""


class NotADay(Refused):
    """{field} reads {word}, which is not a day in {formats}. Add its form to [columns.{field}] as formats."""


class DaysDiffer(Refused):
    """Version {label} of {charter} takes effect on {day} here and on {other} in row {row}. Give both the same day."""


class IncompleteVersion(Refused):
    """Row {row} of version {label} was refused, and a version comes in complete or not at all."""
