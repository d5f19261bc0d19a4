"""The durable runner: performs a run's effects, records their outcomes, and replays them."""

from assent_engine.runner.endings import Endings, RunReport
from assent_engine.runner.places import OPEN
from assent_engine.runner.runs import Runs

__all__ = ["OPEN", "Endings", "RunReport", "Runs"]
