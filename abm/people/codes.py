"""Names of routes, stressor kinds and rival positions, as the small numbers that records hold."""

ROUTES = ("calm", "feel", "punish")
CALM, FEEL, PUNISH = 0, 1, 2

STRESSOR_KINDS = (
    "interpersonal",
    "achievement",
    "trauma_reminder",
    "misread_safety",
    "failed_help",
    "bullied",
)
INTERPERSONAL, ACHIEVEMENT, TRAUMA_REMINDER, MISREAD_SAFETY, FAILED_HELP, BULLIED = range(6)

TIE_KINDS = ("close", "distant", "bullying")
CLOSE, DISTANT, BULLYING = 0, 1, 2

CARE_STAGES = ("none", "informal", "counsellor", "specialist", "therapy")
NO_HELP, INFORMAL, COUNSELLOR, SPECIALIST, THERAPY = 0, 1, 2, 3, 4

# Positions of the switches, in the order in which parameters.toml lists them.
PRIOR, CONSEQUENCE, BOTH_RESPONSES = 0, 1, 2
INDUCE, END, BOTH_DISSOCIATIONS = 0, 1, 2
ELEVATED, REDUCED, MIXED = 0, 1, 2
TOLERANCE, DESERVED, BOTH_PAINS = 0, 1, 2
SELECTION, SOCIALISATION, BOTH_ALIKE, NEITHER_ALIKE = 0, 1, 2, 3
AUTOMATIC_NEGATIVE, NO_REINFORCEMENT = 0, 1
SERVICES_ON, SERVICES_OFF = 0, 1
