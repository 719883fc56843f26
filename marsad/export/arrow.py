"""Columns with types: Arrow batches, Parquet, and GeoParquet with points in WGS 84.

Lists stay lists, days are days, and an item is one row; its geometry is a point, or several in one.
"""

from __future__ import annotations

import datetime
import itertools
import json
import struct
from collections.abc import Iterable, Iterator
from typing import Any, BinaryIO

from marsad.export import extras
from marsad.export.columns import Column
from marsad.export.frame import Frame
from marsad.export.geo import places_of

BATCH = 10_000
_GEOMETRY = "geometry"
_GEO = {
    "version": "1.1.0",
    "primary_column": _GEOMETRY,
    "columns": {_GEOMETRY: {"encoding": "WKB", "geometry_types": ["Point", "MultiPoint"]}},
}


def schema(columns: Iterable[Column], *, with_geometry: bool = False) -> Any:
    """Return the Arrow schema of columns."""
    pa = extras.arrow()
    kinds = {
        "text": pa.string(),
        "texts": pa.list_(pa.string()),
        "whole": pa.int64(),
        "number": pa.float64(),
        "flag": pa.bool_(),
        "day": pa.date32(),
    }
    fields = [pa.field(c.name, kinds[c.kind]) for c in columns]
    if not with_geometry:
        return pa.schema(fields)
    return pa.schema([*fields, pa.field(_GEOMETRY, pa.binary())], metadata={b"geo": json.dumps(_GEO).encode()})


def batches(items: Iterable[Any], frame: Frame, *, with_geometry: bool = False) -> Iterator[Any]:
    """Yield Arrow record batches of the items, some thousand rows at a time."""
    pa = extras.arrow()
    wanted = schema(frame.columns, with_geometry=with_geometry)
    pending = iter(items)
    while portion := list(itertools.islice(pending, BATCH)):
        arrays = [pa.array((_typed(c, i) for i in portion), wanted.field(n).type) for n, c in enumerate(frame.columns)]
        if with_geometry:
            arrays.append(pa.array((well_known(i) for i in portion), pa.binary()))
        yield pa.RecordBatch.from_arrays(arrays, schema=wanted)


def table(items: Iterable[Any], frame: Frame) -> Any:
    """Return one Arrow table of the items."""
    return extras.arrow().Table.from_batches(batches(items, frame), schema(frame.columns))


def write_parquet(items: Iterable[Any], stream: BinaryIO, frame: Frame) -> int:
    """Write Parquet; returns how many items."""
    return _write(items, stream, frame, with_geometry=False)


def write_geoparquet(items: Iterable[Any], stream: BinaryIO, frame: Frame) -> int:
    """Write GeoParquet 1.1; returns how many items."""
    return _write(items, stream, frame, with_geometry=True)


def _write(items: Iterable[Any], stream: BinaryIO, frame: Frame, *, with_geometry: bool) -> int:
    parquet = extras.parquet()
    wanted = schema(frame.columns, with_geometry=with_geometry)
    count = 0
    with parquet.ParquetWriter(stream, wanted, compression="zstd") as writer:
        for batch in batches(items, frame, with_geometry=with_geometry):
            writer.write_batch(batch)
            count += batch.num_rows
    return count


def _typed(column: Column, item: Any) -> Any:
    value = column.read(item)
    if column.kind == "day" and value:
        return datetime.date.fromisoformat(value)
    return value


def well_known(item: Any) -> bytes | None:
    """Return the places of an item as well-known binary: a point, several points, or None without coordinates."""
    points = list(dict.fromkeys((p.lon, p.lat) for p in places_of(item) if p.lat is not None and p.lon is not None))
    shapes = [struct.pack("<BIdd", 1, 1, lon, lat) for lon, lat in points]
    if len(shapes) > 1:
        return struct.pack("<BII", 1, 4, len(shapes)) + b"".join(shapes)
    return shapes[0] if shapes else None
