"""The embedded engine's keeper: a small process that lives exactly as long as somebody uses the engine.

    python keeper.py USERS KEEPER SERVER COMMAND...

Every user of the engine holds a shared lock on the file USERS. The keeper asks for the exclusive lock, which the
operating system grants when the last user is gone, in whatever way it went, and then stops the engine. Until then it
starts the engine again when it died. The keeper locks the file KEEPER, which holds its process id, for as long as it
lives, so that there is never a second one; SERVER holds the engine's process id.

Only the standard library is used, so that the keeper starts at once.
"""

import ctypes
import fcntl
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

SHORT_LIFE = 1.0  # seconds
SHORT_LIVES = 3  # in a row: an engine that ends so soon so often cannot start at all
STOP_WITHIN = 10.0  # seconds between asking the engine to stop and ending it
DIE_WITH_PARENT = 1  # PR_SET_PDEATHSIG of Linux's prctl


class Keeper:
    """Runs one command until its users are gone."""

    def __init__(self, users: Path, server: Path, command: list[str]) -> None:
        """Name the lock file of the users, the file that tells the engine's process id, and the engine's command."""
        self.users = users
        self.server = server
        self.command = command
        self.leaving = threading.Event()
        self.engine: subprocess.Popen[bytes] | None = None

    def keep(self) -> int:
        """Run the engine, again and again; returns the exit status."""
        threading.Thread(target=self._leave_with_the_last_user, daemon=True).start()
        short_lives = 0
        while not self.leaving.is_set() and short_lives < SHORT_LIVES:
            started = time.monotonic()
            self._run_once()
            short_lives = short_lives + 1 if time.monotonic() - started < SHORT_LIFE else 0
        return 0 if self.leaving.is_set() else 1

    def _run_once(self) -> None:
        self.engine = subprocess.Popen(self.command, stdin=subprocess.DEVNULL, preexec_fn=_die_with_parent)
        self.server.write_text(f"{self.engine.pid}\n", encoding="ascii")
        if self.leaving.is_set():  # said while the engine was being started
            self.engine.terminate()
        self.engine.wait()

    def _leave_with_the_last_user(self) -> None:
        # The lock is kept until this process ends, so that a new user waits for the old engine to be gone.
        with self.users.open("a") as users:
            fcntl.flock(users, fcntl.LOCK_EX)
            self.leave()
            threading.Event().wait()

    def leave(self, *_: object) -> None:
        """Stop the engine and let `keep` end."""
        self.leaving.set()
        if self.engine:
            self.engine.terminate()
            threading.Timer(STOP_WITHIN, self.engine.kill).start()


def _die_with_parent() -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(DIE_WITH_PARENT, signal.SIGTERM)


def main() -> int:
    """Keep the engine that the command line names."""
    users, own, server, *command = sys.argv[1:]
    keeper = Keeper(Path(users), Path(server), command)
    signal.signal(signal.SIGTERM, keeper.leave)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with Path(own).open("a") as pid_file:
        fcntl.flock(pid_file, fcntl.LOCK_EX)
        pid_file.truncate(0)
        print(os.getpid(), file=pid_file, flush=True)
        return keeper.keep()


if __name__ == "__main__":
    sys.exit(main())
