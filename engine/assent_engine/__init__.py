"""The engine: interpreter, journal, runners, approvals and the step registry."""

from assent_engine.registry import StepFailed, StepRegistry, step
from assent_engine.simulate import Result, simulate

__all__ = ["Result", "StepFailed", "StepRegistry", "simulate", "step"]
