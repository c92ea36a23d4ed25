"""What befalls the event file from outside in a round of `chaos.py`; every part of it is kept."""

from __future__ import annotations

import fcntl
import subprocess
import threading
import time
from contextlib import contextmanager
from itertools import count


@contextmanager
def small_disk(folder, kib):
    """A disk with hardly any room at `folder`; gives why not, where the system refuses."""
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={kib}k", "tmpfs", str(folder)]
    try:
        made = subprocess.run(command, capture_output=True, text=True)
    except FileNotFoundError as error:
        yield str(error)
        return
    if made.returncode:
        yield made.stderr.strip()
        return
    try:
        yield ""
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


class Rotating:
    """Rotates a file at its times, in a thread, until the block ends. `parts` is where they go."""

    def __init__(self, file, kept, rotations):
        self._file, self._kept, self._rotations = file, kept, rotations
        self._number = count().__next__
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._rotate)
        self.done = []

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_error):
        self._over.set()
        self._thread.join()

    def _rotate(self):
        begun = time.monotonic()
        for after, what in self._rotations:
            if self._over.wait(max(0.0, begun + after - time.monotonic())):
                return
            try:
                getattr(self, f"_{what}")()
            except OSError as error:
                self.done.append(f"{what}: {error.strerror}")
            else:
                self.done.append(what)

    def _rename(self):
        self._file.rename(self._beside())

    def _delete(self):
        """By a second name nothing is lost that is written to it still."""
        self._beside().hardlink_to(self._file)
        self._file.unlink()

    def _copytruncate(self):
        """As logrotate does, but under the writers' lock: what it loses in between is its own.

        The last line of a process waits for no lock, where the process has to end; so what came
        while the file was copied is copied, too.
        """
        with self._file.open("r+b") as file:
            fcntl.lockf(file, fcntl.LOCK_EX)
            with (self._kept / f"copied.{self._number()}").open("wb") as copy:
                while part := file.read(1 << 20):
                    copy.write(part)
                file.truncate(0)

    def _beside(self):
        return self._file.with_name(f"{self._file.name}.part.{self._number()}")
