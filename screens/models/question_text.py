"""What is told of a question: the line of help under a form, the page behind F1."""

from wizard.answers.form import Question, flow
from wizard.answers.secret_values import variable_for


def hint(question: Question) -> str:
    """The line of help under the form."""
    unit = f" In {question.unit}." if question.unit else ""
    example = f" Example: {question.example}" if question.example else ""
    return f"{question.help}{unit}{example}"


def explanation(question: Question) -> str:
    """What F1 says about a question, in Markdown."""
    lines = [f"## {question.label}", question.help]
    if question.example:
        lines.append(f"Example: `{question.example}`")
    if question.default not in (None, "", [], {}):
        lines.append(f"Without an answer: `{flow(question.default)}`")
    lines += [f"- **{option.label}** {option.help}" for option in question.options]
    lines.append(f"In a preset: `{question.name}`, on the command line: `--set {question.name}=…`")
    if question.control == "secret":
        lines.append(
            "A preset never holds the secret itself, only where it comes from. The variable "
            f"`{variable_for(question.name)}` overrides that at every run."
        )
    return "\n\n".join(line for line in lines if line)
