"""The nodes do not trust the registry that the images come from."""

from backends.simulated.scenarios.scenario import Scenario
from backends.simulated.script import Beat, Script, ordinary

_ERROR = (
    'failed to pull and unpack image "IMAGE": failed to do request: tls: failed to verify '
    "certificate: x509: certificate signed by unknown authority"
)


def _untrusting(component: str) -> Script:
    """Nodes hold the image that probes run already."""
    if not component:
        return ordinary(component)
    return (Beat(0.1, "pull"), Beat(0.8, "pull-fails", _ERROR))


SCENARIO = Scenario(
    "image-pull",
    "no image can be pulled: the nodes do not trust the registry's certificate",
    casting=_untrusting,
)
