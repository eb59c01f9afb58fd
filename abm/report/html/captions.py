"""What figures are called in a report, and what those who cannot see them are told."""

from collections.abc import Mapping

CAPTIONS: Mapping[str, tuple[str, str]] = {
    "prevalence_by_age": (
        "Who self-injures, by age and sex.",
        (
            "Two line charts over age from 10 to 24, one line for each sex: the share who ever "
            "self-injured, and the share who did in the past year. The numbers are in the table "
            "of shares by age."
        ),
    ),
    "prevalence_over_time": (
        "Who self-injures at ages 12 to 18, over the reported years.",
        (
            "Two line charts over census days, by sex: the share who ever self-injured, and the "
            "share who did in the past year. The numbers are in curves.csv."
        ),
    ),
    "onset_ages": (
        "At what age those who self-injure first did.",
        (
            "Distribution of the age at the first act, by sex, with the published typical ages. "
            "The median is in the table of key figures."
        ),
    ),
    "acts_per_person": (
        "How often those who self-injured did so in the past year.",
        (
            "Bars: the share of people with one act, two or three, and so on, by sex. The median "
            "is in the table of key figures."
        ),
    ),
    "motives": (
        "Why young people self-injure in the model, by age and sex.",
        (
            "Line charts of the shares of acts to calm down, to feel something and to punish "
            "oneself. The shares over all ages are in the table of key figures."
        ),
    ),
    "averted": (
        "What each scenario averts, with 95 % intervals; left of the line there is more.",
        (
            "Points with intervals, a row a scenario: new cases and person-years with self-injury"
            " averted per 100,000 people. The numbers are in the table of what is averted."
        ),
    ),
    "differences_over_time": (
        "How prevalence and first acts differ from the base, year by year.",
        (
            "Two line charts over census days, one line for each scenario: difference in the "
            "share who self-injured in the past year, and in first acts. The numbers are in "
            "curve_differences.csv."
        ),
    ),
    "averted_by_group": (
        "Who has fewer new cases and who has more: by sex, age and childhood adversity.",
        (
            "Points with intervals, a row a group of people: new cases averted per 100,000. The "
            "numbers are in the table by group."
        ),
    ),
    "verdicts_at_a_glance": (
        "Every claim and figure at a glance: where the model's number lies.",
        (
            "Left, points against the band of what is accepted; right, points on the side of a "
            "line that is right or wrong. The numbers are in the tables that follow."
        ),
    ),
    "sensitivity_ranked": (
        "Which parameters move which outcome, the most influential on top.",
        (
            "Bars with intervals, a row a parameter and a panel an outcome. The numbers are in "
            "the tables of influence."
        ),
    ),
    "sensitivity_mu_sigma": (
        "How far each parameter moves an outcome, and how evenly.",
        (
            "Scatter plots, one point a parameter: mean size of the effect against its spread "
            "over the design. The numbers are in indices.csv."
        ),
    ),
    "sensitivity_by_age": (
        "At which age which parameter matters.",
        (
            "Line charts of the influence of the leading parameters over age. The numbers are in "
            "indices.csv."
        ),
    ),
    "sensitivity_heat_map": (
        "Every parameter and every outcome at once.",
        (
            "A grid, a row a parameter and a column an outcome, darker where the influence is "
            "larger. The numbers are in indices.csv."
        ),
    ),
    "sensitivity_convergence": (
        "Whether more runs would change the picture.",
        (
            "Line charts of the influence of the leading parameters from growing parts of the "
            "design. The numbers are in convergence.csv."
        ),
    ),
}
FIGURES: Mapping[str, tuple[str, ...]] = {
    "run": (
        *("prevalence_by_age", "prevalence_over_time"),
        *("onset_ages", "acts_per_person", "motives"),
    ),
    "compare": ("averted", "differences_over_time", "averted_by_group"),
    "validate": ("verdicts_at_a_glance",),
    "sensitivity": (
        *("sensitivity_ranked", "sensitivity_mu_sigma", "sensitivity_by_age"),
        *("sensitivity_heat_map", "sensitivity_convergence"),
    ),
    "sweep": (),
}
