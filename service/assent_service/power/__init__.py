"""Sleep, wake and set clocks: told by the operating system, and noticed where it does not tell."""

from assent_service.power.port import Heard, Told, Unavailable, Voice
from assent_service.power.watch import PowerWatch

__all__ = ["Heard", "PowerWatch", "Told", "Unavailable", "Voice"]
