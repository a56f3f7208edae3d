"""Which catalog entry a GPU is, and the data-sheet figures of that entry."""

from __future__ import annotations

import re
from pathlib import Path

# First match wins. Each row: pattern on the driver's name of the device, GiB it must have at least (0: any),
# catalog id.
_RULES: list[tuple[str, float, str]] = [
    (r"laptop|max-q|\b4090 D\b|\b5090 D\b", 0, ""),
    (r"\bGB300\b", 0, "gb300-nvl72"),
    (r"\bGB200\b", 0, "gb200-nvl72"),
    (r"\bGH200\b", 120, "gh200-144gb"),
    (r"\bGH200\b", 0, "gh200-96gb"),
    (r"\bB300\b", 0, "b300-sxm"),
    (r"\bB200\b", 0, "b200-sxm"),
    (r"\bH200 NVL\b", 0, "h200-nvl-141gb"),
    (r"\bH200\b", 0, "h200-sxm-141gb"),
    (r"\bH100 NVL\b", 0, "h100-nvl-94gb"),
    (r"\bH100 PCIe\b", 0, "h100-pcie-80gb"),
    (r"\bH100\b", 0, "h100-sxm-80gb"),
    (r"\bH800 PCIe\b", 0, ""),
    (r"\bH800\b", 0, "h800-sxm-80gb"),
    (r"\bH20\b", 100, ""),
    (r"\bH20\b", 0, "h20"),
    (r"\bA100.*SXM", 60, "a100-sxm-80gb"),
    (r"\bA100.*SXM", 0, "a100-sxm-40gb"),
    (r"\bA100.*PCIE?", 60, "a100-pcie-80gb"),
    (r"\bA100.*PCIE?", 0, "a100-pcie-40gb"),
    (r"\bA30\b", 0, "a30"),
    (r"\bA10G\b", 0, "a10g"),
    (r"\bA10\b", 0, "a10"),
    (r"\bA16\b", 0, "a16"),
    (r"\bA40\b", 0, "a40"),
    (r"\bL40S\b", 0, "l40s"),
    (r"\bL40\b", 0, "l40"),
    (r"\bL4\b", 0, "l4"),
    (r"\bRTX PRO 6000 Blackwell Server\b", 0, "rtx-pro-6000-blackwell-server"),
    (r"\bRTX PRO 6000 Blackwell Workstation\b", 0, "rtx-pro-6000-blackwell-workstation"),
    (r"\bRTX PRO 4500 Blackwell\b", 0, "rtx-pro-4500-blackwell"),
    (r"\bRTX 6000 Ada\b", 0, "rtx-6000-ada"),
    (r"\bRTX A6000\b", 0, "rtx-a6000"),
    (r"\bRTX A5000\b", 0, "rtx-a5000"),
    (r"\bRTX A4000\b", 0, "rtx-a4000"),
    (r"\bRTX 5090\b", 0, "rtx-5090"),
    (r"\bRTX 4090\b", 0, "rtx-4090"),
    (r"\bRTX 3090$", 0, "rtx-3090"),
    (r"\bV100S-PCIE\b", 0, "v100s-pcie-32gb"),
    (r"\bV100-SXM\d", 20, "v100-sxm2-32gb"),
    (r"\bV100-SXM\d", 0, "v100-sxm2-16gb"),
    (r"\bV100-PCIE\b", 20, "v100-pcie-32gb"),
    (r"\bV100-PCIE\b", 0, "v100-pcie-16gb"),
    (r"\bT4\b", 0, "t4"),
]


def guess_gpu(name: str, memory_gib: float) -> str | None:
    """Catalog id of a GPU by the name the driver gives it and its memory in GiB; None where no entry is that GPU."""
    for pattern, least, gpu in _RULES:
        if memory_gib >= least and re.search(pattern, name, re.IGNORECASE):
            return gpu or None
    return None


def data_sheet(catalog: Path, gpu: str) -> dict[str, float]:
    """
    Dense bf16 peak (`bf16_tflops`) and memory bandwidth (`memory_gb_per_second`) of an entry under `catalogs/gpus`.
    Reads the two lines it needs, so no YAML library is required; empty where the entry or a line is not there.
    """
    for path in sorted(catalog.glob("*.yaml")):
        blocks = re.split(r"^\s*- id: ", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
        for block in blocks[1:]:
            if block.split(None, 1)[0] == gpu:
                return _figures(block)
    return {}


def _figures(block: str) -> dict[str, float]:
    found = {}
    bandwidth = re.search(r"^\s*memory_bandwidth_gb_per_second: ([\d.]+)", block, re.MULTILINE)
    peak = re.search(r"^\s*dense_tflops: \{.*?\bbf16: ([\d.]+)", block, re.MULTILINE)
    if bandwidth:
        found["memory_gb_per_second"] = float(bandwidth[1])
    if peak:
        found["bf16_tflops"] = float(peak[1])
    return found
