"""The number format of a training: bfloat16 on machines that compute in it, else float32.

A processor without bfloat16 instructions emulates them, which takes 3 to 30 times as long as
float32."""

import torch

PRECISIONS = ("auto", "bf16", "fp32")
# Of x86 and ARM, in torch.cpu.get_capabilities()
INSTRUCTIONS = (
    "avx512_bf16",
    "amx_bf16",
    "bf16",
)
NAMES = {"bf16": "bfloat16", "fp32": "float32"}


def choose(asked: str, device: torch.device, begun: str | None = None) -> tuple[str, str]:
    """ "bf16" or "fp32", and the reason. `begun` is the precision of the run that is resumed."""
    if asked not in PRECISIONS:
        raise ValueError(f"expected a precision of {', '.join(PRECISIONS)}, got {asked!r}")
    if asked != "auto":
        return asked, f"--precision {asked}"
    if begun:
        return begun, "the run began with it"
    if has_bfloat16(device):
        return "bf16", f"this {device.type} has bfloat16 instructions"
    return "fp32", f"this {device.type} has no bfloat16 instructions"


def has_bfloat16(device: torch.device) -> bool:
    """True if the device computes in bfloat16 itself."""
    if device.type == "cuda":
        return torch.cuda.is_bf16_supported(including_emulation=False)
    if device.type == "cpu":
        capabilities = torch.cpu.get_capabilities()
        return any(capabilities.get(name, False) for name in INSTRUCTIONS)
    return False
