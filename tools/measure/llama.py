"""
A decoder of the Llama form in plain PyTorch, as eager implementations write it: RMSNorm in fp32, rotary positions,
keys and values repeated to the query heads, scaled_dot_product_attention, SwiGLU, full logits. Every tensor that
autograd keeps is visible here.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.utils.checkpoint import checkpoint

from cases import Shape

ROTARY_BASE = 10000.0
INITIAL_DEVIATION = 0.02


class RMSNorm(nn.Module):
    """Normalises in fp32 and scales in the weights' format."""

    def __init__(self, hidden: int, **factory) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(hidden, **factory))

    def forward(self, x: Tensor) -> Tensor:
        wide = x.to(torch.float32)
        wide = wide * torch.rsqrt(wide.pow(2).mean(-1, keepdim=True) + 1e-5)
        return self.weight * wide.to(x.dtype)


class AdaptedLinear(nn.Module):
    """
    A frozen product with a LoRA adapter: y = W x + B A x. Adapters in fp32 work on an fp32 copy of the input, and
    the sum returns to the format of the base.
    """

    def __init__(self, inputs: int, outputs: int, rank: int, adapter_dtype: torch.dtype, **factory) -> None:
        super().__init__()
        self.base = nn.Linear(inputs, outputs, bias=False, **factory)
        adapter = {**factory, "dtype": adapter_dtype}
        self.down = nn.Linear(inputs, rank, bias=False, **adapter)
        self.up = nn.Linear(rank, outputs, bias=False, **adapter)
        nn.init.zeros_(self.up.weight)

    def forward(self, x: Tensor) -> Tensor:
        result = self.base(x)
        change = self.up(self.down(x.to(self.down.weight.dtype)))
        return (result + change).to(result.dtype)


class LinearFactory:
    """Makes the projections: plain ones, or adapted ones where LoRA targets them."""

    def __init__(self, targets: tuple[str, ...], rank: int, adapter_dtype: torch.dtype, factory: dict) -> None:
        self.targets, self.rank, self.adapter_dtype, self.factory = targets, rank, adapter_dtype, factory

    def __call__(self, name: str, inputs: int, outputs: int) -> nn.Module:
        if name in self.targets:
            return AdaptedLinear(inputs, outputs, self.rank, self.adapter_dtype, **self.factory)
        return nn.Linear(inputs, outputs, bias=False, **self.factory)


def rotary_tables(length: int, head_dim: int, device: torch.device, dtype: torch.dtype) -> tuple[Tensor, Tensor]:
    """Cosines and sines, [length, head_dim]."""
    steps = torch.arange(0, head_dim, 2, device=device, dtype=torch.float32) / head_dim
    angles = torch.outer(torch.arange(length, device=device, dtype=torch.float32), ROTARY_BASE**-steps)
    angles = torch.cat((angles, angles), dim=-1)
    return angles.cos().to(dtype), angles.sin().to(dtype)


def rotate(x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
    """Rotary positions on the last dimension; halves are paired, as in the checkpoints of Hugging Face."""
    half = x.shape[-1] // 2
    return x * cos + torch.cat((-x[..., half:], x[..., :half]), dim=-1) * sin


class Attention(nn.Module):
    def __init__(self, shape: Shape, linear: LinearFactory) -> None:
        super().__init__()
        self.shape = shape
        kv = shape.kv_heads * shape.head_dim
        self.q_proj = linear("q_proj", shape.hidden, shape.hidden)
        self.k_proj = linear("k_proj", shape.hidden, kv)
        self.v_proj = linear("v_proj", shape.hidden, kv)
        self.o_proj = linear("o_proj", shape.hidden, shape.hidden)

    def forward(self, x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
        batch, length, _ = x.shape
        heads, kv_heads, width = self.shape.heads, self.shape.kv_heads, self.shape.head_dim
        query = self.q_proj(x).view(batch, length, heads, width).transpose(1, 2)
        key = self.k_proj(x).view(batch, length, kv_heads, width).transpose(1, 2)
        value = self.v_proj(x).view(batch, length, kv_heads, width).transpose(1, 2)
        query, key = rotate(query, cos, sin), rotate(key, cos, sin)
        key, value = repeat(key, heads // kv_heads), repeat(value, heads // kv_heads)
        mixed = F.scaled_dot_product_attention(query, key, value, is_causal=True)
        return self.o_proj(mixed.transpose(1, 2).reshape(batch, length, heads * width))


def repeat(x: Tensor, times: int) -> Tensor:
    """[batch, kv heads, length, width] to [batch, kv heads x times, length, width]."""
    if times == 1:
        return x
    batch, heads, length, width = x.shape
    return x[:, :, None].expand(batch, heads, times, length, width).reshape(batch, heads * times, length, width)


class MLP(nn.Module):
    def __init__(self, shape: Shape, linear: LinearFactory) -> None:
        super().__init__()
        self.gate_proj = linear("gate_proj", shape.hidden, shape.intermediate)
        self.up_proj = linear("up_proj", shape.hidden, shape.intermediate)
        self.down_proj = linear("down_proj", shape.intermediate, shape.hidden)

    def forward(self, x: Tensor) -> Tensor:
        return self.down_proj(F.silu(self.gate_proj(x)) * self.up_proj(x))


class Block(nn.Module):
    def __init__(self, shape: Shape, linear: LinearFactory) -> None:
        super().__init__()
        self.attention_norm = RMSNorm(shape.hidden, **linear.factory)
        self.attention = Attention(shape, linear)
        self.mlp_norm = RMSNorm(shape.hidden, **linear.factory)
        self.mlp = MLP(shape, linear)

    def forward(self, x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
        x = x + self.attention(self.attention_norm(x), cos, sin)
        return x + self.mlp(self.mlp_norm(x))


class Decoder(nn.Module):
    """
    Returns logits and loss together, as the models of common libraries do, so that logits live until the backward
    pass is over.
    """

    def __init__(self, shape: Shape, linear: LinearFactory, length: int, checkpointing: str) -> None:
        super().__init__()
        factory = linear.factory
        self.checkpointing = checkpointing
        self.embedding = nn.Embedding(shape.vocabulary, shape.hidden, **factory)
        self.layers = nn.ModuleList(Block(shape, linear) for _ in range(shape.layers))
        self.norm = RMSNorm(shape.hidden, **factory)
        self.head = nn.Linear(shape.hidden, shape.vocabulary, bias=False, **factory)
        cos, sin = rotary_tables(length, shape.head_dim, factory["device"], factory["dtype"])
        self.register_buffer("cos", cos, persistent=False)
        self.register_buffer("sin", sin, persistent=False)

    def forward(self, tokens: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
        x = self.embedding(tokens)
        for layer in self.layers:
            if self.checkpointing == "full":
                x = checkpoint(layer, x, self.cos, self.sin, use_reentrant=False)
            else:
                x = layer(x, self.cos, self.sin)
        logits = self.head(self.norm(x))
        loss = F.cross_entropy(logits.float().view(-1, logits.shape[-1]), labels.view(-1))
        return logits, loss


@torch.no_grad()
def randomise(model: nn.Module) -> None:
    """
    Normal weights of the usual deviation, drawn where they lie; norms stay at one and the second half of adapters
    at zero.
    """
    for name, parameter in model.named_parameters():
        if parameter.dim() == 2 and not name.endswith("up.weight"):
            parameter.normal_(std=INITIAL_DEVIATION)
