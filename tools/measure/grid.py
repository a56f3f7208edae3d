"""The grids: one factor at a time around one base run, and micro-batches up to the edge of memory."""

from __future__ import annotations

from dataclasses import replace

from cases import DecodePoint, ServingCase, Shape, TrainingCase

# About 1.0 B parameters: long enough kernels for a full GPU, short enough steps for many runs.
BASE = Shape(layers=16, hidden=2048, heads=16, kv_heads=4, intermediate=7168)
WIDE = Shape(layers=8, hidden=4096, heads=32, kv_heads=8, intermediate=14336)
LARGE_VOCABULARY = replace(BASE, vocabulary=128256)
# Wide and shallow, so that reading weights takes longer than starting kernels does.
SERVED = (
    Shape(layers=16, hidden=4096, heads=32, kv_heads=8, intermediate=14336, vocabulary=128256),
    Shape(layers=6, hidden=8192, heads=64, kv_heads=8, intermediate=28672, vocabulary=128256),
)


def base_micro_batch(memory_gib: float) -> int:
    """
    Micro-batch of the base run (2048 tokens a sequence): 4 needs about 25 GiB, and runs of four times that follow
    from it.
    """
    return 4 if memory_gib >= 60 else 2 if memory_gib >= 36 else 1


def training_grid(memory_gib: float, recipes: tuple[str, ...]) -> list[TrainingCase]:
    """Runs of the default grid, without repetition, those of unwanted recipes left out."""
    b = base_micro_batch(memory_gib)
    cases = [*_full(b), *_checkpointed(b), *_fp32_states(b), *_lora(b)]
    return [case for case in dict.fromkeys(cases) if case.recipe in recipes]


def _full(b: int) -> list[TrainingCase]:
    base = TrainingCase(BASE, b)
    shapes = [
        replace(BASE, layers=4),
        replace(BASE, layers=32),
        Shape(layers=16, hidden=1024, heads=16, kv_heads=4, intermediate=3584),
        Shape(layers=12, hidden=3072, heads=24, kv_heads=8, intermediate=8192),
        WIDE,
        LARGE_VOCABULARY,
        replace(BASE, kv_heads=16),
        replace(BASE, intermediate=5504),
        replace(BASE, heads=32, kv_heads=8),
    ]
    return [
        base,
        *(TrainingCase(shape, b) for shape in shapes),
        *(TrainingCase(BASE, micro) for micro in (1, 2 * b, 4 * b)),
        TrainingCase(BASE, 4 * b, sequence=512),
        TrainingCase(BASE, max(1, b // 2), sequence=4096),
        TrainingCase(BASE, max(1, b // 4), sequence=8192),
        TrainingCase(BASE, b, accumulation=4),
    ]


def _checkpointed(b: int) -> list[TrainingCase]:
    return [
        TrainingCase(shape, micro, sequence, checkpointing="full", accumulation=accumulation)
        for shape, micro, sequence, accumulation in (
            (BASE, b, 2048, 1),
            (BASE, 4 * b, 2048, 1),
            (WIDE, b, 2048, 1),
            (replace(BASE, layers=32), b, 2048, 1),
            (LARGE_VOCABULARY, 2 * b, 2048, 1),
            (BASE, max(1, b // 4), 8192, 1),
            (BASE, b, 2048, 4),
        )
    ]


def _fp32_states(b: int) -> list[TrainingCase]:
    base = TrainingCase(BASE, b, recipe="fp32-states")
    return [
        base,
        replace(base, micro_batch=1),
        replace(base, shape=WIDE),
        replace(base, accumulation=4),
        replace(base, checkpointing="full"),
        replace(base, checkpointing="full", micro_batch=4 * b),
    ]


def _lora(b: int) -> list[TrainingCase]:
    plain = TrainingCase(BASE, b, method="lora", rank=16)
    upcast = replace(plain, recipe="fp32-states")
    deep = replace(WIDE, layers=16)
    return [
        plain,
        replace(plain, rank=8, targets="attention"),
        replace(plain, rank=16, targets="mlp"),
        replace(plain, rank=64),
        replace(plain, rank=256),
        replace(plain, shape=deep),
        replace(plain, checkpointing="full"),
        replace(plain, checkpointing="full", micro_batch=4 * b),
        replace(plain, checkpointing="full", shape=LARGE_VOCABULARY),
        upcast,
        replace(upcast, rank=8, targets="attention"),
        replace(upcast, rank=64),
        replace(upcast, checkpointing="full"),
        replace(upcast, shape=deep),
    ]


def quick_training_grid(memory_gib: float, recipes: tuple[str, ...]) -> list[TrainingCase]:
    """One run of each kind."""
    b = base_micro_batch(memory_gib)
    cases = [
        TrainingCase(BASE, b),
        TrainingCase(BASE, b, checkpointing="full"),
        TrainingCase(BASE, b, recipe="fp32-states"),
        TrainingCase(BASE, b, method="lora", rank=16),
    ]
    return [case for case in cases if case.recipe in recipes]


def edge_runs(recipes: tuple[str, ...]) -> list[TrainingCase]:
    """Configurations whose micro-batch is raised until memory is full."""
    cases = [
        TrainingCase(WIDE, 1),
        TrainingCase(replace(WIDE, layers=16), 1, method="lora", rank=16),
        TrainingCase(LARGE_VOCABULARY, 1, recipe="fp32-states", checkpointing="full"),
    ]
    return [case for case in cases if case.recipe in recipes]


def first_edge_micro_batch(memory_gib: float) -> int:
    """Where the search for the edge starts: a power of two that is likely to fit."""
    micro_batch = 1
    while 20 * micro_batch <= memory_gib:
        micro_batch *= 2
    return micro_batch


def next_edge_micro_batch(tried: dict[int, bool], first: int, most: int = 4096) -> int | None:
    """
    The micro-batch to try next, given which ones fitted: doubled until one does not fit (or halved until one does),
    then two bisections of the gap. None when the edge is known to a fifth.
    """
    if not tried:
        return first
    fitting = [micro for micro, fits in tried.items() if fits]
    failing = [micro for micro, fits in tried.items() if not fits]
    if not failing:
        return max(fitting) * 2 if max(fitting) * 2 <= most else None
    if not fitting:
        return min(failing) // 2 or None
    low, high = max(fitting), min(failing)
    if high - low == 1 or 5 * (high - low) <= high:
        return None
    return (low + high) // 2


def serving_grid(memory_gib: float) -> list[ServingCase]:
    """Decode and prompt timings of the models that fit with their cache, at 2 bytes a value."""
    cases = []
    for shape in SERVED:
        room = 0.85 * memory_gib * 2**30 - 2 * shape.parameters
        per_token = 2 * 2 * shape.layers * shape.kv_heads * shape.head_dim
        points = [(1, 128), (1, 1024), (1, 8192), (8, 1024), (32, 1024), (64, 4096), (128, 1024), (256, 1024)]
        decode = tuple(DecodePoint(*point) for point in points if point[0] * point[1] * per_token < room)
        if decode:
            cases.append(ServingCase(shape, decode, (512, 2048, 8192)))
    return cases


def quick_serving_grid(memory_gib: float) -> list[ServingCase]:
    return [replace(case, decode=case.decode[1:2], prompts=(2048,)) for case in serving_grid(memory_gib)[:1]]
