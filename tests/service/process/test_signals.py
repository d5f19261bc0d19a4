"""Being told to end, by real signals."""

import asyncio
import os
import signal

import pytest

from assent_service.process.signals import told_to_end


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
async def test_a_signal_tells_to_end_and_does_not_kill(number: signal.Signals) -> None:
    with told_to_end() as told:
        for _ in range(2):
            os.kill(os.getpid(), number)
            async with asyncio.timeout(30):
                await told.wait()


async def test_after_it_signals_are_what_they_were() -> None:
    before = signal.getsignal(signal.SIGTERM)
    with told_to_end() as told:
        pass
    assert not told.is_set()
    assert signal.getsignal(signal.SIGTERM) is before
