"""
Times prompts and decode steps of random models with a static KV cache. A decode step is one CUDA graph, so the host
takes no part in it: what is measured is the GPU's share of TPOT.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator

import torch
import torch.nn.functional as F
from torch import Tensor

from cases import DecodePoint, ServingCase, Shape
from llama import INITIAL_DEVIATION, rotary_tables, rotate
from training import is_out_of_memory

GRAPH_WARM_UP = 3
TIMED_SECONDS = 0.5
UNTIMED_CALLS = 3
PROMPT_REPEATS = 5


class Layer:
    """Weights of one layer in bf16, projections of one input joined as serving engines join them."""

    def __init__(self, shape: Shape, device: torch.device) -> None:
        kv = shape.kv_heads * shape.head_dim
        self.attention_norm = torch.ones(shape.hidden, device=device, dtype=torch.bfloat16)
        self.mlp_norm = torch.ones_like(self.attention_norm)
        self.qkv = matrix(shape.hidden + 2 * kv, shape.hidden, device)
        self.output = matrix(shape.hidden, shape.hidden, device)
        self.gate_up = matrix(2 * shape.intermediate, shape.hidden, device)
        self.down = matrix(shape.hidden, shape.intermediate, device)


def matrix(rows: int, columns: int, device: torch.device) -> Tensor:
    return torch.empty(rows, columns, device=device, dtype=torch.bfloat16).normal_(std=INITIAL_DEVIATION)


def run_layer(
    x: Tensor, layer: Layer, keys: Tensor, values: Tensor, cos: Tensor, sin: Tensor, shape: Shape, first: int
) -> Tensor:
    """
    One block for tokens x [batch, n, hidden] at positions first .. first + n - 1. Writes their keys and values into
    the cache [batch, kv heads, capacity, head size] and attends to everything up to them.
    """
    batch, count, _ = x.shape
    heads, kv_heads, width = shape.heads, shape.kv_heads, shape.head_dim
    normed = F.rms_norm(x, (shape.hidden,), layer.attention_norm, 1e-5)
    joined = F.linear(normed, layer.qkv).view(batch, count, heads + 2 * kv_heads, width).transpose(1, 2)
    turned = rotate(joined[:, : heads + kv_heads], cos, sin)
    keys[:, :, first : first + count] = turned[:, heads:]
    values[:, :, first : first + count] = joined[:, heads + kv_heads :]
    mixed = F.scaled_dot_product_attention(
        turned[:, :heads],
        keys[:, :, : first + count],
        values[:, :, : first + count],
        is_causal=count > 1,
        enable_gqa=heads != kv_heads,
    )
    x = x + F.linear(mixed.transpose(1, 2).reshape(batch, count, heads * width), layer.output)
    gate, up = F.linear(F.rms_norm(x, (shape.hidden,), layer.mlp_norm, 1e-5), layer.gate_up).chunk(2, dim=-1)
    return x + F.linear(F.silu(gate) * up, layer.down)


class Server:
    """Weights of a model, and its forward pass over a cache."""

    def __init__(self, shape: Shape, longest: int, device: torch.device, compiled: bool) -> None:
        self.shape, self.device = shape, device
        self.embedding = matrix(shape.vocabulary, shape.hidden, device)
        self.layers = [Layer(shape, device) for _ in range(shape.layers)]
        self.norm = torch.ones(shape.hidden, device=device, dtype=torch.bfloat16)
        self.head = matrix(shape.vocabulary, shape.hidden, device)
        self.cos, self.sin = rotary_tables(longest, shape.head_dim, device, torch.bfloat16)
        self.layer: Callable[..., Tensor] = torch.compile(run_layer, dynamic=False) if compiled else run_layer

    def cache(self, batch: int, capacity: int) -> list[tuple[Tensor, Tensor]]:
        """Keys and values of every layer, random as if written."""
        size = (batch, self.shape.kv_heads, capacity, self.shape.head_dim)
        draw = lambda: torch.empty(size, device=self.device, dtype=torch.bfloat16).normal_()
        return [(draw(), draw()) for _ in self.layers]

    def forward(self, tokens: Tensor, cache: list[tuple[Tensor, Tensor]], first: int) -> Tensor:
        """Next token of every sequence, [batch, 1], for tokens [batch, n] that start at position `first`."""
        count = tokens.shape[1]
        cos, sin = self.cos[first : first + count], self.sin[first : first + count]
        x = F.embedding(tokens, self.embedding)
        for layer, (keys, values) in zip(self.layers, cache):
            x = self.layer(x, layer, keys, values, cos, sin, self.shape, first)
        last = F.rms_norm(x[:, -1:], (self.shape.hidden,), self.norm, 1e-5)
        return F.linear(last, self.head).argmax(dim=-1)


def decode_graph(server: Server, point: DecodePoint) -> Callable[[], object]:
    """A decode step at a fixed cache length as a CUDA graph; each replay feeds on the tokens of the one before."""
    cache = server.cache(point.batch, point.cached)
    tokens = torch.randint(server.shape.vocabulary, (point.batch, 1), device=server.device)
    run = lambda: tokens.copy_(server.forward(tokens, cache, point.cached - 1))
    side = torch.cuda.Stream()
    side.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(side):
        for _ in range(GRAPH_WARM_UP):
            run()
    torch.cuda.current_stream().wait_stream(side)
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        run()

    # The graph knows addresses only: cache and tokens must live as long as it does.
    def replay(kept: tuple = (cache, tokens)) -> None:
        graph.replay()

    return replay


def seconds_each(run: Callable[[], object], least_seconds: float = TIMED_SECONDS) -> float:
    """Mean time of one call on the GPU, over enough calls to fill the time given, after calls that are not timed."""
    for _ in range(UNTIMED_CALLS):
        run()
    torch.cuda.synchronize()
    begin, end = torch.cuda.Event(enable_timing=True), torch.cuda.Event(enable_timing=True)
    calls = 3
    while True:
        begin.record()
        for _ in range(calls):
            run()
        end.record()
        torch.cuda.synchronize()
        seconds = begin.elapsed_time(end) / 1000
        if seconds >= least_seconds / 2:
            return seconds / calls
        calls = max(calls * 2, int(calls * least_seconds / max(seconds, 1e-6)))


def prompt_seconds(server: Server, length: int) -> float:
    """Wall-clock time of one prompt of one sequence, first token included; median of several."""
    cache = server.cache(1, length)
    tokens = torch.randint(server.shape.vocabulary, (1, length), device=server.device)
    times = []
    for _ in range(UNTIMED_CALLS + PROMPT_REPEATS):
        torch.cuda.synchronize()
        started = time.perf_counter()
        server.forward(tokens, cache, 0)
        torch.cuda.synchronize()
        times.append(time.perf_counter() - started)
    return statistics.median(times[UNTIMED_CALLS:])


@torch.inference_mode()
def measure_serving(case: ServingCase, compiled: bool) -> Iterator[dict]:
    """Yields one mapping a timing: its kind, what was run, and seconds; or the timing that ran out of memory."""
    torch.manual_seed(0)
    longest = max([point.cached for point in case.decode] + list(case.prompts))
    server = Server(case.shape, longest, torch.device("cuda", 0), compiled)
    for length in case.prompts:
        yield from _timed({"kind": "prompt", "length": length}, lambda: prompt_seconds(server, length))
    for point in case.decode:
        named = {"kind": "decode", "batch": point.batch, "cached": point.cached}
        yield from _timed(named, lambda: seconds_each(decode_graph(server, point)))


def _timed(named: dict, run: Callable[[], float]) -> Iterator[dict]:
    try:
        yield {**named, "outcome": "ok", "seconds": run()}
    except RuntimeError as error:
        if not is_out_of_memory(error):
            raise
        yield {**named, "outcome": "oom"}
    torch.cuda.empty_cache()
