"""Files that are written whole, or not at all."""

import os
from contextlib import suppress
from pathlib import Path


def write_whole(path, text):
    """Write a text file beside its place and move it there: whole, or not at all.

    Parameters
    ----------
    path : str or Path
        The file.
    text : str
        What to write.

    Raises
    ------
    OSError
        If it cannot be written, as on a full disk: the file that was there before stays.
    """
    path = Path(path)
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        with part.open("w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.replace(part, path)
    except OSError as error:
        reason = error.strerror or str(error)
        raise OSError(f"{path} could not be written: {reason}.") from error
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)
