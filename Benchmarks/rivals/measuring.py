"""What the comparisons share: running a program that answers in JSON, naming the machine, printing medians."""

import json
import os
import platform
import statistics
import subprocess
import sys
from pathlib import Path


def json_of(*command):
    """What a program prints; ends this one with a clear line if it fails."""
    try:
        finished = subprocess.run(command, capture_output=True, text=True)
    except OSError as error:
        sys.exit(f"{command[0]}: {error.strerror}; build it with: swift build -c release --product pba")
    if finished.returncode != 0:
        sys.exit(f"{' '.join(command)}: exit code {finished.returncode}: {finished.stderr.strip()}")
    return json.loads(finished.stdout)


def machine():
    """Processor, cores, system and Python, in one line."""
    processor = platform.processor() or platform.machine()
    information = Path("/proc/cpuinfo")
    if information.exists():
        names = [line for line in information.read_text().splitlines() if line.startswith("model name")]
        processor = names[0].split(":", 1)[1].strip() if names else processor
    return (f"{processor}, {os.cpu_count()} logical cores, {platform.system()} {platform.release()}, "
            f"Python {platform.python_version()}")


def spread(values, digits):
    """The median and, in brackets, the range."""
    return f"{statistics.median(values):.{digits}f} [{min(values):.{digits}f}, {max(values):.{digits}f}]"
