"""Tests of child processes, and of whole runs with stand-ins for what needs a GPU."""

from __future__ import annotations

import os
import sys
import tempfile
import time
import unittest
from pathlib import Path
from unittest import mock

sys.path.insert(0, str(Path(__file__).parent))

import measure
from cases import TrainingCase
from fixtures import OK, fake_modules
from isolate import ChildFailed, isolated


def three() -> object:
    yield from (1, 2, 3)


def fails_after_one() -> object:
    yield 1
    raise KeyError("planted")


def dies() -> None:
    os._exit(7)


class Isolation(unittest.TestCase):
    def test_values_and_results(self):
        self.assertEqual(list(isolated(three, limit_seconds=20)), [1, 2, 3])
        self.assertEqual(list(isolated(max, 4, 9, limit_seconds=20)), [9])

    def test_another_process(self):
        self.assertNotEqual(list(isolated(os.getpid, limit_seconds=20)), [os.getpid()])

    def test_what_came_before_a_failure_is_kept(self):
        got = []
        with self.assertRaisesRegex(ChildFailed, "planted"):
            for value in isolated(fails_after_one, limit_seconds=20):
                got.append(value)
        self.assertEqual(got, [1])

    def test_death_and_hanging(self):
        with self.assertRaisesRegex(ChildFailed, "exit code 7"):
            list(isolated(dies, limit_seconds=20))
        began = time.monotonic()
        with self.assertRaisesRegex(ChildFailed, "took more than"):
            list(isolated(time.sleep, 60, limit_seconds=0.3))
        self.assertLess(time.monotonic() - began, 10)


class Run(unittest.TestCase):
    def run_tool(self, measure_training, *flags: str) -> tuple[int, str, str]:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "runs.yaml"
            with mock.patch.dict(sys.modules, fake_modules(measure_training)), mock.patch.object(measure, "say"):
                code = measure.main(["--output", str(path), *flags])
            rates = path.with_suffix(".machine.yaml")
            return code, path.read_text(encoding="utf-8"), rates.read_text(encoding="utf-8") if rates.exists() else ""

    def test_a_whole_run_writes_each_record_once(self):
        fits = lambda case: OK if case.micro_batch <= 20 else {"outcome": "oom", "failed_in": "step 1"}
        code, runs, rates = self.run_tool(fits)
        ids = [line.split("id: ")[1].split(",")[0] for line in runs.splitlines() if line.startswith("- ")]
        self.assertEqual(code, 0)
        self.assertEqual(len(ids), len(set(ids)))
        # Each of three searches for the edge tries 8, 16, 32, 24 and 20: two of them run out of memory, as do no
        # others.
        self.assertEqual(sum(identifier.endswith("-oom") for identifier in ids), 6)
        self.assertEqual(runs.count("kind: serving-throughput"), 2)
        self.assertIn("# GPU NVIDIA H200 (h200-sxm-141gb), 139.80 GiB", runs)
        self.assertIn("copy_of_bandwidth: 0.9", rates)

    def test_a_case_that_fails_is_told_and_not_written(self):
        def broken(case: TrainingCase) -> dict:
            raise ValueError("planted")

        code, runs, _ = self.run_tool(broken, "--quick", "--parts", "training")
        self.assertEqual((code, runs.splitlines()[-1]), (1, "records: []"))

    def test_the_budget_ends_a_run_before_the_next_case(self):
        slow = lambda case: time.sleep(0.5) or OK
        code, runs, _ = self.run_tool(slow, "--parts", "training", "--budget-seconds", str(measure.LEAST_SECONDS + 0.8))
        self.assertEqual(code, 0)
        self.assertIn(runs.count("kind: training-throughput"), (1, 2))

    def test_an_unknown_board_must_be_named(self):
        modules = fake_modules(lambda case: OK)
        facts = {**modules["machine"].identify(), "name": "NVIDIA Something"}
        modules["machine"].identify = lambda: facts
        with tempfile.TemporaryDirectory() as folder, mock.patch.dict(sys.modules, modules):
            with mock.patch.object(measure, "say") as say:
                self.assertEqual(measure.main(["--output", f"{folder}/runs.yaml"]), 2)
                self.assertIn("--gpu", say.call_args[0][0])
                self.assertEqual(
                    measure.main(["--output", f"{folder}/runs.yaml", "--gpu", "l4", "--parts", "serving"]), 0
                )

    def test_usage(self):
        for flags in ([], ["--output", "x", "--parts", "speed"], ["--output", "x", "--recipe", "fp16"]):
            with mock.patch("sys.stderr"), self.assertRaises(SystemExit) as stopped:
                measure.main(flags)
            self.assertEqual(stopped.exception.code, 2)
