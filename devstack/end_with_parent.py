"""Run a command that is told to end when the process that started it is gone, `kill -9` included.

Usage: end_with_parent.py PARENT COMMAND…  Linux only; elsewhere the next start ends what was left.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1

if __name__ == "__main__":
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != int(sys.argv[1]):  # gone already, before we could ask
            sys.exit(1)
    os.execvp(sys.argv[2], sys.argv[2:])  # noqa: S606  (the command that was given)
