"""What is measured: shapes of models, and one training or serving run each. Nothing here needs PyTorch."""

from __future__ import annotations

from dataclasses import dataclass, replace

RECIPES = ("bf16", "fp32-states")
TARGETS = {
    "all-linear": ("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"),
    "attention": ("q_proj", "v_proj"),
    "mlp": ("gate_proj", "up_proj", "down_proj"),
}


@dataclass(frozen=True)
class Shape:
    """A decoder of the Llama form: RMSNorm, rotary positions, grouped-query attention, SwiGLU, untied head."""

    layers: int
    hidden: int
    heads: int
    kv_heads: int
    intermediate: int
    vocabulary: int = 32000

    @property
    def head_dim(self) -> int:
        return self.hidden // self.heads

    @property
    def layer_parameters(self) -> int:
        """Matrices of one layer: q and o, k and v, gate, up and down."""
        kv = self.kv_heads * self.head_dim
        return 2 * self.hidden**2 + 2 * self.hidden * kv + 3 * self.hidden * self.intermediate

    @property
    def parameters(self) -> int:
        """Layers with two norms each, embedding, head, last norm."""
        norms = (2 * self.layers + 1) * self.hidden
        return self.layers * self.layer_parameters + 2 * self.vocabulary * self.hidden + norms

    @property
    def label(self) -> str:
        ratio = self.heads // self.kv_heads
        return f"l{self.layers}-h{self.hidden}-a{self.heads}-g{ratio}-f{self.intermediate}-v{self.vocabulary}"


@dataclass(frozen=True)
class TrainingCase:
    """
    One training configuration. Recipe `bf16`: weights, gradients, adapters and moments in bf16. Recipe
    `fp32-states`: bf16 weights and gradients with fp32 master weights and moments; LoRA: fp32 adapters and moments
    on a bf16 base.
    """

    shape: Shape
    micro_batch: int
    sequence: int = 2048
    method: str = "full"
    recipe: str = "bf16"
    checkpointing: str = "none"
    accumulation: int = 1
    rank: int = 0
    targets: str = "all-linear"

    @property
    def label(self) -> str:
        adapters = f"-r{self.rank}-{self.targets}" if self.method == "lora" else ""
        return (
            f"{self.method}{adapters}-{self.recipe}-{self.shape.label}"
            f"-b{self.micro_batch}-s{self.sequence}-m{self.accumulation}-ckpt-{self.checkpointing}"
        )

    def with_micro_batch(self, micro_batch: int) -> "TrainingCase":
        return replace(self, micro_batch=micro_batch)


@dataclass(frozen=True)
class DecodePoint:
    """Decode steps of `batch` sequences with `cached` tokens each in the KV cache."""

    batch: int
    cached: int


@dataclass(frozen=True)
class ServingCase:
    """One model with the decode steps and the prompt lengths (one sequence each) timed on it."""

    shape: Shape
    decode: tuple[DecodePoint, ...]
    prompts: tuple[int, ...]

    @property
    def label(self) -> str:
        return f"serving-{self.shape.label}"
