"""A Map's reader and writer: which file its items come from, and where its results go."""

from typing import Annotated, Any, Final, Literal

from pydantic import ConfigDict, Field

from assent_schemas.fields import Document, Path, Template
from assent_schemas.jsonata_states import Jsonata

READ_ITEMS: Final = "files.read_items"
WRITE_RESULT: Final = "files.write_result"
S3_READ: Final = "arn:aws:states:::s3:getObject"
S3_WRITE: Final = "arn:aws:states:::s3:putObject"

PLACES: Final = {
    READ_ITEMS: ("path",),
    WRITE_RESULT: ("path",),
    S3_READ: ("Bucket", "Key"),
    S3_WRITE: ("Bucket", "Prefix"),
}
"""The parameters of each resource that make the relative path, the first ones needed."""

MOST_ITEMS: Final = 100_000
"""How many items a file may give, whatever max_items says."""

Resource = Annotated[str, Field(min_length=1, max_length=256)]
Headers = Annotated[
    list[Annotated[str, Field(max_length=256)]], Field(min_length=1, max_length=1000)
]
Delimiter = Literal["COMMA", "PIPE", "SEMICOLON", "SPACE", "TAB"]


class ReaderForm(Document):
    """How a file is read, but for how much of it."""

    input_type: Literal["CSV", "JSON", "JSONL"]
    csv_header_location: Literal["FIRST_ROW", "GIVEN"] = "FIRST_ROW"
    csv_headers: Headers | None = None
    """The columns' names, where the location is GIVEN."""
    csv_delimiter: Delimiter = "COMMA"
    items_pointer: Annotated[str, Field(max_length=512, pattern=r"^(/[\s\S]*)?$")] | None = None
    """Where in a JSON file the array is, as a JSON Pointer; without it the file is the array."""


class ReaderConfig(ReaderForm):
    """How a file is read, and how many of its items."""

    model_config = ConfigDict(
        json_schema_extra={"allOf": [{"not": {"required": ["max_items", "max_items_path"]}}]}
    )

    max_items: int | None = None
    """Only so many items, the first ones; 0 sets no bound of its own."""
    max_items_path: Path | None = None


class ItemReader(Document):
    """Take the items of a Map from a file beneath the home's folder `files`."""

    resource: Resource
    """files.read_items"""
    reader_config: ReaderConfig
    parameters: Template
    """{path: ...}, relative to the folder; keys ending in .$ are paths into the Map's input."""


class WriterConfig(Document):
    """How results are written."""

    transformation: Literal["NONE", "COMPACT", "FLATTEN"] = "NONE"
    """NONE gives {index, output} for each item, COMPACT the outputs, FLATTEN those of lists too."""
    output_type: Literal["JSON", "JSONL"] = "JSON"


class ResultWriter(Document):
    """Write a Map's results to a folder beneath the home's folder `files`."""

    resource: Resource
    """files.write_result"""
    parameters: Template
    """{path: ...}, relative to the folder; each visit writes to a folder of its own in it."""
    writer_config: WriterConfig = WriterConfig()


class JsonataReaderConfig(ReaderForm):
    """The same for a JSONata state."""

    max_items: int | Jsonata | None = None


class JsonataReader(Document):
    """An item reader of a JSONata state."""

    resource: Resource
    reader_config: JsonataReaderConfig
    arguments: Any


class JsonataWriter(Document):
    """A result writer of a JSONata state."""

    resource: Resource
    arguments: Any
    writer_config: WriterConfig = WriterConfig()
