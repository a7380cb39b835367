"""Where Harbor goes."""

from wizard.answers.scalars import Name, ReleaseName, Text, Uid
from wizard.answers.section import Section, answer
from wizard.names import USUAL


class Target(Section):
    """The cluster, namespace and release that a preset is for."""

    cluster_uid: Uid | None = answer(
        None,
        label="Cluster UID",
        help="UID of the namespace kube-system. When set, any other cluster is refused; saving a "
        "preset writes it.",
        example="5b0c2f3e-8a53-4e55-9f0c-2f1f0a7e4d11",
    )
    context: Text | None = answer(
        None,
        label="Context",
        help="The kubeconfig context to use. It is personal: --context comes first, and without "
        "either the current context counts.",
        example="production",
        front=True,
    )
    namespace: Name = answer(
        USUAL, label="Namespace", help="The namespace that Harbor is installed in.", front=True
    )
    release: ReleaseName = answer(
        USUAL, label="Release", help="The name of the Helm release; it begins object names."
    )
