// kwok, which stands in for the kubelets, in a module of its own for the same reason as Helm.
module harbor-wizard.test/programs/kwok

go 1.25.0

require sigs.k8s.io/kwok v0.8.0

tool sigs.k8s.io/kwok/cmd/kwok
