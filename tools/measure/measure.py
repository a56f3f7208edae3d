#!/usr/bin/env python3
"""
Measures training memory, training speed, prompt and decode times of small random-weight models on one NVIDIA GPU,
and writes them as records for `plan validate`. Needs PyTorch with CUDA and nothing else. See README.md beside this
file.
"""

from __future__ import annotations

import argparse
import datetime
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from cases import RECIPES, ServingCase, TrainingCase
from flow_yaml import RecordFile, comment, flow
from gpus import data_sheet, guess_gpu
from grid import (
    edge_runs,
    first_edge_micro_batch,
    next_edge_micro_batch,
    quick_serving_grid,
    quick_training_grid,
    serving_grid,
    training_grid,
)
from isolate import ChildFailed, isolated
from records import Origin, serving_record, shares, training_records

PARTS = ("machine", "training", "serving", "edge")
CATALOG = Path(__file__).resolve().parents[2] / "catalogs" / "gpus"
# A run that has not ended by then hangs.
CASE_LIMIT_SECONDS = 120.0
# No case is begun with less left: starting a process and its CUDA context takes some seconds.
LEAST_SECONDS = 8.0


def arguments(given: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--output", metavar="FILE", help="records; rates of the machine go to FILE with .machine.yaml")
    parser.add_argument("--gpu", metavar="ID", help="catalog id of the GPU (default: by the name the driver gives it)")
    parser.add_argument(
        "--recipe", choices=[*RECIPES, "both"], default="both", help="precisions of states (default both)"
    )
    parser.add_argument("--parts", default=",".join(PARTS), help=f"comma-separated, of {', '.join(PARTS)}")
    parser.add_argument("--quick", action="store_true", help="one run of each kind, under a minute")
    parser.add_argument("--budget-seconds", type=float, metavar="S", help="stop after S (default 480; quick: 60)")
    parser.add_argument("--compile", action="store_true", help="serving: layers through torch.compile")
    parser.add_argument("--group", help="group of the records (default measured-<gpu>)")
    parser.add_argument("--list", action="store_true", help="print the grid for --memory-gib and stop; needs no GPU")
    parser.add_argument("--memory-gib", type=float, default=80.0, help="with --list (default 80)")
    options = parser.parse_args(given)
    options.parts = tuple(part for part in options.parts.split(",") if part)
    unknown = [part for part in options.parts if part not in PARTS]
    if unknown:
        parser.error(f"unknown part {unknown[0]!r}; parts are {', '.join(PARTS)}")
    if options.budget_seconds is None:
        options.budget_seconds = 60.0 if options.quick else 480.0
    if not options.list and not options.output:
        parser.error("--output FILE is needed")
    options.recipes = RECIPES if options.recipe == "both" else (options.recipe,)
    return options


class Session:
    """One run of the tool: its clock, its output, its tally."""

    def __init__(self, options: argparse.Namespace, started: float) -> None:
        self.options = options
        self.started = started
        self.failures = 0
        self.stopped = False
        self.file: RecordFile | None = None
        self.origin: Origin | None = None
        self.memory_gib = 0.0
        # Outcomes of training cases by label: the search for the edge may meet one of the grid.
        self.outcomes: dict[str, str] = {}

    @property
    def left(self) -> float:
        return self.started + self.options.budget_seconds - time.monotonic()

    def has_time(self) -> bool:
        if self.left < LEAST_SECONDS:
            self.stopped = True
        return not self.stopped

    def run(self, label: str, function: Callable[..., object], *given: object) -> Iterator:
        """Results of one child; says what it does, and how it failed."""
        began = time.monotonic()
        # Beyond the budget a run that has begun may end, but not for long.
        limit = min(CASE_LIMIT_SECONDS, max(LEAST_SECONDS, self.left) + 10)
        try:
            yield from isolated(function, *given, limit_seconds=limit)
        except ChildFailed as failure:
            self.failures += 1
            say(f"FAILED {label}: {failure}")
        else:
            say(f"{time.monotonic() - self.started:6.1f} s  {label} ({time.monotonic() - began:.1f} s)")

    def write(self, records: list[dict]) -> None:
        for record in records:
            self.file.append(record)


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def main(given: list[str]) -> int:
    """Exit codes: 0 measured; 1 some case failed; 2 bad usage, no GPU, or a GPU the catalog does not know."""
    options = arguments(given)
    if options.list:
        return print_grid(options)
    started = time.monotonic()
    try:
        # Here, so that the grid and the tests need no PyTorch; before the first fork, so that children need not
        # import it again.
        import machine
        import serving
        import training
    except ImportError as error:
        say(f"PyTorch is needed: {error}")
        return 2
    session = Session(options, started)
    identified = list(session.run("identify", machine.identify))
    if not identified:
        say("no CUDA device could be used")
        return 2
    facts = identified[0]
    gpu = options.gpu or guess_gpu(facts["name"], facts["usable_gib"])
    if gpu is None:
        say(f"no catalog entry is known for {facts['name']!r}; name one with --gpu (plan catalog list gpus)")
        return 2
    date = datetime.date.today().isoformat()
    session.memory_gib = facts["usable_gib"]
    session.origin = Origin(gpu, facts, date, options.group)
    header = describe(facts, gpu, date, machine.nvidia_smi("memory.used"))
    session.file = RecordFile(options.output, header)
    if "machine" in options.parts:
        measure_rates(session, machine.measure_machine, header, gpu)
    if "training" in options.parts:
        grid = quick_training_grid if options.quick else training_grid
        for case in grid(session.memory_gib, options.recipes):
            run_training(session, training.measure_training, case)
    if "serving" in options.parts:
        grid = quick_serving_grid if options.quick else serving_grid
        for case in grid(session.memory_gib):
            run_serving(session, serving.measure_serving, case)
    if "edge" in options.parts and not options.quick:
        for case in edge_runs(options.recipes):
            find_edge(session, training.measure_training, case)
    say(
        f"{session.file.count} records in {options.output}"
        + ("; stopped by the budget" if session.stopped else "")
        + (f"; {session.failures} cases failed" if session.failures else "")
    )
    return 1 if session.failures else 0


def describe(facts: dict, gpu: str, date: str, used_mib: str | None) -> str:
    """The header of the output."""
    return (
        f"Measured with tools/measure on {date}: random weights, one GPU.\n"
        f"GPU {facts['name']} ({gpu}), {facts['usable_gib']:.2f} GiB as the driver reports, compute capability "
        f"{facts['compute_capability']}, {facts['multiprocessors']} multiprocessors, "
        f"{used_mib or 'unknown'} MiB in use before.\n"
        f"Driver {facts['driver']}, CUDA {facts['cuda']}, cuDNN {facts['cudnn']}, torch {facts['torch']}, "
        f"Python {facts['python']}. CUDA context {facts['in_use_gib']:.2f} GiB, counted in peaks of kind device."
    )


def measure_rates(session: Session, function: Callable[..., dict], header: str, gpu: str) -> None:
    if not session.has_time():
        return
    for rates in session.run("machine", function, session.options.quick):
        path = Path(session.options.output).with_suffix(".machine.yaml")
        sheet = data_sheet(CATALOG, gpu)
        with open(path, "w", encoding="utf-8") as file:
            file.write(comment(header + "\nA copy counts bytes read and written; attention counts the causal half."))
            for name, value in {"gpu": gpu, **rates, "data_sheet": sheet, "shares": shares(rates, sheet)}.items():
                file.write(f"{name}: {flow(value)}\n")


def run_training(session: Session, function: Callable[..., dict], case: TrainingCase) -> str | None:
    """Outcome of a case, its records written once; None where it did not run or failed."""
    if case.label not in session.outcomes and session.has_time():
        for result in session.run(case.label, function, case):
            session.write(training_records(case, result, session.origin))
            session.outcomes[case.label] = result["outcome"]
    return session.outcomes.get(case.label)


def run_serving(session: Session, function: Callable[..., Iterator[dict]], case: ServingCase) -> None:
    if not session.has_time():
        return
    compiled = session.options.compile
    for timing in session.run(case.label, function, case, compiled):
        record = serving_record(case, timing, session.origin, compiled)
        session.write([record] if record else [])


def find_edge(session: Session, function: Callable[..., dict], case: TrainingCase) -> None:
    """Raises the micro-batch until memory is full; each run on the way is a record."""
    tried: dict[int, bool] = {}
    first = first_edge_micro_batch(session.memory_gib)
    while (micro_batch := next_edge_micro_batch(tried, first)) is not None:
        outcome = run_training(session, function, case.with_micro_batch(micro_batch))
        if outcome is None:
            return
        tried[micro_batch] = outcome == "ok"


def print_grid(options: argparse.Namespace) -> int:
    memory = options.memory_gib
    for case in (quick_training_grid if options.quick else training_grid)(memory, options.recipes):
        print(case.label)
    for case in (quick_serving_grid if options.quick else serving_grid)(memory):
        points = [f"prompt {length}" for length in case.prompts]
        points += [f"decode {point.batch} x {point.cached}" for point in case.decode]
        print(f"{case.label}: {', '.join(points)}")
    for case in [] if options.quick else edge_runs(options.recipes):
        first = first_edge_micro_batch(memory)
        print(f"edge from micro-batch {first}: {case.with_micro_batch(first).label}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
