"""What a measurement ran on."""

from __future__ import annotations

import os
import platform
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_CPU_INFO = Path("/proc/cpuinfo")


@dataclass(frozen=True)
class Machine:
    """The machine and the threads that were used.

    Attributes:
        processor: its name, as far as the system tells.
        cores: that the system has.
        threads: that torch computed with.
        system: name and version of the operating system.
        load: how many processes wanted a core in the minute before, on average; None where the system does not tell.
    """

    processor: str
    cores: int
    threads: int
    system: str
    load: float | None

    @classmethod
    def here(cls, threads: int) -> Machine:
        """Describe this machine."""
        cores = os.cpu_count()
        load = os.getloadavg()[0] if hasattr(os, "getloadavg") else None
        # Two numbers tell the system's version; what follows them is its maker's own.
        version = ".".join(platform.release().split("-")[0].split(".")[:2])
        system = f"{platform.system()} {version}"
        return cls(_processor(), 1 if cores is None else cores, threads, system, load)

    @property
    def busy(self) -> bool:
        """Whether other work competed for the cores."""
        return self.load is not None and self.load > self.cores

    def to_json(self) -> dict[str, Any]:
        """Return the machine as plain values."""
        return dict(vars(self))

    def __str__(self) -> str:
        busy = "" if not self.busy else f" (busy: a load of {self.load:.1f} before)"
        return f"{self.processor}, {self.threads} of {self.cores} cores, {self.system}{busy}"


def _processor() -> str:
    if _CPU_INFO.is_file():
        for line in _CPU_INFO.read_text("utf-8", errors="replace").splitlines():
            name, _, value = line.partition(":")
            if name.strip() == "model name":
                return value.strip()
    named = platform.processor()
    return named if named else platform.machine()
