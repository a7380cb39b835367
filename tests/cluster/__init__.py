"""Tests against a real Kubernetes API: real control plane and Helm, stand-ins for the kubelets."""
