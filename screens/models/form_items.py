"""What stands in a form, in order: questions, headings, and topics that are put away."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from wizard.answers.form import Question


@dataclass(frozen=True, slots=True)
class Heading:
    """The name of the section that the following questions are in."""

    key: str
    text: str


@dataclass(frozen=True, slots=True)
class Topic:
    """Questions of one section that most installations do not need, shown on demand."""

    key: str
    name: str


@dataclass(frozen=True, slots=True)
class Asked:
    """A question; its key stays the same while the question is the same."""

    key: str
    question: Question


Item = Heading | Topic | Asked


def layout(asked: Sequence[Question], opened: Collection[str]) -> Iterator[Item]:
    """The items of a form: what is worth a look, then the rest by topics.

    `opened` holds the names of the topics whose questions are shown.
    """
    front = [question for question in asked if question.front]
    yield from _under_headings("front", front, 1)
    away = [question for question in asked if not question.front]
    for name in dict.fromkeys(topic_of(question) for question in away):
        yield Topic(f"topic {name}", name)
        if name in opened:
            inside = [question for question in away if topic_of(question) == name]
            yield from _under_headings(name, inside, 2)


def _under_headings(prefix: str, asked: Sequence[Question], depth: int) -> Iterator[Item]:
    """Questions, with a heading where the section within the form changes; the choice of a
    section's kind is heading enough for what it asks.
    """
    heading = ""
    for question in asked:
        around = ", ".join(question.around[depth:])
        if around and around != heading:
            yield Heading(f"heading {prefix} {around}", around)
        heading = question.label if question.control == "kind" else around
        yield Asked(f"{question.control} {question.name}", question)


def topic_of(question: Question) -> str:
    """The topic that a question is put away under: the section around it within the form."""
    return question.around[min(1, len(question.around) - 1)] if question.around else ""
