"""Tests of what needs no PyTorch: YAML, and which board is which."""

from __future__ import annotations

import os
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from flow_yaml import RecordFile, flow, scalar
from gpus import data_sheet, guess_gpu

CATALOG = Path(__file__).resolve().parents[2] / "catalogs" / "gpus"


class Yaml(unittest.TestCase):
    def test_scalars_that_another_reader_could_take_for_something_else_are_quoted(self):
        for text in (
            "true",
            "No",
            "null",
            "1.5",
            "12:30",
            "a: b",
            "a, b",
            "{x}",
            "- a",
            "#c",
            "",
            " a",
            "a #b",
            "*x",
            "2.11.0+cu130",
        ):
            self.assertEqual(scalar(text)[0], '"', text)
        for text in ("h200-sxm-141gb", "q_proj", "own run of tools/measure"):
            self.assertEqual(scalar(text), text)

    def test_numbers(self):
        self.assertEqual(
            [scalar(value) for value in (1, 0.5, 12345678.9, 1e-7, True, None)],
            ["1", "0.5", "1.23457e+07", "1.0e-07", "true", "null"],
        )
        with self.assertRaises(ValueError):
            scalar(float("nan"))
        with self.assertRaises(TypeError):
            scalar(object())

    def test_collections_nest(self):
        self.assertEqual(flow({"a": [1, "x y"], "b": {}}), "{a: [1, x y], b: {}}")

    def test_a_record_file_is_complete_after_every_line(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "runs.yaml")
            file = RecordFile(path, "first\nsecond")
            read = lambda: Path(path).read_text(encoding="utf-8")
            self.assertEqual(read(), "# first\n# second\nrecords: []\n")
            file.append({"id": "a"})
            self.assertEqual(read(), "# first\n# second\nrecords:\n- {id: a}\n")
            file.append({"id": "b"})
            self.assertEqual(read(), "# first\n# second\nrecords:\n- {id: a}\n- {id: b}\n")


class Gpus(unittest.TestCase):
    # Names as drivers print them.
    NAMES = [
        ("NVIDIA H200", 139.8, "h200-sxm-141gb"),
        ("NVIDIA H200 NVL", 139.8, "h200-nvl-141gb"),
        ("NVIDIA H100 80GB HBM3", 79.2, "h100-sxm-80gb"),
        ("NVIDIA H100 PCIe", 79.1, "h100-pcie-80gb"),
        ("NVIDIA H100 NVL", 93.1, "h100-nvl-94gb"),
        ("NVIDIA GH200 480GB", 94.5, "gh200-96gb"),
        ("NVIDIA GH200 144G HBM3e", 139.8, "gh200-144gb"),
        ("NVIDIA H20", 95.1, "h20"),
        ("NVIDIA A100-SXM4-40GB", 39.5, "a100-sxm-40gb"),
        ("NVIDIA A100-SXM4-80GB", 79.3, "a100-sxm-80gb"),
        ("NVIDIA A100 80GB PCIe", 79.3, "a100-pcie-80gb"),
        ("NVIDIA A100-PCIE-40GB", 39.5, "a100-pcie-40gb"),
        ("NVIDIA B200", 178.3, "b200-sxm"),
        ("NVIDIA A10G", 22.0, "a10g"),
        ("NVIDIA A10", 22.0, "a10"),
        ("NVIDIA L4", 22.0, "l4"),
        ("NVIDIA L40S", 44.4, "l40s"),
        ("NVIDIA GeForce RTX 4090", 23.6, "rtx-4090"),
        ("NVIDIA GeForce RTX 3090", 23.6, "rtx-3090"),
        ("NVIDIA RTX A6000", 47.4, "rtx-a6000"),
        ("NVIDIA RTX 6000 Ada Generation", 47.5, "rtx-6000-ada"),
        ("NVIDIA RTX PRO 6000 Blackwell Server Edition", 94.9, "rtx-pro-6000-blackwell-server"),
        ("Tesla V100-SXM2-32GB", 31.7, "v100-sxm2-32gb"),
        ("Tesla V100-SXM2-16GB", 15.8, "v100-sxm2-16gb"),
        ("Tesla V100S-PCIE-32GB", 31.7, "v100s-pcie-32gb"),
        ("Tesla T4", 14.6, "t4"),
    ]

    def test_names_of_drivers(self):
        for name, memory, gpu in self.NAMES:
            self.assertEqual(guess_gpu(name, memory), gpu, name)

    def test_boards_that_only_sound_alike_are_not_guessed(self):
        for name in (
            "NVIDIA GeForce RTX 4090 Laptop GPU",
            "NVIDIA GeForce RTX 4090 D",
            "NVIDIA GeForce RTX 3090 Ti",
            "AMD Instinct",
        ):
            self.assertIsNone(guess_gpu(name, 24), name)

    def test_every_guess_is_in_the_catalog_with_its_figures(self):
        for gpu in {gpu for _, _, gpu in self.NAMES}:
            figures = data_sheet(CATALOG, gpu)
            self.assertGreater(figures.get("memory_gb_per_second", 0), 100, gpu)
        # Vendor's data sheet: 4.8 TB/s, 989 TFLOPS of dense bf16.
        self.assertEqual(data_sheet(CATALOG, "h200-sxm-141gb"), {"memory_gb_per_second": 4800, "bf16_tflops": 989})
        self.assertEqual(data_sheet(CATALOG, "no-such-gpu"), {})
