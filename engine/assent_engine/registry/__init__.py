"""What policies may call: steps and macros, declared once, and other policies, by name."""

from assent_engine.registry.context import StepContext, World, WorldPartMissing
from assent_engine.registry.declaration import (
    Compensation,
    Done,
    NotDone,
    Reconciled,
    RegistrationError,
    Risk,
    StepDeclaration,
    StepFailed,
    Unsure,
)
from assent_engine.registry.macro import Macro, tasks
from assent_engine.registry.registry import StepRegistry, step

__all__ = [
    "Compensation",
    "Done",
    "Macro",
    "NotDone",
    "Reconciled",
    "RegistrationError",
    "Risk",
    "StepContext",
    "StepDeclaration",
    "StepFailed",
    "StepRegistry",
    "Unsure",
    "World",
    "WorldPartMissing",
    "step",
    "tasks",
]
