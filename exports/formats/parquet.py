"""Parquet: a file for each instrument, typed, with labels in its metadata; made while it is read, so of any size.

A choice is the option's code (a dictionary, what R calls a factor and pandas a category). Where there is no answer the
value is null, and beside each column that may lack one stands its companion with the kind of gap, else ``answered``.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import islice
from typing import Any

from exports.cells import storable
from exports.codebook import Table, remarks, tables, versions_of
from exports.dataset import Dataset, File, Sink
from exports.gaps import ANSWERED, GAPS, LABELS, Gap
from exports.outlet import Outlet
from exports.stat_files import NotInstalled
from exports.variables import Type, Value, Variable
from instruments.sentences import in_language

try:
    import pyarrow as pa
    import pyarrow.parquet as pq
except ImportError:
    INSTALLED = False
else:
    INSTALLED = True

_ROWS_AT_ONCE = 500
# A group of rows is what a reader loads at once, and what is held here: as many rows as have this many bytes.
_GROUP_BYTES = 16_000_000
_GROUP_ROWS = 20_000
_BECAME = [ANSWERED, *(gap.value for gap in GAPS)]
_BECAME_AT: dict[Gap, int] = {gap: at for at, gap in enumerate(GAPS, 1)}


def files(data: Dataset) -> Iterator[File]:
    """One file for each instrument. Raises NotInstalled."""
    if not INSTALLED:
        raise NotInstalled
    for table in tables(data):
        yield File(f"parquet/{table.stem}.parquet", partial(_write, data, table))


def losses(data: Dataset) -> tuple[str, ...]:
    """What Parquet says otherwise than it was said."""
    return ("Parquet: when a probe was ticked is not said, only that it was.",)


def _write(data: Dataset, table: Table, sink: Sink) -> None:
    columns = [_Column(variable, data.language) for variable in table.variables]
    schema = pa.schema([field for column in columns for field in column.fields], metadata=_about(data, table))
    coded = [field.name for field in schema if pa.types.is_dictionary(field.type)]
    rows = table.rows(data)
    with pq.ParquetWriter(Outlet(sink), schema, compression="snappy", use_dictionary=coded) as writer:
        held: list[Any] = []
        while several := list(islice(rows, _ROWS_AT_ONCE)):
            arrays = [
                array
                for column, values in zip(columns, zip(*several, strict=True), strict=True)
                for array in column.arrays(values)
            ]
            held.append(pa.record_batch(arrays, schema=schema))
            enough = sum(batch.nbytes for batch in held) > _GROUP_BYTES or len(held) * _ROWS_AT_ONCE >= _GROUP_ROWS
            if enough:
                writer.write_table(pa.Table.from_batches(held, schema))
                held = []
        if held:
            writer.write_table(pa.Table.from_batches(held, schema))


def _about(data: Dataset, table: Table) -> dict[str, str]:
    said = {
        "title": data.title,
        "reference": data.reference,
        "instrument": table.instrument.id,
        "language": data.language,
        "made_on": data.made_on.isoformat(),
        "days": " ".join(remarks(data)),
        "versions": "\n".join(versions_of(table.instrument, data.language)),
        "gaps": json.dumps({gap.value: in_language(LABELS[gap], data.language) for gap in GAPS}, ensure_ascii=False),
    }
    return {f"verbatim.{name}": storable(text) for name, text in said.items()}


class _Column:
    """A variable and its companion in Parquet's words."""

    def __init__(self, variable: Variable, language: str) -> None:
        type_, self._convert = _types(variable)
        lacking = bool(variable.gaps)
        self._type = type_
        codes = [label.code for label in variable.labels]
        self._codes = pa.array(codes, pa.string()) if variable.type is Type.CHOICE else None
        self._places: dict[Value, int] = {code: at for at, code in enumerate(codes)}
        self._words = pa.array(_BECAME, pa.string())
        labels = {label.code: label.text for label in variable.labels}
        about = {
            "label": variable.label,
            "labels": json.dumps(labels, ensure_ascii=False),
            "measure": variable.measure.value,
            "question": variable.source.question,
            "part": variable.source.part,
            "versions": " ".join(map(str, variable.source.versions)),
        }
        self.fields = [pa.field(variable.name, type_, lacking, {name: text for name, text in about.items() if text})]
        if lacking:
            companion = {"label": variable.label, "of": variable.name}
            self.fields.append(
                pa.field(variable.companion, pa.dictionary(pa.int8(), pa.string()), nullable=False, metadata=companion)
            )

    def arrays(self, values: tuple[Value, ...]) -> Iterator[Any]:
        """The values as Arrow holds them, and what became of each."""
        whole = Gap not in set(map(type, values))
        if self._codes is not None:
            at = pa.array([self._places.get(value) for value in values], pa.int16())
            yield pa.DictionaryArray.from_arrays(at, self._codes)
        else:
            there: Sequence[Any] = values if whole else [None if isinstance(value, Gap) else value for value in values]
            if self._convert is not None:
                there = [None if value is None else self._convert(value) for value in there]
            yield pa.array(there, self._type)
        if len(self.fields) > 1:
            nought = bytes(len(values))
            became = nought if whole else bytes(_BECAME_AT[v] if isinstance(v, Gap) else 0 for v in values)
            at = pa.Array.from_buffers(pa.int8(), len(values), [None, pa.py_buffer(became)])
            yield pa.DictionaryArray.from_arrays(at, self._words)


def _types(variable: Variable) -> tuple[Any, Callable[[Any], Value] | None]:
    """The type of the column, and how a value becomes one of it."""
    match variable.type:
        case Type.TEXT:
            return pa.string(), None
        case Type.CHOICE:
            return pa.dictionary(pa.int16(), pa.string()), None
        case Type.FLAG:
            return pa.bool_(), bool
        case Type.DAY:
            return pa.date32(), None
        case Type.NUMBER:
            return (pa.float64(), None) if variable.decimals else (pa.int64(), None)
