"""Becomes one child of the stack: ties its life to the parent's, gives up root where asked, then runs the command.

Run as a script with the standard library alone, so that it starts in milliseconds and works in a parent with threads,
where Python code between fork and exec may deadlock.

    launcher.py PARENT_PID STOP_SIGNAL USER_OR_DASH REACHED_PATHS -- COMMAND…
"""

import ctypes
import os
import pwd
import sys

_PR_SET_PDEATHSIG = 1
_PR_SET_KEEPCAPS = 8
_PR_CAP_AMBIENT = 47
_PR_CAP_AMBIENT_RAISE = 2
_CAP_DAC_OVERRIDE = 1
_CAPABILITY_VERSION_3 = 0x20080522
_IS_LINUX = sys.platform == "linux"


def main(arguments: list[str]) -> None:
    """Never returns: the process becomes the command, or ends with a message."""
    parent, stop_signal, user, reached = int(arguments[0]), int(arguments[1]), arguments[2], arguments[3]
    command = arguments[arguments.index("--") + 1 :]
    if user != "-" and os.geteuid() == 0:
        _become(user, [path for path in reached.split(":") if path])
    if _IS_LINUX:
        # After the change of user, which would clear it. macOS has nothing like it; there the guardian stands alone.
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, stop_signal, 0, 0, 0)
    if os.getppid() != parent:
        sys.exit("the parent is gone already")
    os.execv(command[0], command)  # nosec B606 # noqa: S606 - the command is our own


def _become(user: str, reached: list[str]) -> None:
    """Switch to `user`. Where a folder on the way is closed to it (a checkout below /root, say), one capability stays.

    That keeps the checkout's permissions as they are; opening the folders to everybody would be the alternative.
    """
    entry = pwd.getpwnam(user)
    library = ctypes.CDLL(None)
    if _IS_LINUX:
        library.prctl(_PR_SET_KEEPCAPS, 1, 0, 0, 0)
    os.setgroups([])
    os.setgid(entry.pw_gid)
    os.setuid(entry.pw_uid)
    os.environ.update(HOME="/", USER=user, LOGNAME=user)
    if all(os.access(path, os.R_OK | os.X_OK) for path in reached):
        keep = 0
    elif _IS_LINUX:
        keep = 1 << _CAP_DAC_OVERRIDE
    else:
        sys.exit(
            f"user {user} cannot reach {' or '.join(reached)}: move the folder, or start as another user than root"
        )
    if _IS_LINUX:
        _set_capabilities(library, keep)


def _set_capabilities(library: ctypes.CDLL, mask: int) -> None:
    header = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION_3, 0)
    data = (ctypes.c_uint32 * 6)(mask, mask, mask, 0, 0, 0)
    failed = library.capset(header, data) != 0
    if mask:
        failed = library.prctl(_PR_CAP_AMBIENT, _PR_CAP_AMBIENT_RAISE, _CAP_DAC_OVERRIDE, 0, 0) != 0 or failed
    if failed:
        sys.exit("cannot give up root's capabilities: start as another user than root")


if __name__ == "__main__":
    main(sys.argv[1:])
