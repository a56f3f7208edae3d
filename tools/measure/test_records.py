"""Tests of records against results written by hand."""

from __future__ import annotations

import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from cases import DecodePoint, ServingCase, TrainingCase
from fixtures import OK, origin
from grid import BASE
from records import serving_record, shares, training_records


class Records(unittest.TestCase):
    def test_three_peaks_and_a_rate(self):
        case = TrainingCase(BASE, 4, accumulation=2)
        allocated, reserved, device, rate = training_records(case, OK, origin())
        self.assertEqual(
            [record["measured"] for record in (allocated, reserved, device)],
            [
                {"peak_gib": 3.0, "peak_kind": "allocated"},
                {"peak_gib": 4.0, "peak_kind": "reserved"},
                {"peak_gib": 5.0, "peak_kind": "device"},
            ],
        )
        # 4 sequences x 2,048 tokens x 2 micro-steps in a quarter of a second.
        self.assertEqual(rate["measured"], {"tokens_per_second": 65536.0})
        self.assertEqual(rate["kind"], "training-throughput")
        self.assertEqual(rate["trainer"], {"name": "pytorch", "version": "2.11.0+cu130"})
        self.assertEqual(len({record["id"] for record in (allocated, reserved, device, rate)}), 4)

    def test_precisions_of_the_recipes(self):
        def configuration(case: TrainingCase) -> dict:
            return training_records(case, OK, origin())[0]["configuration"]

        full = configuration(TrainingCase(BASE, 1))
        self.assertEqual(full["precision"], {"weights": "bf16", "gradients": "bf16", "master": "none"})
        self.assertEqual(full["optimizer_state_dtype"], "bf16")
        self.assertNotIn("lora", full)
        master = configuration(TrainingCase(BASE, 1, recipe="fp32-states"))
        self.assertEqual((master["precision"]["master"], master["optimizer_state_dtype"]), ("fp32", "fp32"))
        lora = configuration(TrainingCase(BASE, 1, method="lora", rank=8, targets="attention", recipe="fp32-states"))
        self.assertEqual(lora["lora"], {"rank": 8, "targets": ["q_proj", "v_proj"]})
        self.assertEqual((lora["adapter_precision"], lora["precision"]), ("fp32", {"weights": "bf16"}))

    def test_out_of_memory_is_one_record(self):
        [record] = training_records(TrainingCase(BASE, 99), {"outcome": "oom", "failed_in": "step 1"}, origin())
        self.assertEqual((record["outcome"], record["measured"], record["kind"]), ("oom", {}, "training-memory"))
        self.assertIn("step 1", record["note"])

    def test_steps_in_which_the_allocator_tried_again_are_not_timed(self):
        records = training_records(TrainingCase(BASE, 4), {**OK, "allocator_retries": 3}, origin())
        self.assertEqual([record["kind"] for record in records], ["training-memory"] * 3)
        self.assertIn("3 times", records[0]["note"])

    def test_serving(self):
        case = ServingCase(BASE, (DecodePoint(8, 1024),), (512,))
        decode = {"kind": "decode", "batch": 8, "cached": 1024, "outcome": "ok", "seconds": 0.004}
        record = serving_record(case, decode, origin(), False)
        self.assertEqual(record["measured"], {"tpot_ms": 4.0, "output_tokens_per_second": 2000.0})
        self.assertEqual(record["workload"], {"input_tokens": 0, "output_tokens": 2048, "concurrency": 8})
        self.assertFalse(record["configuration"]["eager"])
        prompt = serving_record(
            case, {"kind": "prompt", "length": 512, "outcome": "ok", "seconds": 0.02}, origin(), False
        )
        self.assertEqual(prompt["measured"], {"ttft_ms": 20.0})
        self.assertIsNone(serving_record(case, {**decode, "outcome": "oom"}, origin(), False))
        self.assertNotEqual(serving_record(case, decode, origin(), True)["id"], record["id"])

    def test_shares_of_the_data_sheet(self):
        rates = {
            "copy_gb_per_second": 4320.0,
            "matrix_vector_gb_per_second": 3600.0,
            "gemm_bf16_tflops": {"8192": 741.75},
            "projection_bf16_tflops": {"4096": 494.5},
            "attention_tflops": {"4096": {"forward": 494.5}},
        }
        found = shares(rates, {"memory_gb_per_second": 4800.0, "bf16_tflops": 989.0})
        self.assertEqual(found["copy_of_bandwidth"], 0.9)
        self.assertEqual(found["gemm_of_peak"], {"8192": 0.75})
        self.assertEqual(found["attention_of_peak"], {"4096": {"forward": 0.5}})
        self.assertEqual(shares(rates, {}), {})
