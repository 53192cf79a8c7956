"""A process that ends when this one does, however this one ends."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

# anvil's parent is this shell, whose standard input is a pipe that only our process holds open. When we die, of
# whatever cause, the kernel closes the pipe, `read` ends and anvil is killed. It needs no signal from us, so SIGKILL
# is covered, and no prctl, so macOS is. The first line it prints is anvil's process id.
LEASH = """
exec 3<&0 2>/dev/null
"$@" 0</dev/null 1>"$LEASH_LOG" 2>&1 3<&- & node=$!
(exec 1>/dev/null 2>&1; read -r _ <&3; kill -9 $node) & watch=$!
echo $node
exec 3<&- 0</dev/null
wait $node; status=$?
kill $watch 2>/dev/null
exit $status
"""


def leash(command: list[str], log: Path) -> tuple[subprocess.Popen[str], int]:
    """Starts `command` so that it ends when this process does; the leash and the command's process id."""
    process = subprocess.Popen(  # noqa: S603
        [shutil.which("sh") or "/bin/sh", "-c", LEASH, "leash", *command],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={"LEASH_LOG": str(log.absolute()), "HOME": str(log.parent.absolute())},
        text=True,
        start_new_session=True,  # Ctrl-C at our terminal is for us to handle, not for the node
    )
    if process.stdout is None:
        raise AssertionError("asked for a pipe")
    return process, int(process.stdout.readline())
