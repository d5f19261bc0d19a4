"""Local files of a Map: items read from one folder, results written beneath it."""

from assent_engine.files.folder import Folder
from assent_engine.files.memory import MemoryFiles
from assent_engine.files.port import FileFault, Files
from assent_engine.files.reading import Reader, read_items
from assent_engine.files.results import Results

__all__ = ["FileFault", "Files", "Folder", "MemoryFiles", "Reader", "Results", "read_items"]
