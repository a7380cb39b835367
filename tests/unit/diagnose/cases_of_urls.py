"""Rules about what was answered at Harbor's URL."""

from datetime import timedelta

from tests.unit.diagnose import world
from tests.unit.diagnose.cases import Case
from wizard.diagnose.asked import Place, Source, answered, refused
from wizard.diagnose.view import View
from wizard.errors import CertificateRefused, WizardError
from wizard.ports import Object, RegistryAnswer

URL = "https://harbor.test"
REALM = f"{URL}/service/token"
HEALTHY = RegistryAnswer(401, REALM, registry=True)


def place(url: str = URL, source: Source = "preset") -> Place:
    """A URL of the release."""
    return Place(url, source, world.NAMESPACE, "harbor")


def asked(
    answer: RegistryAnswer,
    *objects: Object,
    url: str = URL,
    source: Source = "preset",
    ago: float = 0,
) -> View:
    """A view with what was answered so many seconds ago."""
    seen = answered(place(url, source), answer, world.NOW - timedelta(seconds=ago))
    return seen.beside(world.view(*objects))


def unanswered(error: WizardError, source: Source = "preset") -> View:
    """A view with why there was no answer."""
    return refused(place(URL, source), error, world.NOW).beside(world.view())


def certificate(kind: str, source: Source = "preset") -> View:
    """A view after a certificate did not hold."""
    return unanswered(CertificateRefused("No answer", kind=kind, why="it is so"), source)


def realm(url: str) -> RegistryAnswer:
    """Harbor's answer, with the realm of another URL."""
    return RegistryAnswer(401, f"{url}/service/token", registry=True)


URLS = (
    Case("HW-018", lambda: asked(realm("https://core.harbor.domain")), lambda: asked(HEALTHY)),
    Case("HW-227", lambda: certificate("expired"), lambda: certificate("untrusted")),
    Case("HW-244", lambda: asked(RegistryAnswer(404)), lambda: asked(HEALTHY)),
)
