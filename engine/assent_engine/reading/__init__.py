"""A policy read before anyone approves it: its worst case, plain words, differences, a picture."""

from assent_engine.reading.bounds import Bound, Unbounded
from assent_engine.reading.coverage import Coverage, coverage
from assent_engine.reading.difference import PolicyDiff, diff
from assent_engine.reading.documents import FieldChange, Renaming
from assent_engine.reading.explain import AT_WORST, explain, reading
from assent_engine.reading.outside import acts_outside
from assent_engine.reading.picture import graph
from assent_engine.reading.proof import Proof
from assent_engine.reading.reading import Reading, Section
from assent_engine.reading.risks import RiskChange
from assent_engine.reading.worst import WorstCase, worst_case

__all__ = [
    "AT_WORST",
    "Bound",
    "Coverage",
    "FieldChange",
    "PolicyDiff",
    "Proof",
    "Reading",
    "Renaming",
    "RiskChange",
    "Section",
    "Unbounded",
    "WorstCase",
    "acts_outside",
    "coverage",
    "diff",
    "explain",
    "graph",
    "reading",
    "worst_case",
]
