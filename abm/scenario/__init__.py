"""What if: scenario files, interventions, and draws of the posterior.

`scenario` is what is lived, `files` and `inheritance` find and read it, `interventions` says what
is done and `intervention_library` which kinds there are; `draws` gives seeds parameters of the
`posterior`.
"""
