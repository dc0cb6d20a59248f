use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::Right;

const VERSION: &str = "rbac.authorization.k8s.io/v1";
const GROUP: &str = "rbac.authorization.k8s.io";

/// Who is to be granted something, and where.
#[derive(Debug, Clone, Copy)]
pub struct Grantee<'a> {
    /// The user, as the cluster calls it.
    pub user: &'a str,
    /// Name of the roles; the bindings' begin with it.
    pub role: &'a str,
    /// Namespaces that are not known to be there: a Role needs its own.
    pub absent: &'a [String],
}

/// A right that nothing stops without.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct OptionalRight {
    /// The right.
    pub right: Right,
    /// Loss without it, in a few words.
    pub without: &'static str,
}

/// Rights as YAML that `kubectl apply -f -` takes, also where it is pasted with all its lines indented: one List of
/// Namespaces, then a ClusterRole for what is outside of namespaces, a Role for each namespace, and their bindings to the
/// user. What is optional comes last, in roles of its own, and a comment says what is lost without it. Pure: the same
/// rights give the same text, in whatever order they come.
pub fn rbac_manifest(rights: &[Right], optional: &[OptionalRight], to: &Grantee<'_>) -> String {
    let lacking: BTreeSet<&OptionalRight> =
        optional.iter().filter(|optional| !rights.contains(&optional.right)).collect();
    let all = rights.iter().chain(lacking.iter().map(|optional| &optional.right));
    let spaces: BTreeSet<&str> = all.filter_map(|right| right.namespace.as_deref()).collect();
    let absent = spaces.into_iter().filter(|name| to.absent.iter().any(|absent| absent == name));
    let mut text = String::from("apiVersion: v1\nkind: List\nitems:\n");
    absent.for_each(|name| text.push_str(&namespace(name)));
    text.push_str(&roles(rights.iter(), to));
    if !lacking.is_empty() {
        text.push_str("# Optional. Without these rights:\n");
        for OptionalRight { right, without } in &lacking {
            text.push_str(&format!("# - {right}: {without}\n"));
        }
        let role = format!("{}-optional", to.role);
        let rights = lacking.iter().map(|optional| &optional.right);
        text.push_str(&roles(rights, &Grantee { role: &role, ..*to }));
    }
    text
}

fn roles<'a>(rights: impl Iterator<Item = &'a Right>, to: &Grantee<'_>) -> String {
    let mut by_namespace: BTreeMap<Option<&str>, BTreeSet<&Right>> = BTreeMap::new();
    for right in rights {
        by_namespace.entry(right.namespace.as_deref()).or_default().insert(right);
    }
    let mut text = String::new();
    for (namespace, rights) in by_namespace {
        let metadata = |name: String| Metadata { name, namespace };
        let kind = if namespace.is_some() { "Role" } else { "ClusterRole" };
        text.push_str(&item(&Role {
            api_version: VERSION,
            kind,
            metadata: metadata(to.role.into()),
            rules: rules(rights),
        }));
        text.push_str(&item(&Binding {
            api_version: VERSION,
            kind: if namespace.is_some() { "RoleBinding" } else { "ClusterRoleBinding" },
            metadata: metadata(format!("{}:{}", to.role, to.user.replace(['/', '%'], "-"))),
            role_ref: RoleRef { api_group: GROUP, kind, name: to.role },
            subjects: [Subject::of(to.user)],
        }));
    }
    text
}

/// Makes a rule for each object, or kind of object.
fn rules(rights: BTreeSet<&Right>) -> Vec<Rule<'_>> {
    let mut verbs: BTreeMap<(&str, String, Option<&str>), BTreeSet<&str>> = BTreeMap::new();
    for right in rights {
        let resource = match &right.subresource {
            Some(subresource) => format!("{}/{subresource}", right.resource),
            None => right.resource.clone(),
        };
        verbs.entry((&right.group, resource, right.name.as_deref())).or_default().insert(&right.verb);
    }
    verbs
        .into_iter()
        .map(|((group, resource, name), verbs)| Rule {
            api_groups: [group],
            resources: [resource],
            resource_names: name.into_iter().collect(),
            verbs: verbs.into_iter().collect(),
        })
        .collect()
}

fn namespace(name: &str) -> String {
    item(&Namespace {
        api_version: "v1",
        kind: "Namespace",
        metadata: Metadata { name: name.into(), namespace: None },
    })
}

/// Writes an item of a list.
fn item(document: &impl Serialize) -> String {
    // Plain structs of texts: there is nothing in them that YAML could not hold.
    serde_saphyr::to_string(&[document]).unwrap_or_default()
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Namespace<'a> {
    api_version: &'a str,
    kind: &'a str,
    metadata: Metadata<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Role<'a> {
    api_version: &'a str,
    kind: &'a str,
    metadata: Metadata<'a>,
    rules: Vec<Rule<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Binding<'a> {
    api_version: &'a str,
    kind: &'a str,
    metadata: Metadata<'a>,
    role_ref: RoleRef<'a>,
    subjects: [Subject<'a>; 1],
}

#[derive(Serialize)]
struct Metadata<'a> {
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    namespace: Option<&'a str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Rule<'a> {
    api_groups: [&'a str; 1],
    resources: [String; 1],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    resource_names: Vec<&'a str>,
    verbs: Vec<&'a str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct RoleRef<'a> {
    api_group: &'a str,
    kind: &'a str,
    name: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Subject<'a> {
    kind: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    api_group: Option<&'a str>,
    name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    namespace: Option<&'a str>,
}

impl<'a> Subject<'a> {
    fn of(user: &'a str) -> Self {
        match user.strip_prefix("system:serviceaccount:").and_then(|account| account.split_once(':')) {
            Some((namespace, name)) => {
                Self { kind: "ServiceAccount", api_group: None, name, namespace: Some(namespace) }
            }
            None => Self { kind: "User", api_group: Some(GROUP), name: user, namespace: None },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ObjectRef;

    fn to(user: &str) -> Grantee<'_> {
        Grantee { user, role: "bitiq-bootstrap", absent: &[] }
    }

    fn on(verbs: &[&str], object: &ObjectRef) -> Vec<Right> {
        verbs.iter().map(|verb| Right::on(verb, object)).collect()
    }

    #[test]
    fn what_is_outside_of_namespaces_is_a_cluster_role_and_the_rest_a_role() {
        let secrets = ObjectRef::secret("openshift-gitops", "gitops-repo");
        let binding = ObjectRef::cluster_role_binding("reviewer");
        let rights = [on(&["patch", "get", "create"], &secrets), on(&["get"], &binding)].concat();
        insta::assert_snapshot!(rbac_manifest(&rights, &[], &to("dev")), @r#"
        apiVersion: v1
        kind: List
        items:
        - apiVersion: rbac.authorization.k8s.io/v1
          kind: ClusterRole
          metadata:
            name: bitiq-bootstrap
          rules:
          - apiGroups:
            - rbac.authorization.k8s.io
            resources:
            - clusterrolebindings
            resourceNames:
            - reviewer
            verbs:
            - get
        - apiVersion: rbac.authorization.k8s.io/v1
          kind: ClusterRoleBinding
          metadata:
            name: bitiq-bootstrap:dev
          roleRef:
            apiGroup: rbac.authorization.k8s.io
            kind: ClusterRole
            name: bitiq-bootstrap
          subjects:
          - kind: User
            apiGroup: rbac.authorization.k8s.io
            name: dev
        - apiVersion: rbac.authorization.k8s.io/v1
          kind: Role
          metadata:
            name: bitiq-bootstrap
            namespace: openshift-gitops
          rules:
          - apiGroups:
            - ""
            resources:
            - secrets
            verbs:
            - create
          - apiGroups:
            - ""
            resources:
            - secrets
            resourceNames:
            - gitops-repo
            verbs:
            - get
            - patch
        - apiVersion: rbac.authorization.k8s.io/v1
          kind: RoleBinding
          metadata:
            name: bitiq-bootstrap:dev
            namespace: openshift-gitops
          roleRef:
            apiGroup: rbac.authorization.k8s.io
            kind: Role
            name: bitiq-bootstrap
          subjects:
          - kind: User
            apiGroup: rbac.authorization.k8s.io
            name: dev
        "#);
    }

    #[test]
    fn the_order_and_the_number_of_askings_make_no_difference() {
        let mut rights = on(&["get", "list"], &ObjectRef::secret("a", "x"));
        rights.extend(on(&["get"], &ObjectRef::namespace("kube-system")));
        let once = rbac_manifest(&rights, &[], &to("dev"));
        rights.reverse();
        rights.push(rights[0].clone());
        assert_eq!(rbac_manifest(&rights, &[], &to("dev")), once);
    }

    #[test]
    fn a_service_account_is_bound_as_one() {
        let text = rbac_manifest(
            &on(&["get"], &ObjectRef::namespace("x")),
            &[],
            &to("system:serviceaccount:ci:runner"),
        );
        for line in ["- kind: ServiceAccount\n", "  name: runner\n", "  namespace: ci\n"] {
            assert!(text.contains(line), "{text}");
        }
    }

    #[test]
    fn a_user_with_a_slash_is_bound_by_a_name_that_is_allowed() {
        let text = rbac_manifest(&on(&["get"], &ObjectRef::namespace("x")), &[], &to("https://idp/#ann"));
        assert!(text.contains("name: bitiq-bootstrap:https:--idp-#ann\n"), "{text}");
        assert!(text.contains("https://idp/#ann"), "{text}");
    }

    #[test]
    fn a_namespace_that_is_not_there_comes_before_its_role() {
        let absent = ["a".to_owned(), "of-no-interest".to_owned()];
        let to = Grantee { absent: &absent, ..to("dev") };
        let text = rbac_manifest(&on(&["get"], &ObjectRef::secret("a", "x")), &[], &to);
        let first = "apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: Namespace\n  metadata:\n    name: a\n- api";
        assert!(text.starts_with(first), "{text}");
        assert!(!text.contains("of-no-interest"), "{text}");
    }

    #[test]
    fn what_is_optional_is_apart_with_what_is_lost_without_it() {
        let secret = ObjectRef::secret("a", "x");
        let optional = ["get", "watch"]
            .map(|verb| OptionalRight { right: Right::on(verb, &secret), without: "nothing is seen" });
        let text = rbac_manifest(&on(&["get"], &secret), &optional, &to("dev"));
        let (needed, rest) = text.split_once("# Optional. Without these rights:\n").unwrap();
        assert!(!needed.contains("watch"), "{text}");
        assert!(rest.starts_with("# - watch secrets in a: nothing is seen\n- apiVersion"), "{text}");
        assert!(rest.contains("    name: bitiq-bootstrap-optional\n"), "{text}");
        assert!(!rest.contains("- get\n"), "what is needed anyway is not asked for twice: {text}");
    }

    #[test]
    fn it_is_the_same_when_every_line_is_indented() {
        let rights = on(&["get"], &ObjectRef::secret("a", "x"));
        let text = rbac_manifest(&rights, &[], &to("dev"));
        let indented: String = text.lines().map(|line| format!("      {line}\n")).collect();
        let read = |text: &str| serde_saphyr::from_str::<serde_json::Value>(text).unwrap();
        assert_eq!(read(&text), read(&indented));
    }

    #[test]
    fn whatever_a_user_is_called_stays_one_text() {
        for user in [
            "yes", "null", "~", "0x10", "- a", "a: b", "#c", "x\ny: z", "\"q'", "{a: b}", "*a", "---", "!t",
            " ",
        ] {
            let rights = [Right::on("get", &crate::ObjectRef::namespace("ns"))];
            let text = rbac_manifest(&rights, &[], &Grantee { user, role: "r", absent: &[] });
            let list: serde_json::Value = serde_saphyr::from_str(&text).unwrap();
            assert_eq!(list["items"].as_array().map(Vec::len), Some(2), "{text}");
            assert_eq!(list["items"][1]["subjects"][0]["name"], user, "{text}");
        }
    }
}
