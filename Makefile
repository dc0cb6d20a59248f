# Every verb of the program is a target. CLUSTER names the cluster, ARGS="…" passes flags; both come from the command
# line or the environment. make itself ends with 2 whatever the program's exit code was.

.DEFAULT_GOAL := help

VERBS := init run plan check status env infra-id repo-creds release trace support-bundle schema
DEVELOPER := demo sandbox test tools ci

.PHONY: help bootstrap-gitops vault-k8s-auth vault-auth validate verify $(VERBS) $(DEVELOPER)

# The lines that begin with "##" are what `make help` prints.
help:
	@sed -n 's/^## \{0,1\}//p' Makefile

## Usage: make <target> CLUSTER=<cluster> [ARGS="<flags>"]
##
## What each needs: [y] cluster.yaml, [k] the kubeconfig, [v] VAULT_ADDR and VAULT_TOKEN where
## there is a Vault, [g] the Git host, [w] the files below .work/. Bare `bitiq-bootstrap` says
## what comes next.
##
##   init              Write a commented cluster.yaml; asks in a terminal
##   validate          Check clusters/<cluster>/cluster.yaml [y]
##   check             Try all that bootstrap-gitops tries first, and say what is well [y k v g]
##   plan              Show what bootstrap-gitops would change; writes nothing [y k v g]
##
##   bootstrap-gitops  Hand the cluster over to GitOps (the canonical entrypoint) [y k v g]
##   run               The same
##   vault-auth        Make Vault trust the cluster: that step alone [y k v]
##   vault-k8s-auth    The same, by its old name
##   repo-creds        Give Argo CD the repository login: that step alone [y k v g]
##
##   verify            Check that the cluster is healthy and the hand-over works [y k v g]
##   status            Show where each cluster stands (all without CLUSTER) [w]
##   trace             Show the latest run, or an earlier one [w]
##   support-bundle    Pack all that for whoever helps, scanned for secrets first [w y k v g]
##   infra-id          Show the infraID as each place knows it, and old ones in files [y k g]
##   release           Give back what was written, for the teardown [y k v]
##
##   env               Print the values derived from cluster.yaml [y]
##   schema            Print the JSON Schema of cluster.yaml, of the trace, of any output
##
bootstrap-gitops:
	@scripts/bootstrap-gitops.sh $(ARGS)

vault-k8s-auth vault-auth:
	@scripts/vault-k8s-auth-config.sh $(ARGS)

validate:
	@scripts/validate.sh $(ARGS)

verify:
	@scripts/verify.sh $(ARGS)

$(VERBS):
	@scripts/bitiq-bootstrap.sh $@ $(ARGS)

## Without a cluster, on this machine alone:
##
##   demo              A whole hand-over against a sandbox that plays OpenShift
##   sandbox           Leave a sandbox running, say what to export (ARGS=--openshift: as OpenShift)
##   test              Every test (VAULT=none leaves out those that need a Vault server)
##   tools             Fetch the Vault server that the sandbox uses into .tools/
##   ci                All that continuous integration checks
demo sandbox: tools
	@cargo build --quiet --package bitiq-bootstrap --package xtask
	@cargo xtask $@ $(ARGS)

test: tools
	cargo test --workspace

ci:
	@.ci/run

ifeq ($(VAULT),none)
export BITIQ_SANDBOX_VAULT := none
tools:
	@echo "VAULT=none: tests that need a Vault server leave themselves out" >&2
else
tools:
	@python3 scripts/tools.py
endif
