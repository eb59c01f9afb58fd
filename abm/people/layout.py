"""What is known of one person: every field declared once, with its unit and one sentence.

`Person` is both the type that the rules see (`me`) and the source of the record that holds a
person in memory: one row of a NumPy structured array, eight bytes a field.
"""

import functools
from collections.abc import Callable, Iterable
from typing import Annotated, Any, NamedTuple, Protocol, get_args, get_type_hints

import numpy as np

from abm.people.records import dtype_of

SEXES = ("female", "male")
FEMALE, MALE = 0, 1
FIRST_AGE, LAST_AGE = 10, 25
YEAR_GROUPS = LAST_AGE - FIRST_AGE
NEVER = -1.0
"""What an age or a time holds before the first act, and the onset of maltreatment that was not."""


class Field(NamedTuple):
    """How a field is shown: its kind, unit and meaning."""

    kind: str
    unit: str
    sentence: str


def _kind(kind: str, usual_unit: str) -> Callable[..., Field]:
    return lambda sentence, unit=usual_unit: Field(kind, unit, sentence)


trait, state = _kind("trait", "z"), _kind("state", "1")
history, settled, passing = _kind("history", "count"), _kind("settled", "1"), _kind("passing", "1")


class Person(Protocol):
    """One adolescent. Traits are drawn at entry, states change, settled values follow from both."""

    # Who
    person: Annotated[int, trait("Number given once: entry year, then the place in it", "id")]
    present: Annotated[int, passing("1 while the person is in the population", "yes/no")]
    sex: Annotated[int, trait("0 female, 1 male", "code")]
    year_group: Annotated[int, trait("Calendar year in which the person turned 10", "year")]
    watched: Annotated[int, passing("1 while the course of each day is noted", "yes/no")]
    school_class: Annotated[int, trait("Class within the year-group, counted from 0", "id")]

    # Childhood (section 3)
    physical_abuse: Annotated[float, trait("Severity of physical abuse; 0 none", "severity")]
    sexual_abuse: Annotated[float, trait("Severity of sexual abuse; 0 none", "severity")]
    emotional_abuse: Annotated[float, trait("Severity of emotional abuse; 0 none", "severity")]
    neglect: Annotated[float, trait("Severity of neglect; 0 none", "severity")]
    domestic_violence: Annotated[
        float, trait("Severity of exposure to domestic violence; 0 none", "severity")
    ]
    physical_abuse_onset: Annotated[float, trait("Age at its onset; -1 none", "years")]
    sexual_abuse_onset: Annotated[float, trait("Age at its onset; -1 none", "years")]
    emotional_abuse_onset: Annotated[float, trait("Age at its onset; -1 none", "years")]
    neglect_onset: Annotated[float, trait("Age at its onset; -1 none", "years")]
    domestic_violence_onset: Annotated[float, trait("Age at its onset; -1 none", "years")]
    maltreatment_types: Annotated[int, trait("How many of the five types", "count")]
    maltreatment_severity: Annotated[float, trait("Summed severity over the types", "severity")]
    adversity: Annotated[float, trait("Load of childhood adversity, 0 to 1", "share")]
    family_support: Annotated[float, trait("Support that attenuates threat, 0 to 1", "share")]

    # Autonomic profile (sections 4 and 5)
    vagal_tone: Annotated[
        float, trait("Resting vagal tone (vagally mediated heart rate variability) at entry")
    ]
    sympathetic_gain: Annotated[float, trait("Sympathetic response per unit of threat")]
    dissociation_proneness: Annotated[float, trait("How low the threshold of shutdown lies")]
    recovery: Annotated[float, trait("Speed of the hormonal feedback that ends arousal")]
    opioid_tone: Annotated[float, trait("Baseline endogenous opioid tone")]

    # Self and temperament (section 2)
    self_criticism: Annotated[float, trait("Self-criticism, negative self-view")]
    reactivity: Annotated[float, trait("Emotional reactivity")]
    regulation: Annotated[float, trait("Skill of regulating emotion")]
    distress_tolerance: Annotated[float, trait("Tolerance of distress")]
    rumination: Annotated[float, trait("Repetitive negative thought")]
    rejection_sensitivity: Annotated[float, trait("Interpersonal sensitivity")]
    pain_sensitivity: Annotated[float, trait("The protective pain barrier")]
    aversion: Annotated[float, trait("Reluctance to harm oneself")]
    help_seeking: Annotated[float, trait("Propensity to tell someone")]
    severity_level: Annotated[float, trait("Personal level of the severity of acts")]
    visibility: Annotated[float, trait("How readily others notice")]
    reachability: Annotated[float, trait("How readily a counsellor or GP becomes involved")]

    # Within the day; they relax toward set points
    hour: Annotated[float, passing("Hour of the day at which the states stand", "h")]
    sympathetic: Annotated[float, state("Sympathetic activation")]
    dorsal_vagal: Annotated[float, state("Dorsal vagal shutdown, dissociation")]
    distress: Annotated[float, state("High-activation negative affect")]
    emptiness: Annotated[float, state("Low-activation negative affect")]
    calm: Annotated[float, state("Calm, 0 to 1", "share")]
    shame: Annotated[float, state("Shame and guilt, 0 to 1", "share")]

    # Over weeks to years
    strain: Annotated[float, state("Running mean of the days' peak arousal")]
    sns_sensitisation: Annotated[float, state("Sensitisation of sympathetic responses")]
    pns_sensitisation: Annotated[float, state("Sensitisation of dissociative responses")]
    opioid_tolerance: Annotated[float, state("Tolerance to the opioid release", "share")]
    pain_habituation: Annotated[float, state("Acts still felt as habituation to pain", "acts")]
    expectancy_calm: Annotated[float, state("Expected relief by calming", "share")]
    expectancy_feel: Annotated[float, state("Expected relief by feeling again", "share")]
    expectancy_punish: Annotated[float, state("Expected relief by self-punishment", "share")]
    coping: Annotated[float, state("Adaptive repertoire, 0 to 1", "share")]
    connectedness: Annotated[float, trait("Connectedness with others, 0 to 1", "share")]
    friend_count: Annotated[int, state("Friends now, close and distant", "count")]
    close_friend_count: Annotated[int, state("Close friends now", "count")]
    lost_friends: Annotated[int, state("Friendships that ended this month", "count")]
    isolation: Annotated[float, state("How far friends fall short of a few, 0 to 1", "share")]
    bullied: Annotated[int, state("1 while bullied in class", "yes/no")]
    week_mood: Annotated[float, state("This week's shift of the barrier", "logit")]
    changing_temperament: Annotated[float, state("Changing part of shared temperament", "z")]
    changing_self_criticism: Annotated[float, state("Changing part of self-criticism", "z")]
    changing_reluctance: Annotated[float, state("Changing part of reluctance", "z")]
    circumstances: Annotated[float, state("A worse time, above 0, or a better one", "z")]
    exposure_load: Annotated[float, state("Friends' acts learnt of, fading", "acts")]
    exposure: Annotated[float, state("Exposure through friends, 0 to 1", "share")]
    learnt: Annotated[int, passing("Friends' acts learnt of since the morning", "acts")]
    aware: Annotated[int, state("1 once self-injury is known as a possibility", "yes/no")]
    in_phase: Annotated[int, state("1 during a phase of raised risk", "yes/no")]
    phase_ended: Annotated[
        float,
        state("Day on which the last phase ended; -1 none", "days, 1.0 = 1 January of year 1"),
    ]
    resolution: Annotated[float, state("Resolve not to act again, fading", "logit")]
    bout_severity: Annotated[float, state("Severity level of the current bout", "z")]

    # Help and services
    care: Annotated[
        int, state("Stage: none, informal, counsellor (or GP), specialist, therapy", "code")
    ]
    care_since: Annotated[
        float,
        state("Day on which this stage of help began; -1 none", "days, 1.0 = 1 January of year 1"),
    ]
    waiting_since: Annotated[
        float,
        state("Day of joining the waiting list; -1 none", "days, 1.0 = 1 January of year 1"),
    ]
    care_gain: Annotated[float, state("How far specialist care has taken effect, 0 to 1", "share")]
    therapy_gain: Annotated[float, state("How far therapy has taken effect, 0 to 1", "share")]
    need: Annotated[float, state("Running mean of distress and emptiness")]
    known: Annotated[int, state("1 once a service knows of self-injury", "yes/no")]
    confidant_until: Annotated[
        float,
        state("Day until which somebody helpful knows; -1 none", "days, 1.0 = 1 January of year 1"),
    ]
    contacted: Annotated[int, passing("1 once this bout reached a service", "yes/no")]
    disclosed: Annotated[int, passing("1 once this bout was told to somebody", "yes/no")]
    bout_hospital: Annotated[float, passing("Highest chance of hospital in this bout", "share")]
    help_failed: Annotated[int, passing("1 until a failed attempt to get help is felt", "yes/no")]
    turned_away: Annotated[int, passing("1 if help failed since the month began", "yes/no")]

    # What programmes have changed, on top of the trait
    regulation_gained: Annotated[float, state("Change of regulation by programmes", "z")]
    distress_tolerance_gained: Annotated[
        float, state("Change of distress tolerance by programmes", "z")
    ]
    self_criticism_gained: Annotated[float, state("Change of self-criticism by programmes", "z")]
    vagal_tone_gained: Annotated[float, state("Change of resting vagal tone by programmes", "z")]
    help_seeking_gained: Annotated[float, state("Change of help-seeking by programmes", "z")]
    connectedness_gained: Annotated[float, state("Change of connectedness", "share")]
    family_support_gained: Annotated[float, state("Change of family support", "share")]
    reluctance_gained: Annotated[float, state("Change of the barrier by programmes", "logit")]
    opioid_blockade: Annotated[float, state("Share of the opioid release blocked", "share")]
    reached_by: Annotated[int, history("Programmes that reached the person, one bit each", "bits")]

    # History
    bouts: Annotated[int, history("Phases, those a short gap apart merged")]
    acts: Annotated[int, history("Acts of self-injury ever")]
    first_age: Annotated[float, history("Age at the first act; -1 never", "years")]
    last_age: Annotated[float, history("Age at the last act; -1 never", "years")]
    last_act: Annotated[
        float,
        history(
            "Day of the last act with its fraction; -1 never", "days, 1.0 = 1 January of year 1"
        ),
    ]
    past_year_acts: Annotated[
        int,
        history(
            "Acts in the last twelve monthly counts: the past year at a census, up to a month less "
            "on other days"
        ),
    ]
    recent_months: Annotated[int, passing("Six newest monthly counts, ten bits each", "packed")]
    older_months: Annotated[int, passing("Six older monthly counts, ten bits each", "packed")]
    urges: Annotated[int, history("Reported urges ever")]
    hospital_contacts: Annotated[int, history("Presentations to hospital ever")]
    last_hospital: Annotated[
        float,
        history("Day of the last presentation; -1 never", "days, 1.0 = 1 January of year 1"),
    ]
    service_contacts: Annotated[int, history("Bouts that reached a health service at once")]
    admissions: Annotated[int, history("Courses of specialist care begun, therapy among them")]
    therapies: Annotated[int, history("Courses of therapy begun")]
    days_waited: Annotated[float, history("Days waited before those courses, in all", "days")]
    reported_case: Annotated[int, history("1 if the first act fell in reported years", "yes/no")]
    reported_acts: Annotated[int, history("Acts in reported years")]
    reported_hospital: Annotated[int, history("Presentations in reported years")]
    active_years: Annotated[int, history("Reported years with an act")]
    distressed_decisions: Annotated[int, history("Decisions above the window of tolerance")]
    distressed_acts: Annotated[int, history("Acts begun above the window of tolerance")]

    # Settled from traits when a person enters or a number changes
    settlement: Annotated[int, passing("Which version of the numbers is settled", "id")]
    barrier_person: Annotated[float, settled("Personal part of the barrier", "logit")]
    self_critical: Annotated[float, settled("Self-criticism on a scale from 0 to 1", "share")]
    arousal_gain: Annotated[float, settled("Arousal per unit of threat")]
    rejection_weight: Annotated[float, settled("Weight of interpersonal stressors")]
    stressor_factor: Annotated[float, settled("Everyday stressors by circumstances", "factor")]
    shutdown_base: Annotated[float, settled("Threshold of shutdown before sensitisation")]
    recovery_base: Annotated[float, settled("Speed of recovery before vagal tone", "1/h")]
    distress_base: Annotated[float, settled("Speed of calming down before coping", "1/h")]
    interruption: Annotated[float, settled("Factor on that speed while not ruminating")]
    distress_gain: Annotated[float, settled("Distress per unit of arousal and hour", "1/h")]
    window: Annotated[float, settled("Edges of the window of tolerance")]
    dwelling: Annotated[float, settled("Factor of rumination on distress beyond the window")]
    opioid_factor: Annotated[float, settled("Opioid release before tolerance", "share")]
    analgesia: Annotated[float, settled("Lowering of the barrier by high tone", "logit")]

    # Settled on Mondays and on the morning after an act, from slow states as they are then
    resting_vagal_tone: Annotated[float, state("Resting vagal tone now", "z")]
    settled_pns: Annotated[float, passing("Sensitisation to dissociate, as settled")]
    settled_coping: Annotated[float, passing("Coping, as settled", "share")]
    coping_speed: Annotated[float, passing("Speed of calming down before maturing", "1/h")]

    # Settled each morning
    sympathetic_speed: Annotated[float, passing("Speed of recovery from arousal", "1/h")]
    dorsal_vagal_speed: Annotated[float, passing("Speed of coming back from shutdown", "1/h")]
    distress_speed: Annotated[float, passing("Speed at which distress falls", "1/h")]
    distress_drive: Annotated[float, passing("Distress per unit of arousal and hour", "1/h")]
    shutdown_threshold: Annotated[float, passing("Arousal at which shutdown begins")]
    sympathetic_rest: Annotated[float, passing("Set point of sympathetic activation")]
    dorsal_vagal_rest: Annotated[float, passing("Set point of shutdown")]
    distress_rest: Annotated[float, passing("Set point of distress")]
    emptiness_rest: Annotated[float, passing("Set point of emptiness")]
    calm_rest: Annotated[float, passing("Set point of calm")]
    shame_rest: Annotated[float, passing("Set point of shame")]

    # Today
    rumination_returns: Annotated[float, passing("Hour at which rumination comes back", "h")]
    peak_sympathetic: Annotated[float, passing("Highest sympathetic activation today")]
    peak_dorsal_vagal: Annotated[float, passing("Deepest shutdown today")]
    stressors_today: Annotated[int, passing("Stressors met today", "count")]
    acts_today: Annotated[int, passing("Acts today", "count")]
    urges_today: Annotated[int, passing("Reported urges today", "count")]
    was_never: Annotated[int, passing("1 if never acted before this day", "yes/no")]
    points: Annotated[int, passing("Points noted of today's course", "count")]


MALTREATMENT_TYPES = (
    "physical_abuse",
    "sexual_abuse",
    "emotional_abuse",
    "neglect",
    "domestic_violence",
)
STATES = ("sympathetic", "dorsal_vagal", "distress", "emptiness", "calm", "shame")


@functools.cache
def declared_fields() -> dict[str, tuple[type, Field]]:
    """Return every field of `Person`: its type (int or float) and how it is shown."""
    hints = get_type_hints(Person, include_extras=True)
    return {name: get_args(hint) for name, hint in hints.items() if not name.startswith("_")}


@functools.cache
def person_dtype() -> np.dtype:
    """Return the record of one person: float64 and int64 fields in the declared order."""
    return dtype_of(Person)


def fields_of(*kinds: str) -> list[str]:
    """Return the names of the fields of these kinds, in the declared order."""
    return [name for name, (_, field) in declared_fields().items() if field.kind in kinds]


class PlainRecord:
    """A record as a plain Python object, so that rules run as plain Python."""

    def __init__(self, names: Iterable[str], values: Iterable[Any]) -> None:
        self.__dict__.update(zip(names, values, strict=True))

    @classmethod
    def copy_of(cls, row: Any) -> "PlainRecord":
        """Copy a row of a structured array."""
        return cls(row.dtype.names, row.item())

    def values(self) -> tuple[Any, ...]:
        """Return what is to be written back."""
        return tuple(self.__dict__.values())

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(f"no field {name!r} in this record")
