"""How many draws from the prior pass every entry and quantity: what a pass is worth.

``python -m abm.evidence.prior_passes FOLDER`` writes `prior_passes.csv` from the folder of a
finished `nssi validate --uncertainty prior`. A draw passes what accepts its own number.
"""

import sys
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from abm.evidence.quantity_verdicts import PASSES_FILE
from abm.evidence.register import FOLDER
from abm.io.messages import InputError
from abm.io.tables import TableError, csv_bytes, read_json, write_bytes
from abm.scenario.draws import PRIOR

COLUMNS = ("id", "passed", "draws")


def passes_in(folder: Path) -> pd.DataFrame:
    """Return id, passed and draws of every quantity and entry of a validation's folder.

    Of draws only those are counted that gave a number. An entry that is judged alone stands there
    as the quantity it is. InputError if it is not the folder of a validation of the prior.
    """
    try:
        about = read_json(folder / "run.json")
        rows = [*read_json(folder / "quantities.json"), *read_json(folder / "evidence.json")]
    except TableError as error:
        raise InputError(str(error)) from None
    if about.get("command") != "validate" or about.get("design", {}).get("uncertainty") != PRIOR:
        raise InputError(f"{folder}: expected what `nssi validate --uncertainty {PRIOR}` writes")
    numbers = [(row["id"], row["draws_inside"], row["draws"]) for row in rows if row["draws"]]
    return pd.DataFrame(numbers, columns=COLUMNS).drop_duplicates("id")


def main(arguments: Sequence[str], path: Path = FOLDER / PASSES_FILE) -> None:
    """Write the table of the folder that is named."""
    if len(arguments) != 1:
        sys.exit("prior_passes: expected one folder")
    try:
        table = passes_in(Path(arguments[0]))
    except InputError as error:
        sys.exit(f"prior_passes: {error}")
    write_bytes(path, csv_bytes(table))
    print(f"{len(table)} entries and quantities, written to {path}")


if __name__ == "__main__":
    main(sys.argv[1:])
