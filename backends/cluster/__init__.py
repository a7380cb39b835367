"""The cluster: the ports Objects, Pods and Access over a Kubernetes API server."""

from .audience import Audience
from .kubeconfig import contexts
from .opening import Cluster, open_cluster

__all__ = ["Audience", "Cluster", "contexts", "open_cluster"]
