"""What several tests share."""

from __future__ import annotations

import types

from records import Origin

MACHINE = {"name": "NVIDIA H200", "driver": "580.1", "cuda": "13.0", "torch": "2.11.0+cu130"}
OK = {
    "outcome": "ok",
    "allocated_bytes": 3 * 2**30,
    "reserved_bytes": 4 * 2**30,
    "device_bytes": 5 * 2**30,
    "step_seconds": 0.25,
    "timed_steps": 4,
    "allocator_retries": 0,
    "failed_in": "",
}


def origin() -> Origin:
    return Origin("h200-sxm-141gb", MACHINE, "2026-11-21")


def fake_modules(measure_training) -> dict:
    """Stands in for the modules that need a GPU."""
    machine = types.ModuleType("machine")
    facts = {
        **MACHINE,
        "usable_gib": 139.8,
        "in_use_gib": 0.5,
        "compute_capability": "9.0",
        "multiprocessors": 132,
        "cudnn": "9",
        "python": "3.12",
    }
    machine.identify = lambda: facts
    machine.nvidia_smi = lambda field: "4"
    machine.measure_machine = lambda quick: {
        "copy_gb_per_second": 4320.0,
        "matrix_vector_gb_per_second": 3600.0,
        "gemm_bf16_tflops": {},
        "projection_bf16_tflops": {},
        "attention_tflops": {},
    }
    serving = types.ModuleType("serving")
    serving.measure_serving = lambda case, compiled: iter(
        [
            {"kind": "prompt", "length": 512, "outcome": "ok", "seconds": 0.02},
            {"kind": "decode", "batch": 8, "cached": 1024, "outcome": "oom"},
        ]
    )
    training = types.ModuleType("training")
    training.measure_training = measure_training
    return {"machine": machine, "serving": serving, "training": training}
