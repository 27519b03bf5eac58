"""A real OpenID Connect provider for the tests: oauth2-mock-server, run by node on loopback.

npm installs it once, at the versions in package-lock.json, into the user's cache folder.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
FILES = ("package.json", "package-lock.json", "provider.mjs")


def installed() -> Path:
    """The folder in which the provider can be run."""
    for program in ("node", "npm"):
        assert shutil.which(program), f"{program} is missing: install Node.js 18 or newer, these tests sign in with it"
    wanted = hashlib.sha256(b"".join((HERE / name).read_bytes() for name in FILES)).hexdigest()[:16]
    cache = Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache").expanduser()
    folder = cache / "charter-ledger" / f"provider-{wanted}"
    if not (folder / "done").exists():
        made = folder.with_name(f"{folder.name}.{os.getpid()}")
        shutil.rmtree(made, ignore_errors=True)
        made.mkdir(parents=True)
        for name in FILES:
            shutil.copy(HERE / name, made)
        command = ["npm", "ci", "--omit=dev", "--ignore-scripts", "--no-audit", "--no-fund"]
        done = subprocess.run(command, cwd=made, capture_output=True, text=True, timeout=300)
        assert done.returncode == 0, f"npm could not install the provider that tests sign in with:\n{done.stderr}"
        (made / "done").touch()
        try:
            made.rename(folder)
        except OSError:  # another run was faster
            shutil.rmtree(made, ignore_errors=True)
    return folder


class RunningProvider:
    """The provider, and what it says of whoever signs in."""

    def __init__(self) -> None:
        folder = installed()
        self._process = subprocess.Popen(
            ["node", "provider.mjs"], cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self.issuer = self._line()
        assert self.issuer.startswith("http://127.0.0.1:"), "the provider did not start"

    def says(self, how: str = "honest", *, new_key: bool = False, **claims: Any) -> None:
        """From now on: these claims (None leaves one out), signed honestly or forged in some way."""
        assert self._process.stdin
        self._process.stdin.write(json.dumps({"claims": claims, "how": how, "newKey": new_key}) + "\n")
        self._process.stdin.flush()
        assert self._line() == "ok"

    def _line(self) -> str:
        assert self._process.stdout
        return self._process.stdout.readline().strip()

    def stop(self) -> None:
        """End it."""
        self._process.kill()
        self._process.wait(30)
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe:
                pipe.close()
