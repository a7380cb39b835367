"""Errors in words for a screen."""

from wizard.errors import WizardError


def error_lines(error: WizardError) -> str:
    """What happened and why in one line, what to do in the next."""
    why = ", ".join(part for part in (error.why, error.where) if part)
    told = f"{error.what}: {why}" if why else error.what
    return f"{told}\nFix: {error.fix}" if error.fix else told
