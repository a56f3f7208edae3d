"""What the machine is, and what it reaches: copies, matrix products, attention, host transfers, kernel starts."""

from __future__ import annotations

import platform
import re
import subprocess
import time
from pathlib import Path

import torch
import torch.nn.functional as F

from serving import seconds_each

GIB = 2**30
TIMED_SECONDS = 0.3


def identify() -> dict:
    """Names and versions of hardware and software."""
    properties = torch.cuda.get_device_properties(0)
    free, total = torch.cuda.mem_get_info(0)
    return {
        "name": properties.name,
        "compute_capability": f"{properties.major}.{properties.minor}",
        "multiprocessors": properties.multi_processor_count,
        "usable_gib": total / GIB,
        # The context of this process, and whatever else runs there.
        "in_use_gib": (total - free) / GIB,
        "driver": driver_version(),
        "cuda": str(torch.version.cuda),
        "cudnn": str(torch.backends.cudnn.version()),
        "torch": torch.__version__,
        "python": platform.python_version(),
    }


def driver_version() -> str:
    """Of nvidia-smi, else of the kernel module, else `unknown`."""
    asked = nvidia_smi("driver_version")
    if asked:
        return asked
    module = Path("/proc/driver/nvidia/version")
    found = re.search(r"\b(\d{3}\.\d+(\.\d+)?)\b", module.read_text()) if module.exists() else None
    return found[1] if found else "unknown"


def nvidia_smi(field: str) -> str | None:
    """One field of the first GPU, without its unit; None where the tool is missing."""
    command = ["nvidia-smi", f"--query-gpu={field}", "--format=csv,noheader,nounits"]
    try:
        lines = subprocess.run(command, capture_output=True, text=True, timeout=20, check=True).stdout.splitlines()
    except (OSError, subprocess.SubprocessError):
        return None
    return lines[0].strip() if lines else None


@torch.inference_mode()
def measure_machine(quick: bool) -> dict:
    """
    Rates in GB/s (1e9 bytes) and TFLOP/s. A copy counts bytes read and written; attention counts the causal half:
    forward 2 b a s^2 d, backward 2.5 times that.
    """
    rates = {
        "copy_gb_per_second": copy_rate(),
        "matrix_vector_gb_per_second": matrix_vector_rate(),
        "gemm_bf16_tflops": {str(n): gemm_rate(n) for n in ((8192,) if quick else (1024, 2048, 4096, 8192, 16384))},
        "projection_bf16_tflops": {
            str(n): projection_rate(n) for n in ((4096,) if quick else (1024, 2048, 4096, 8192))
        },
        "attention_tflops": attention_rates((4096,) if quick else (2048, 4096, 16384)),
        "host_to_device_gb_per_second": transfer_rate(True),
        "device_to_host_gb_per_second": transfer_rate(False),
        "kernel_start_microseconds": kernel_start_microseconds(),
    }
    return rates


def _random(*size: int) -> torch.Tensor:
    """Values as in training: multiplying zeros draws less power and runs faster."""
    return torch.randn(size, device="cuda", dtype=torch.bfloat16)


def copy_rate(size: int = 2 * GIB) -> float:
    source = torch.empty(size, device="cuda", dtype=torch.uint8)
    target = torch.empty_like(source)
    return 2 * size / seconds_each(lambda: target.copy_(source), TIMED_SECONDS) / 1e9


def matrix_vector_rate(rows: int = 28672, columns: int = 8192, matrices: int = 4) -> float:
    """Reading weights for one token; several matrices in turn, so that no cache holds them."""
    weights = [_random(rows, columns) for _ in range(matrices)]
    x = _random(1, columns)

    def run() -> None:
        for weight in weights:
            F.linear(x, weight)

    return 2 * rows * columns * matrices / seconds_each(run, TIMED_SECONDS) / 1e9


def gemm_rate(n: int) -> float:
    left, right = _random(n, n), _random(n, n)
    return 2 * n**3 / seconds_each(lambda: left @ right, TIMED_SECONDS) / 1e12


def projection_rate(width: int, tokens: int = 8192) -> float:
    """A square projection of 8192 tokens, as training sees it."""
    x, weight = _random(tokens, width), _random(width, width)
    return 2 * tokens * width**2 / seconds_each(lambda: F.linear(x, weight), TIMED_SECONDS) / 1e12


def attention_rates(lengths: tuple[int, ...], heads: int = 32, width: int = 128, tokens: int = 16384) -> dict:
    """Causal attention at several lengths: the backend PyTorch picks, forward, and forward with backward."""
    rates = {}
    for length in lengths:
        batch = max(1, tokens // length)
        forward_flops = 2 * batch * heads * length**2 * width
        with torch.inference_mode(False), torch.enable_grad():
            query, key, value = (_random(batch, heads, length, width).requires_grad_() for _ in range(3))
            gradient = _random(batch, heads, length, width)

            def forward() -> torch.Tensor:
                return F.scaled_dot_product_attention(query, key, value, is_causal=True)

            def both() -> None:
                torch.autograd.grad(forward(), (query, key, value), gradient)

            rates[str(length)] = {
                "forward": forward_flops / seconds_each(forward, TIMED_SECONDS) / 1e12,
                "forward_backward": 3.5 * forward_flops / seconds_each(both, TIMED_SECONDS) / 1e12,
            }
    return rates


def transfer_rate(to_device: bool, size: int = GIB) -> float:
    """Pinned host memory to the device or back."""
    host = torch.empty(size, dtype=torch.uint8, pin_memory=True)
    device = torch.empty(size, dtype=torch.uint8, device="cuda")
    source, target = (host, device) if to_device else (device, host)
    return size / seconds_each(lambda: target.copy_(source, non_blocking=True), TIMED_SECONDS) / 1e9


def kernel_start_microseconds(kernels: int = 20000) -> float:
    """Host time to start a small eager kernel, the queue kept full."""
    x = torch.zeros(1, device="cuda")
    for _ in range(kernels // 10):
        x.add_(1)
    torch.cuda.synchronize()
    started = time.perf_counter()
    for _ in range(kernels):
        x.add_(1)
    torch.cuda.synchronize()
    return (time.perf_counter() - started) / kernels * 1e6
