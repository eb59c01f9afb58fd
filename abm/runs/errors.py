"""What goes wrong around runs, for the user."""


class RunnerError(Exception):
    """The runs cannot go on; what is finished is kept. The message is for the user."""


class NoExecutorError(RunnerError):
    """What was asked for to do the runs cannot be had; nothing was begun."""


def runner_error(error: BaseException, what: str) -> RunnerError:
    """Return an error of one line about something that failed around the runs, not in one."""
    lines = str(error).strip().splitlines() or ["no reason given"]
    return RunnerError(f"{what}: {type(error).__name__}: {lines[0]}")
