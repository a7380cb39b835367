"""The cluster: the ports Objects, Pods and Access over a Kubernetes API server."""

from .kubeconfig import contexts
from .opening import Cluster, open_cluster

__all__ = ["Cluster", "contexts", "open_cluster"]
