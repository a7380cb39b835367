"""Who learns to trust the registry's certificate authority."""

from typing import Literal

from wizard.answers.scalars import Image
from wizard.answers.section import Section, answer


class Trust(Section):
    """How the root certificate reaches pods and nodes."""

    pods: Literal["none", "trust-manager"] = answer(
        "none",
        label="Pods",
        help="Whether a trust-manager that is there publishes the root certificate to all pods.",
    )
    nodes: Literal["instructions", "daemonset"] = answer(
        "instructions",
        label="Nodes",
        help="Whether the commands for nodes are only shown, or a DaemonSet writes the root "
        "certificate where containerd looks for it.",
        front=True,
    )
    nodes_image: Image | None = answer(
        None,
        label="Image for nodes",
        help="The image, with tag, that writes on nodes; it needs a shell, must not come from this "
        "Harbor, and has to run on every node. Without it Harbor's own database image.",
        example="registry.corp/hub/busybox:1.37",
    )
