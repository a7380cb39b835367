"""The contexts of a kubeconfig, as those who pick one see them."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Context:
    """A context that a person may choose, as the kubeconfig tells it; nothing was connected to.

    `url` and `user` are empty where the kubeconfig does not say, `namespace` where it names none.
    """

    name: str
    url: str
    user: str
    namespace: str
    current: bool
