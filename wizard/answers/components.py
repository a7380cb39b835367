"""Harbor's components: how many of each, and what they may use."""

from wizard.answers.scalars import Cpu, Positive, Size
from wizard.answers.section import Section, answer

_PODS = "How many pods; without it the profile decides."


class Replicas(Section):
    """Pods per component. Database and Redis inside the cluster always run alone."""

    core: Positive | None = answer(None, label="Core", help=_PODS, unit="pods")
    portal: Positive | None = answer(None, label="Portal", help=_PODS, unit="pods")
    nginx: Positive | None = answer(None, label="Nginx", help=_PODS, unit="pods")
    jobservice: Positive | None = answer(None, label="Job service", help=_PODS, unit="pods")
    registry: Positive | None = answer(None, label="Registry", help=_PODS, unit="pods")
    trivy: Positive | None = answer(None, label="Trivy", help=_PODS, unit="pods")
    exporter: Positive | None = answer(None, label="Exporter", help=_PODS, unit="pods")


class Amounts(Section):
    """An amount of processor and memory."""

    cpu: Cpu | None = answer(None, label="CPU", help="Processor cores.", example="500m")
    memory: Size | None = answer(None, label="Memory", help="Memory.", example="512Mi")


class ComponentResources(Section):
    """What one component asks for and may use at most."""

    requests: Amounts = answer(
        Amounts(), label="Requests", help="What a node must have free; else the profile decides."
    )
    limits: Amounts = answer(Amounts(), label="Limits", help="What a pod may use at most.")


_RESOURCES = "What its pods ask for and may use at most."


class Resources(Section):
    """Resources per component."""

    core: ComponentResources = answer(ComponentResources(), label="Core", help=_RESOURCES)
    portal: ComponentResources = answer(ComponentResources(), label="Portal", help=_RESOURCES)
    nginx: ComponentResources = answer(ComponentResources(), label="Nginx", help=_RESOURCES)
    jobservice: ComponentResources = answer(
        ComponentResources(), label="Job service", help=_RESOURCES
    )
    registry: ComponentResources = answer(ComponentResources(), label="Registry", help=_RESOURCES)
    registryctl: ComponentResources = answer(
        ComponentResources(), label="Registry controller", help=_RESOURCES
    )
    trivy: ComponentResources = answer(ComponentResources(), label="Trivy", help=_RESOURCES)
    exporter: ComponentResources = answer(ComponentResources(), label="Exporter", help=_RESOURCES)
    database: ComponentResources = answer(ComponentResources(), label="Database", help=_RESOURCES)
    redis: ComponentResources = answer(ComponentResources(), label="Redis", help=_RESOURCES)
