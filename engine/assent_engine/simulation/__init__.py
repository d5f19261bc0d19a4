"""Runs in memory: virtual time, no store, one history for one seed."""

from assent_engine.simulation.execution import CallExecution, Execution, PerformStep
from assent_engine.simulation.simulation import Simulation
from assent_engine.simulation.timeline import TraceEntry

__all__ = ["CallExecution", "Execution", "PerformStep", "Simulation", "TraceEntry"]
