"""Functions that a worker process has to be able to import."""

import os
import threading

from pydantic import BaseModel

from assent_engine import StepFailed


class Size(BaseModel):
    """How much to do."""

    n: int


class Place(BaseModel):
    """Where something ran."""

    process: int
    main_thread: bool
    answer: int


def here(answer: int) -> Place:
    main = threading.current_thread() is threading.main_thread()
    return Place(process=os.getpid(), main_thread=main, answer=answer)


def square(size: Size) -> Place:
    return here(size.n**2)


def refuse(size: Size) -> Place:
    raise StepFailed("Own.TooMuch", f"{size.n} is too much")
