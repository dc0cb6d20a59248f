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
## What each needs: y cluster.yaml, k the kubeconfig, g the Git host,
## v VAULT_ADDR and VAULT_TOKEN where there is a Vault, w files below .work/.
## Bare `scripts/bitiq-bootstrap.sh` says what comes next.
##
##   init              .       Write a commented cluster.yaml; asks in a terminal
##   validate          y       Check clusters/<cluster>/cluster.yaml
##   check             y k v g Look at all that a run looks at before it writes
##   plan              y k v g Show what a run would change; writes nothing
##
##   bootstrap-gitops  y k v g Hand the cluster over to GitOps, from end to end
##   run               y k v g The same
##   vault-auth        y k v   Make Vault trust the cluster: that step alone
##   vault-k8s-auth    y k v   The same, by its old name
##   repo-creds        y k v g Give Argo CD the repository login, nothing else
##
##   verify            y k v g Check the cluster's health, and the hand-over
##   status            w       Show where each cluster stands (or CLUSTER alone)
##   trace             w       Show the latest run, or an earlier one
##   support-bundle    w y     Pack all that for whoever helps, free of secrets
##   infra-id          y k g   Show each infraID known, and old ones in files
##   release           y k v   Give back what was written, for the teardown
##                             (ARGS=--dry-run: show it, and write nothing)
##
##   env               y       Print the values derived from cluster.yaml
##   schema            .       Print a JSON Schema: cluster.yaml, trace, outputs
##
## Of the program alone: explain, completions, man, reference
## (scripts/bitiq-bootstrap.sh <command> --help says what they do).
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
##   sandbox           Leave a sandbox running, and say what to export
##                     (ARGS=--openshift: one that plays OpenShift)
##   test              Every test (VAULT=none: without those that need a Vault)
##   tools             Fetch the sandbox's Vault server into .tools/
##   ci                All that continuous integration checks
demo sandbox: tools
	@xtask="$$(scripts/built.sh xtask)" && "$$xtask" $@ $(ARGS)

# The end-to-end suite runs on the program as it ships; all other tests on debug builds. Most tests wait more than they work:
# four at once fit two cores.
test: tools
	@program="$$(scripts/built.sh)" && BITIQ_TEST_BINARY="$$program" RUST_TEST_THREADS="$${RUST_TEST_THREADS:-4}" cargo test --workspace

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
