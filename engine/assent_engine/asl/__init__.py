"""Machines of the Amazon States Language: imported, exported equal, and judged as AWS would."""

from assent_engine.asl.conversion import export_machine, import_machine
from assent_engine.asl.definition import well_formed
from assent_engine.asl.jsonata import approval_problems, speaks_jsonata
from assent_engine.asl.runnable import runnable

__all__ = [
    "approval_problems",
    "export_machine",
    "import_machine",
    "runnable",
    "speaks_jsonata",
    "well_formed",
]
