"""Run folders, completed and never spoilt, and the command `run`, which fills them.

`folder` says where one is and what it holds, `parts` what belongs to each seed.
"""
