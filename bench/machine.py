"""The machine a bench ran on: figures mean little without it."""

import os
import platform
import subprocess
from collections.abc import Mapping
from pathlib import Path

import psutil

from dialer.embedded import postgres


def describe_machine() -> Mapping[str, str]:
    """Processor, cores, memory, load, and the versions that matter."""
    return {
        "processor": _processor(),
        "cores": str(len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()),
        "memory": f"{psutil.virtual_memory().total / 2**30:.1f} GiB",
        "load before": " ".join(f"{load:.2f}" for load in os.getloadavg()),
        "system": f"{platform.system()} {platform.release()} {platform.machine()}",
        "Python": platform.python_version(),
        "PostgreSQL": _postgres_version(),
    }


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    models = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return models[0] if models else platform.machine()


def _postgres_version() -> str:
    program = postgres.programs_folder() / "postgres"
    answer = subprocess.run([str(program), "--version"], capture_output=True, text=True, check=True).stdout
    return answer.rpartition(" ")[2].strip()
