"""Trains one random model for a few steps and reads peak memory and step time."""

from __future__ import annotations

import statistics
import time
from dataclasses import asdict, dataclass

import torch
from torch import Tensor, nn

from cases import TARGETS, TrainingCase
from llama import AdaptedLinear, Decoder, LinearFactory, randomise

WARM_UP_STEPS = 2
TIMED_SECONDS = 0.6
TIMED_STEPS = (3, 20)
LEARNING_RATE = 1e-5


@dataclass(frozen=True)
class TrainingResult:
    """Memory in bytes, time in seconds. `outcome` oom: nothing else was read."""

    outcome: str
    allocated_bytes: int = 0
    reserved_bytes: int = 0
    device_bytes: int = 0
    step_seconds: float = 0.0
    timed_steps: int = 0
    allocator_retries: int = 0
    failed_in: str = ""


class MasterAdamW:
    """
    AdamW on fp32 copies of 16-bit weights. It steps module by module, so the fp32 gradients of one module at a time
    are alive, and writes the weights back.
    """

    def __init__(self, groups: list[list[nn.Parameter]]) -> None:
        self.groups = [group for group in groups if group]
        self.masters = [[p.detach().to(torch.float32).clone() for p in group] for group in self.groups]
        self.optimizers = [
            torch.optim.AdamW(masters, lr=LEARNING_RATE, fused=_fused(masters)) for masters in self.masters
        ]

    @torch.no_grad()
    def step(self) -> None:
        for weights, masters, optimizer in zip(self.groups, self.masters, self.optimizers):
            for weight, master in zip(weights, masters):
                master.grad = weight.grad.to(torch.float32)
            optimizer.step()
            for weight, master in zip(weights, masters):
                master.grad = None
                weight.copy_(master)

    def zero_grad(self, set_to_none: bool = True) -> None:
        for group in self.groups:
            for weight in group:
                weight.grad = None


def _fused(parameters: list[Tensor]) -> bool:
    return all(parameter.is_cuda for parameter in parameters)


def build(case: TrainingCase, device: torch.device) -> tuple[Decoder, object]:
    """The model of a case with random weights, and its optimizer."""
    factory = {"device": device, "dtype": torch.bfloat16}
    adapter_dtype = torch.bfloat16 if case.recipe == "bf16" else torch.float32
    targets = TARGETS[case.targets] if case.method == "lora" else ()
    model = Decoder(
        case.shape, LinearFactory(targets, case.rank, adapter_dtype, factory), case.sequence, case.checkpointing
    )
    randomise(model)
    if case.method == "lora":
        model.requires_grad_(False)
        for module in model.modules():
            if isinstance(module, AdaptedLinear):
                module.down.requires_grad_(True)
                module.up.requires_grad_(True)
    elif case.recipe == "fp32-states":
        outer = [[model.embedding.weight], [model.norm.weight, model.head.weight]]
        return model, MasterAdamW([*outer, *(list(layer.parameters()) for layer in model.layers)])
    trainable = [parameter for parameter in model.parameters() if parameter.requires_grad]
    return model, torch.optim.AdamW(trainable, lr=LEARNING_RATE, fused=_fused(trainable))


def micro_step(model: Decoder, tokens: Tensor, labels: Tensor, accumulation: int) -> None:
    """Forward and backward of one micro-batch; logits are gone when it returns."""
    logits, loss = model(tokens, labels)
    (loss / accumulation).backward()
    del logits


def step(model: Decoder, optimizer, batches: list[tuple[Tensor, Tensor]]) -> None:
    for tokens, labels in batches:
        micro_step(model, tokens, labels, len(batches))
    optimizer.step()
    optimizer.zero_grad(set_to_none=True)


def random_batches(case: TrainingCase, device: torch.device) -> list[tuple[Tensor, Tensor]]:
    size = (case.micro_batch, case.sequence)
    draw = lambda: torch.randint(case.shape.vocabulary, size, device=device)
    return [(draw(), draw()) for _ in range(case.accumulation)]


def measure_training(case: TrainingCase) -> dict:
    """
    Runs a case on the first GPU and returns a TrainingResult as a mapping. Call it in a process of its own: peaks
    are the process's.
    """
    torch.manual_seed(0)
    phase = ["model"]
    try:
        return asdict(_measure(case, torch.device("cuda", 0), phase))
    except RuntimeError as error:
        if not is_out_of_memory(error):
            raise
        return asdict(TrainingResult(outcome="oom", failed_in=phase[0]))


def _measure(case: TrainingCase, device: torch.device, phase: list[str]) -> TrainingResult:
    model, optimizer = build(case, device)
    batches = random_batches(case, device)
    torch.cuda.synchronize()
    torch.cuda.empty_cache()
    torch.cuda.reset_peak_memory_stats()
    # Moments appear in the first step, so the first full peak is that of the second.
    for number in range(WARM_UP_STEPS):
        phase[0] = f"step {number + 1}"
        started = time.perf_counter()
        step(model, optimizer, batches)
        torch.cuda.synchronize()
        seconds = time.perf_counter() - started
    steps = min(TIMED_STEPS[1], max(TIMED_STEPS[0], round(TIMED_SECONDS / seconds)))
    torch.cuda.reset_peak_memory_stats()
    phase[0] = "timed steps"
    marks = [torch.cuda.Event(enable_timing=True) for _ in range(steps + 1)]
    marks[0].record()
    for number in range(steps):
        step(model, optimizer, batches)
        marks[number + 1].record()
    torch.cuda.synchronize()
    free, total = torch.cuda.mem_get_info(device)
    return TrainingResult(
        outcome="ok",
        allocated_bytes=torch.cuda.max_memory_allocated(),
        reserved_bytes=torch.cuda.max_memory_reserved(),
        device_bytes=total - free,
        step_seconds=statistics.median(a.elapsed_time(b) for a, b in zip(marks, marks[1:])) / 1000,
        timed_steps=steps,
        allocator_retries=torch.cuda.memory_stats().get("num_alloc_retries", 0),
    )


def is_out_of_memory(error: RuntimeError) -> bool:
    """The allocator's own error, or that of a library which could not get its workspace."""
    if isinstance(error, torch.cuda.OutOfMemoryError):
        return True
    text = str(error)
    return "out of memory" in text.lower() or "ALLOC_FAILED" in text
