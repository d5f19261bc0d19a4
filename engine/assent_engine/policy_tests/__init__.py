"""The tests that come with a policy: carried out on canned answers, told with what they cover."""

from assent_engine.policy_tests.running import Outcome, Report, run_tests

__all__ = ["Outcome", "Report", "run_tests"]
