"""Which voices a system has; each is imported only where it speaks."""

import sys

from assent_service.power.port import Voice


def voices() -> list[Voice]:
    """The voices of this system, the best first; on another one there are none."""
    match sys.platform:
        case "linux":
            return _linux()
        case "darwin":
            from assent_service.power.macos import MacPower

            return [MacPower()]
        case "win32":
            from assent_service.power.windows import WindowsPower

            return [WindowsPower()]
    return []


def _linux() -> list[Voice]:
    from assent_service.power.logind import Logind
    from assent_service.power.set_clock import SetClock

    return [Logind(), SetClock()]
