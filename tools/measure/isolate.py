"""
Runs a function in a process of its own and hands back what it yields. The parent imports PyTorch but never touches
the GPU, so a child is a fork that starts with a fresh CUDA context: its peaks are its own, and running out of
memory ends nothing but the child.
"""

from __future__ import annotations

import multiprocessing
import time
import traceback
from collections.abc import Callable, Iterator
from multiprocessing.connection import Connection


class ChildFailed(Exception):
    """The child raised, died or took too long; the message says which."""


def isolated(function: Callable[..., object], *arguments: object, limit_seconds: float) -> Iterator[object]:
    """
    Yields what `function` yields, or its result where it is no generator.
    @raises ChildFailed after handing back everything that arrived before.
    """
    context = multiprocessing.get_context("fork")
    receiving, sending = context.Pipe(duplex=False)
    child = context.Process(target=_run, args=(sending, function, arguments))
    child.start()
    sending.close()
    deadline = time.monotonic() + limit_seconds
    ended = False
    try:
        while True:
            if not receiving.poll(max(0.0, deadline - time.monotonic())):
                raise ChildFailed(f"took more than {limit_seconds:.0f} s")
            try:
                kind, value = receiving.recv()
            except EOFError:
                child.join(10)
                raise ChildFailed(f"died with exit code {child.exitcode}") from None
            if kind == "end":
                ended = True
                return
            if kind == "error":
                raise ChildFailed(str(value))
            yield value
    finally:
        receiving.close()
        if not ended:
            child.kill()
        child.join()


def _run(sending: Connection, function: Callable[..., object], arguments: tuple) -> None:
    try:
        result = function(*arguments)
        if isinstance(result, Iterator):
            for value in result:
                sending.send(("value", value))
        else:
            sending.send(("value", result))
        sending.send(("end", None))
    except Exception:
        sending.send(("error", traceback.format_exc()))
    finally:
        sending.close()
