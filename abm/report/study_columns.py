"""What tables besides those of a run's people and acts hold, column by column."""

Row = tuple[str, str, str]

_METHOD: Row = ("method", "text", "morris or sobol")
_OUTCOME: Row = ("outcome", "text", "Name of the outcome, without its age")
_AGE: Row = ("age", "years", "Completed age, for outcomes by age")
_VARIED: Row = ("*parameter*", "its own", "One column for each parameter or switch that varies")
_RANKED: Row = ("outcome", "text", "Name of a main outcome, or all: over all of them")
_ENDS: tuple[Row, Row] = (
    ("low", "see index", "Lower end of the 95 % interval over the points, at these seeds"),
    ("high", "see index", "Upper end"),
)

_DESIGN: tuple[Row, ...] = (
    ("point", "id", "Number of the point: from 1, or as a file of `--design` has it"),
    _VARIED,
)
_SWEEP: tuple[Row, ...] = (
    ("point", "id", "Number of the point"),
    _VARIED,
    ("seed", "id", "Seed of the run"),
    ("outcome", "text", "Name of the outcome; see below"),
    ("value", "see outcome", "Empty where the outcome is not defined"),
)
_FAILED: tuple[Row, ...] = (
    ("point", "id", "Number of the point"),
    _VARIED,
    ("seed", "id", "Seed of the run"),
    ("status", "text", "failed, or missing if it was not lived"),
    ("error", "text", "The traceback"),
)
_INDICES: tuple[Row, ...] = (
    _METHOD,
    _OUTCOME,
    _AGE,
    ("parameter", "text", "Name of the parameter"),
    ("parameter_2", "text", "The other one, for S2"),
    ("index", "text", "mu, mu_star, sigma (Morris); S1, ST, S2 (Sobol)"),
    ("value", "see index", "mu_star in units of the outcome, S1 and ST shares of variance"),
    *_ENDS,
)
_RANKING: tuple[Row, ...] = (
    _METHOD,
    _RANKED,
    ("rank", "count", "Place of the parameter, from 1"),
    ("parameter", "text", "Name of the parameter"),
    ("index", "text", "mu_star or ST; relative to the largest of each outcome for all"),
    ("value", "see index", "The index; for all the mean over main outcomes"),
    *_ENDS,
)
_CONVERGENCE: tuple[Row, ...] = (
    _METHOD,
    ("outcome", "text", "Name of a main outcome"),
    ("blocks", "count", "How many of the trajectories or base samples, the first ones"),
    ("parameter", "text", "Name of the parameter"),
    ("parameter_2", "text", "Always empty"),
    ("index", "text", "mu_star or ST"),
    ("value", "see index", "The index of that part of the design"),
    *_ENDS,
)
_NOISE: tuple[Row, ...] = (
    _METHOD,
    _OUTCOME,
    _AGE,
    ("points", "count", "Points of the design"),
    ("undefined_points", "count", "Points at which no seed defines the outcome"),
    ("undefined_runs", "count", "Runs of the design in which the outcome is not defined"),
    ("seeds", "count", "Runs at each point that are averaged"),
    ("noise_seeds", "count", "Runs a point that tell how large chance is"),
    ("noise_points", "count", "Points at which they do"),
    ("between_seeds", "outcome²", "Variance between single runs at the same point"),
    ("seeds_averaged", "count", "Harmonic mean over points of the runs that define the outcome"),
    ("over_points", "outcome²", "Variance over the design of the means at its points"),
    ("noise_share", "share", "Part of over_points that is chance within runs, at most"),
    ("noise_share_low", "share", "Lower end of its 95 % interval (chi-square)"),
    ("noise_share_high", "share", "Upper end"),
    ("single_run_noise_share", "share", "The same with one run at each point"),
    ("index_by_chance", "see index", "mu_star or ST of a parameter without effect, at most"),
    ("blocks", "count", "Trajectories or base samples analysed: those defined at all points"),
    ("note", "text", "Why there are no indices, or what was left out"),
)
_STABILITY: tuple[Row, ...] = (
    _METHOD,
    _RANKED,
    ("repetition", "count", "One repetition, from 1"),
    ("other", "count", "Another one"),
    ("spearman", "1", "Spearman's correlation of their indices"),
    ("kendall", "1", "Kendall's"),
    ("top", "count", "How many of the most influential parameters are compared"),
    ("shared", "count", "How many of these are the same in both"),
)

_FOLLOW_UP: tuple[Row, ...] = (
    ("seed", "id", "Seed of the run"),
    ("outcome", "text", "died by suicide, or died of other causes"),
    ("age", "years", "Completed ages at the first presentation of those followed"),
    ("people", "count", "Those who presented to hospital in the reported years at these ages"),
    ("person_years", "person-years", "From their first presentation to the end of the calendar"),
    ("expected", "deaths", "To be expected by the published hazard; nobody dies in the model"),
    ("low", "deaths", "From the lower end of the 95 % interval of the published share"),
    ("high", "deaths", "From its upper end; what chance adds is not in it"),
)

STUDY_TABLES: dict[str, tuple[str, tuple[Row, ...]]] = {
    "follow_up.csv": (
        "Deaths to be expected after hospital; only with `observation.follow_up = true`.",
        _FOLLOW_UP,
    ),
    "design.csv": (
        "The points of a sweep or sensitivity analysis; it can be read back with `--design`.",
        _DESIGN,
    ),
    "sweep.csv": ("One row a run and outcome.", _SWEEP),
    "failed.csv": ("One row a run without a result; no such file if all are there.", _FAILED),
    "indices.csv": (
        "Sensitivity indices, with 95 % intervals: Student's t for Morris, bootstrap for Sobol.",
        _INDICES,
    ),
    "ranking.csv": ("The parameters by influence on each main outcome and over all.", _RANKING),
    "convergence.csv": ("The main index from growing parts of the design.", _CONVERGENCE),
    "noise.csv": ("How much of each outcome's variance is chance within runs.", _NOISE),
    "stability.csv": (
        "How alike the rankings of two repetitions are, with `--repeat` only.",
        _STABILITY,
    ),
}
