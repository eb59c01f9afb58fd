"""The run folder of a comparison: tables, figures and run.json; its runs are in the store."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from abm.experiments.comparison.names import folder_name
from abm.experiments.sweeps.study import StudyFolder
from abm.io.files import files_in, make_folder
from abm.io.tables import TableError, write_bytes
from abm.runs.folder import RunFolder

if TYPE_CHECKING:
    from abm.scenario.scenario import Scenario


class ComparisonFolder(StudyFolder):
    """The folder `<out>/compare-<names>/<run id>/`.

    Parameters
    ----------
    out
        Folder of all results.
    scenarios
        The base, then the others.
    design
        Further plain data that decides the results.
    """

    def __init__(
        self,
        out: Path,
        scenarios: "Sequence[Scenario]",
        design: Mapping[str, Any] | None = None,
    ) -> None:
        others = [scenario.resolved() for scenario in scenarios[1:]]
        whole = {"others": others, **(design or {})}
        RunFolder.__init__(self, out, scenarios[0], "compare", whole)
        self.path = out / folder_name(scenarios) / self.run_id
        self._new = [each for each in (self.path, *self.path.parents) if not each.exists()]
        self.figures_path = self.path / "figures"
        self.failed_path = self.path / "failed"

    def replace_failures(self, errors: dict[tuple[str, int], str]) -> None:
        """Write the traceback of every run that failed, and remove all older ones.

        Raises
        ------
        TableError
            If one cannot be written.
        """
        wanted = {f"{name}-{seed}.txt": trace for (name, seed), trace in errors.items()}
        try:
            for path in files_in(self.failed_path, "*.txt"):
                if path.name not in wanted:
                    path.unlink()
            if wanted:
                make_folder(self.failed_path)
        except OSError as error:
            raise TableError(f"cannot write {self.failed_path}: {error.strerror}") from error
        for name, trace in wanted.items():
            write_bytes(self.failed_path / name, trace.encode(errors="backslashreplace"))
        with suppress(OSError):
            self.failed_path.rmdir()
