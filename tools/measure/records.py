"""Turns results into records of the form that `plan validate` reads."""

from __future__ import annotations

from cases import TARGETS, ServingCase, Shape, TrainingCase

GIB = 2**30


class Origin:
    """What all records of one run of the tool share."""

    def __init__(self, gpu: str, machine: dict, date: str, group: str | None = None) -> None:
        self.gpu = gpu
        self.torch = str(machine["torch"])
        self.group = group or f"measured-{gpu}"
        self.source = (
            f"own run of tools/measure on {machine['name']}, driver {machine['driver']}, CUDA {machine['cuda']}, "
            f"torch {machine['torch']}, {date}"
        )
        self.prefix = f"{gpu}-torch{self.torch.split('+')[0]}"

    def common(self, label: str, kind: str, shape: Shape, note: str) -> dict:
        return {
            "id": f"{self.prefix}-{label}",
            "source": self.source,
            "group": self.group,
            "kind": kind,
            "model": inline_model(shape),
            "gpu": self.gpu,
            "gpus": 1,
            "note": note,
        }


def inline_model(shape: Shape) -> dict:
    """The shape by the keys of a config.json."""
    return {
        "num_hidden_layers": shape.layers,
        "hidden_size": shape.hidden,
        "num_attention_heads": shape.heads,
        "num_key_value_heads": shape.kv_heads,
        "intermediate_size": shape.intermediate,
        "vocab_size": shape.vocabulary,
        "max_position_embeddings": 32768,
        "tie_word_embeddings": False,
        "gated_mlp": True,
    }


def training_configuration(case: TrainingCase) -> dict:
    """The case with nothing left to defaults."""
    is_full = case.method == "full"
    states = "bf16" if case.recipe == "bf16" else "fp32"
    adapters = {
        "lora": {"rank": case.rank, "targets": _targets(case.targets)},
        "adapter_precision": states,
    }
    full = {"weights": "bf16", "gradients": "bf16", "master": "none" if states == "bf16" else "fp32"}
    return {
        "method": case.method,
        **({} if is_full else adapters),
        "optimizer": "adamw",
        "optimizer_state_dtype": states,
        "precision": full if is_full else {"weights": "bf16"},
        "compute_precision": "bf16",
        "sharding": "none",
        "offload": "none",
        "micro_batch": case.micro_batch,
        "gradient_accumulation": case.accumulation,
        "sequence_length": case.sequence,
        "activation_checkpointing": case.checkpointing,
        "flash_attention": True,
        "compile": False,
        "loss": "full",
    }


def _targets(name: str) -> str | list[str]:
    return name if name == "all-linear" else list(TARGETS[name])


def training_records(case: TrainingCase, result: dict, origin: Origin) -> list[dict]:
    """
    Peaks as three records of kind training-memory, step time as one of kind training-throughput. A run out of
    memory is one record with its outcome. Steps during which the allocator gave its cache back and tried again are
    not timed.
    """
    trainer = {"name": "pytorch", "version": origin.torch}
    specific = {"trainer": trainer, "configuration": training_configuration(case)}

    def record(suffix: str, kind: str, note: str, measured: dict, **more: object) -> dict:
        common = origin.common(f"{case.label}-{suffix}", kind, case.shape, note)
        return {**common, **specific, "measured": measured, **more}

    if result["outcome"] == "oom":
        return [record("oom", "training-memory", f"ran out of memory in {result['failed_in']}", {}, outcome="oom")]
    retries = result["allocator_retries"]
    note = f"random weights; steady state over {result['timed_steps']} steps"
    pressed = f"; the allocator emptied its cache {retries} times" if retries else ""
    peaks = {
        kind: record(
            kind, "training-memory", note + pressed, {"peak_gib": result[f"{kind}_bytes"] / GIB, "peak_kind": kind}
        )
        for kind in ("allocated", "reserved", "device")
    }
    if retries:
        return list(peaks.values())
    tokens = case.micro_batch * case.sequence * case.accumulation
    time_note = f"{note}; median step {result['step_seconds'] * 1000:.4g} ms"
    rate = {"tokens_per_second": tokens / result["step_seconds"]}
    return [*peaks.values(), record("time", "training-throughput", time_note, rate)]


def serving_record(case: ServingCase, timing: dict, origin: Origin, compiled: bool) -> dict | None:
    """
    One timing as a record; None where it ran out of memory. Steps at a cache of c tokens a sequence are what a run
    reads on average that decodes 2 c tokens from nothing, which is how the workload states them.
    """
    if timing["outcome"] != "ok":
        return None
    made = "compiled layers, " if compiled else ""
    variant = "-compiled" if compiled else ""
    if timing["kind"] == "prompt":
        length = timing["length"]
        label = f"{case.label}-prompt{length}{variant}"
        note = f"one prompt, {made}eager; random weights; no server around it"
        context, batch, eager = length, 1, True
        workload = {"input_tokens": length, "output_tokens": 1, "concurrency": 1}
        measured = {"ttft_ms": timing["seconds"] * 1000}
    else:
        batch, cached = timing["batch"], timing["cached"]
        label = f"{case.label}-decode-b{batch}-c{cached}{variant}"
        note = (
            f"decode steps at {cached} cached tokens a sequence, {made}CUDA graph; random weights; no server around it"
        )
        context, eager = 2 * cached, False
        workload = {"input_tokens": 0, "output_tokens": 2 * cached, "concurrency": batch}
        measured = {"tpot_ms": timing["seconds"] * 1000, "output_tokens_per_second": batch / timing["seconds"]}
    return {
        **origin.common(label, "serving-throughput", case.shape, note),
        "engine": {"name": "pytorch", "version": origin.torch},
        "configuration": {
            "quantization": "bf16",
            "kv_cache": "bf16",
            "tensor_parallel": 1,
            "context": context,
            "max_sequences": batch,
            "eager": eager,
        },
        "workload": workload,
        "measured": measured,
    }


def shares(machine: dict, sheet: dict[str, float]) -> dict:
    """Measured rates as shares of the data sheet, as far as it has the figure."""
    found = {}
    bandwidth, peak = sheet.get("memory_gb_per_second"), sheet.get("bf16_tflops")
    if bandwidth:
        found["copy_of_bandwidth"] = machine["copy_gb_per_second"] / bandwidth
        found["matrix_vector_of_bandwidth"] = machine["matrix_vector_gb_per_second"] / bandwidth
    if peak:
        found["gemm_of_peak"] = {n: rate / peak for n, rate in machine["gemm_bf16_tflops"].items()}
        found["projection_of_peak"] = {n: rate / peak for n, rate in machine["projection_bf16_tflops"].items()}
        found["attention_of_peak"] = {
            n: {name: rate / peak for name, rate in rates.items()} for n, rates in machine["attention_tflops"].items()
        }
    return found
