use vault_auth::same_server;

fn check(one: &str, other: &str, same: bool) {
    assert_eq!(same_server(one, other), same, "{one} and {other}");
    assert_eq!(same_server(other, one), same, "{other} and {one}");
}

#[test]
fn case_usual_port_and_slashes_make_no_other_server() {
    check("https://api.demo:6443", "HTTPS://API.demo:6443/", true);
    check("https://api.demo", "https://api.demo:443", true);
    check("https://api.demo.:6443", "https://api.demo:6443", true);
    check(" https://api.demo/k8s/clusters/c-1/ ", "https://api.demo/k8s/clusters/c-1", true);
}

#[test]
fn host_port_scheme_and_path_do() {
    check("https://api.demo:6443", "https://api.prod:6443", false);
    check("https://api.demo:6443", "https://api.demo:8443", false);
    check("https://api.demo:6443", "http://api.demo:6443", false);
    check("https://api.demo/k8s/clusters/c-1", "https://api.demo/k8s/clusters/c-2", false);
    check("https://api.demo:6443", "https://api.demo:6443.example.com", false);
}

#[test]
fn what_is_no_url_is_compared_as_text() {
    check("api.demo", "api.demo", true);
    check("api.demo", "https://api.demo", false);
}
