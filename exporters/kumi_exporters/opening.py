"""Opening an event file: whose it is decides whether it is emptied, moved aside or appended to."""

from __future__ import annotations

import errno
import logging
import os
import re
import socket
import stat
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from kumi.spans.process import THIS_PROCESS
from kumi_exporters import locks
from kumi_exporters.recognise import is_profile

OWNER = "KUMI_PROFILE_OWNER"

_log = logging.getLogger("kumi.otel")
_STREAM = re.compile(r"/dev/(?:fd/(\d+)|stdin|stdout|stderr)|/proc/self/fd/(\d+)")
_STANDARD = {"/dev/stdin": 0, "/dev/stdout": 1, "/dev/stderr": 2}
_ATTEMPTS = 20
_APPEND = os.O_APPEND | getattr(os, "O_BINARY", 0)


class ForeignError(Exception):
    """The file is somebody else's, and stays as it is."""


@dataclass(frozen=True, slots=True)
class Mode:
    """What becomes of an existing file: moved aside, unless it is emptied or appended to."""

    persistent: bool = False
    truncate: bool = False


def fill_in(template: str, service: str) -> str:
    """A path, with `{pid}`, `{host}` and `{service}` as parts of a file's name."""
    known = {"pid": str(os.getpid()), "host": socket.gethostname(), "service": service}
    for name, value in known.items():
        template = template.replace(f"{{{name}}}", _safe(value))
    return template


def _safe(text: str) -> str:
    return re.sub(r"[^\w.-]", "_", text).lstrip(".") or "_"


def is_stream(path: str) -> bool:
    """Whether it is no regular file: a terminal, a pipe, a device."""
    if _STREAM.fullmatch(path):
        return True
    try:
        return not stat.S_ISREG(Path(path).stat().st_mode)
    except FileNotFoundError:
        return False


def open_stream(path: str) -> int:
    """A descriptor for what is no regular file. A pipe that nobody reads is an error."""
    named = _STREAM.fullmatch(path)
    if named:
        return os.dup(int(named[1] or named[2] or _STANDARD[path]))
    return os.open(path, os.O_WRONLY | _APPEND | getattr(os, "O_NONBLOCK", 0))


def open_file(path: str, mode: Mode, patience: float) -> int:
    """A descriptor to append to, once the mode was applied to what stood there.

    The file counts as in use until the descriptor is closed. Raises ForeignError for a file that
    is no profile, OSError for one that cannot be had, in `patience` seconds where others use it.
    """
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    for _ in range(_ATTEMPTS):
        fd = os.open(path, os.O_RDWR | os.O_CREAT | _APPEND, 0o666)
        try:
            if _settle(fd, path, mode, patience):
                return fd
        except BaseException:
            os.close(fd)
            raise
        os.close(fd)
    raise OSError(errno.EBUSY, "is replaced again and again", path)


def _settle(fd: int, path: str, mode: Mode, patience: float) -> bool:
    """Apply the mode. False where `path` is another file by now."""
    if os.fstat(fd).st_size and not is_profile(fd):
        raise ForeignError(path)
    if _changes(fd, mode) and not _apply(fd, path, mode):
        return False
    locks.share(fd, patience)
    if not _is_at(fd, path):
        return False
    claim(fd)
    return True


def _changes(fd: int, mode: Mode) -> bool:
    """Whether the mode asks for something: once in a tree of processes, on a file with content."""
    appends = mode.persistent and not mode.truncate
    return not (appends or os.fstat(fd).st_size == 0 or _is_ours(fd))


def _apply(fd: int, path: str, mode: Mode) -> bool:
    if not locks.exclude(fd):
        if _is_at(fd, path):
            _log.warning("%s is in use by another process: appending to it", path)
        return True
    if not _is_at(fd, path):
        return False
    if mode.truncate:
        os.ftruncate(fd, 0)
        return True
    _move_aside(path)
    return False


def _move_aside(path: str) -> None:
    real = Path(path).resolve()
    target = real.replace(_name_for_old(str(real)))
    _log.info("the profile that was at %s is now %s", path, target)


def _name_for_old(path: str) -> str:
    """`path.old`; where that is something else than an old profile, the next free `path.N`."""
    old = f"{path}.old"
    if not os.path.lexists(old) or _is_old_profile(old):
        return old
    return next(name for n in count(1) if not os.path.lexists(name := f"{path}.{n}"))


def _is_old_profile(path: str) -> bool:
    if not Path(path).is_file():
        return False
    with Path(path).open("rb") as file:
        return is_profile(file.fileno())


def claim(fd: int) -> None:
    """Tell the processes that this one starts that the file is theirs, too: they append.

    The variable names the last file only; this process and those that it forks know of all.
    """
    if OWNER not in os.environ:
        _claimed.clear()
    _claimed.add(_identity(fd))
    os.environ[OWNER] = f"{THIS_PROCESS.id}:{_identity(fd)}"


def _is_ours(fd: int) -> bool:
    owned = os.environ.get(OWNER, "").partition(":")[2]
    return bool(owned) and _identity(fd) in {owned, *_claimed}


_claimed: set[str] = set()


def _identity(fd: int) -> str:
    status = os.fstat(fd)
    return f"{status.st_dev}:{status.st_ino}"


def _is_at(fd: int, path: str) -> bool:
    try:
        return os.path.samestat(os.fstat(fd), Path(path).stat())
    except FileNotFoundError:
        return False
