"""Tests of the grids and of the search for the edge of memory."""

from __future__ import annotations

import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from cases import Shape
from grid import (
    base_micro_batch,
    edge_runs,
    first_edge_micro_batch,
    next_edge_micro_batch,
    quick_serving_grid,
    quick_training_grid,
    serving_grid,
    training_grid,
)

BOTH = ("bf16", "fp32-states")


class Grids(unittest.TestCase):
    def test_parameters_of_a_published_shape(self):
        # meta-llama/Llama-3.1-8B: 8,030,261,248 parameters.
        llama = Shape(layers=32, hidden=4096, heads=32, kv_heads=8, intermediate=14336, vocabulary=128256)
        self.assertEqual(llama.parameters, 8_030_261_248)

    def test_no_case_comes_twice_and_labels_tell_them_apart(self):
        for memory in (24, 48, 80, 141):
            grid = training_grid(memory, BOTH)
            self.assertEqual(len({case.label for case in grid}), len(grid))
            self.assertGreater(len(grid), 35)

    def test_micro_batches_follow_memory(self):
        self.assertEqual([base_micro_batch(gib) for gib in (24, 40, 80, 141)], [1, 2, 4, 4])
        self.assertTrue(all(case.micro_batch >= 1 for case in training_grid(8, BOTH)))

    def test_every_factor_is_varied(self):
        grid = training_grid(141, BOTH)
        for name in ("micro_batch", "sequence", "method", "recipe", "checkpointing", "accumulation", "rank", "targets"):
            self.assertGreater(len({getattr(case, name) for case in grid}), 1, name)
        for name in ("layers", "hidden", "kv_heads", "head_dim", "intermediate", "vocabulary"):
            self.assertGreater(len({getattr(case.shape, name) for case in grid}), 1, name)

    def test_a_recipe_can_be_left_out(self):
        for grid in (training_grid(141, ("bf16",)), quick_training_grid(141, ("bf16",)), edge_runs(("bf16",))):
            self.assertEqual({case.recipe for case in grid}, {"bf16"})

    def test_served_models_fit_with_their_cache(self):
        for memory in (24, 80, 141):
            for case in serving_grid(memory):
                shape = case.shape
                for point in case.decode:
                    cache = 4 * shape.layers * shape.kv_heads * shape.head_dim * point.batch * point.cached
                    self.assertLess((2 * shape.parameters + cache) / 2**30, memory)
        self.assertEqual(serving_grid(6), [])
        self.assertEqual(quick_serving_grid(6), [])
        self.assertEqual(len(quick_serving_grid(141)[0].decode), 1)


class Edge(unittest.TestCase):
    def search(self, first: int, edge: int) -> list[int]:
        """Micro-batches tried where those up to `edge` fit."""
        tried: dict[int, bool] = {}
        while (micro_batch := next_edge_micro_batch(tried, first)) is not None:
            self.assertNotIn(micro_batch, tried)
            tried[micro_batch] = micro_batch <= edge
        return list(tried)

    def test_doubles_and_halves_the_gap_twice(self):
        self.assertEqual(self.search(8, 26), [8, 16, 32, 24, 28])
        self.assertEqual(self.search(1, 1), [1, 2])

    def test_goes_down_where_the_first_does_not_fit(self):
        self.assertEqual(self.search(8, 3), [8, 4, 2, 3])
        self.assertEqual(self.search(4, 0), [4, 2, 1])

    def test_ends_where_everything_fits(self):
        self.assertEqual(self.search(1024, 10**9), [1024, 2048, 4096])

    def test_starts_at_a_power_of_two_below_the_memory(self):
        self.assertEqual([first_edge_micro_batch(gib) for gib in (8, 24, 80, 141)], [1, 2, 8, 8])
