"""Which device a configuration means, of those that are here."""

from __future__ import annotations

from bertkit.coreml.configuration import Configuration
from bertkit.errors import InputError

_CPU = "cpu"
_FIRST_CUDA = "cuda:0"


def named_devices(configuration: Configuration) -> tuple[str, ...]:
    """Return the devices that a configuration allows, in its order; empty where it leaves the choice to the engine.

    Of `preferred_device` those that the compute units leave. Without it, compute units that include a GPU but no Neural
    Engine name the processor and then the first GPU, for the torch engine, which is the one that runs on GPUs.

    Raises:
        InputError: the compute units exclude every preferred device.
    """
    preferred = configuration.preferred_device
    units = configuration.compute_units
    if preferred is None:
        on_gpu = units == "cpu_and_gpu" and configuration.engine in ("auto", "torch")
        return (_CPU, _FIRST_CUDA) if on_gpu else ()
    names = tuple(name.strip() for name in preferred.split(","))
    allowed = tuple(name for name in names if name == _CPU or units in ("all", "cpu_and_gpu"))
    if not allowed:
        raise InputError(
            f'preferred_device is "{preferred}", which compute_units="{units}" excludes. Use "all" or "cpu_and_gpu".'
        )
    return allowed


def choose_device(configuration: Configuration) -> str:
    """Return the device to run on: the last named one that exists here.

    `cuda` without a number is the first CUDA device, `cuda:0`, as the list of devices that torch sees begins.

    Returns:
        `cpu` or `cuda:<number>`; `cpu` where nothing is named.

    Raises:
        InputError: none of the named devices exists.
    """
    names = named_devices(configuration)
    count = cuda_count() if any(name != _CPU for name in names) else 0
    here = [name for name in names if name == _CPU or _number(name) < count]
    if names and not here:
        raise InputError(
            f'preferred_device is "{configuration.preferred_device}", but torch finds {count} CUDA devices here. '
            'Pass "cpu", name it first as what is taken otherwise ("cpu, cuda:1"), or install a torch build with CUDA.'
        )
    last = here[-1] if here else _CPU
    return last if last == _CPU else f"cuda:{_number(last)}"


def cuda_count() -> int:
    """Return how many CUDA devices torch finds."""
    import torch

    return torch.cuda.device_count() if torch.cuda.is_available() else 0


def _number(name: str) -> int:
    return int(name.partition(":")[2] or 0)
