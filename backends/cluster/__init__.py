"""The cluster: the ports Objects, Pods and Access over a Kubernetes API server."""

from .kubeconfig import Contexts, contexts
from .opening import Cluster, open_cluster

__all__ = ["Cluster", "Contexts", "contexts", "open_cluster"]
