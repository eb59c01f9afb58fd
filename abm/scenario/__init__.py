"""What if: scenario files, interventions, and draws of the posterior.

`scenario` is what is simulated, `files` finds and reads it, `interventions` says what
is done and `intervention_library` which kinds there are; `draws` gives seeds parameters of the
`posterior`.
"""
