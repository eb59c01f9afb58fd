"""Tables of lived worlds, kept while a validation is under way, so that a killed one goes on."""

import shutil
from pathlib import Path

import numpy as np

from abm.io.files import make_folder, read_arrays
from abm.io.tables import TableError, atomic

Tables = dict[str, dict[str, np.ndarray]]
BETWEEN = "/"


class Shelf:
    """A folder with one file a world and seed: plain arrays, compressed.

    Parameters
    ----------
    folder
        Made when the first is kept.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def _path(self, world: str, seed: int) -> Path:
        return self.folder / f"{world}-{seed}.npz"

    def keep(self, world: str, seed: int, tables: Tables) -> None:
        """Keep the tables of a world.

        Raises
        ------
        TableError
            If they cannot be written; nothing of them is left.
        """
        flat = {
            f"{name}{BETWEEN}{column}": values
            for name, columns in tables.items()
            for column, values in columns.items()
        }
        try:
            make_folder(self.folder)
        except OSError as error:
            raise TableError(f"cannot write to {self.folder}: {error.strerror}") from error
        with atomic(self._path(world, seed)) as file:
            np.savez_compressed(file, allow_pickle=False, **flat)

    def found(self, world: str, seed: int) -> Tables | None:
        """Return the tables of a world, or None where they are missing or damaged."""
        try:
            return _by_table(read_arrays(self._path(world, seed)))
        except ValueError:
            return None

    def clear(self) -> None:
        """Remove the folder."""
        shutil.rmtree(self.folder, ignore_errors=True)


def _by_table(flat: dict[str, np.ndarray]) -> Tables:
    tables: Tables = {}
    for key, values in flat.items():
        name, column = key.split(BETWEEN, 1)
        tables.setdefault(name, {})[column] = values
    return tables
