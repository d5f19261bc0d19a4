"""The durable runner: performs a run's effects, records their outcomes, and replays them."""

from assent_engine.runner.runs import RunReport, Runs

__all__ = ["RunReport", "Runs"]
