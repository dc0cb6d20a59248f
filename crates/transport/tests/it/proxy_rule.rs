//! Go's rule: the cases of `golang.org/x/net/http/httpproxy`, and those that its users write.

use secret::ExposeSecret as _;
use transport::{Network, Proxy, ProxyProblem, ProxyScheme};

fn network(http: &str, https: &str, no_proxy: &str) -> Network {
    let set = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
    Network { http_proxy: set(http), https_proxy: set(https), no_proxy: set(no_proxy) }
}

fn chosen(network: &Network, server: &str) -> Option<String> {
    Proxy::choose(server, network).map(|proxy| proxy.shown())
}

#[test]
fn a_proxy_is_a_url_or_a_host_with_or_without_a_port() {
    for (written, meant) in [
        ("127.0.0.1:8080", "http://127.0.0.1:8080"),
        ("cache.corp.example.com:1234", "http://cache.corp.example.com:1234"),
        ("cache.corp.example.com", "http://cache.corp.example.com"),
        ("localhost", "http://localhost"),
        ("https://cache.corp.example.com", "https://cache.corp.example.com"),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
        ("socks5://127.0.0.1", "socks5://127.0.0.1"),
        (" http://proxy:3128/ ", "http://proxy:3128"),
        ("foo://host", "foo://host"),
    ] {
        let network = network(written, "", "");
        assert_eq!(chosen(&network, "http://example.com").as_deref(), Some(meant), "{written}");
    }
}

#[test]
fn the_scheme_of_the_server_chooses_the_proxy() {
    let both = network("http.proxy.tld", "secure.proxy.tld", "");
    assert_eq!(chosen(&both, "http://insecure.tld/").as_deref(), Some("http://http.proxy.tld"));
    assert_eq!(chosen(&both, "https://secure.tld/").as_deref(), Some("http://secure.proxy.tld"));
    assert_eq!(chosen(&network("http.proxy.tld", "", ""), "https://secure.tld/"), None);
    assert_eq!(chosen(&network("http.proxy.tld", "", ""), "ftp://insecure.tld/"), None);
    assert_eq!(chosen(&Network::default(), "http://example.com/"), None);
}

/// Whether `server` is reached through the proxy.
fn check(no_proxy: &str, server: &str, proxied: bool) {
    let network = network("proxy", "proxy", no_proxy);
    assert_eq!(chosen(&network, server).is_some(), proxied, "{server} with NO_PROXY={no_proxy}");
}

#[test]
fn a_list_exempts_names_addresses_ports_and_networks() {
    const LIST: &str = "foobar.com, .barbaz.net, *.wildcard.io, 192.168.1.1, 192.168.1.2:81, 192.168.1.3:80, \
                        10.0.0.0/30, 2001:db8::52:0:1, [2001:db8::52:0:2]:443, [2001:db8::52:0:3]:80, \
                        2002:db8:a::45/64";
    for (host, proxied) in [
        ("localhost", false),
        ("127.0.0.1", false),
        ("127.0.0.2", false),
        ("[::1]", false),
        ("[::2]", true),
        ("192.168.1.1", false),
        ("192.168.1.2", true),
        ("192.168.1.3", false),
        ("192.168.1.4", true),
        ("10.0.0.2", false),
        ("[2001:db8::52:0:1]", false),
        ("[2001:db8::52:0:2]", true),
        ("[2001:db8::52:0:3]", false),
        ("[2002:db8:a::123]", false),
        ("[fe80::424b:c8be:1643:a1b6]", true),
        ("barbaz.net", true),
        ("www.barbaz.net", false),
        ("foobar.com", false),
        ("www.foobar.com", false),
        ("foofoobar.com", true),
        ("baz.com", true),
        ("localhost.net", true),
        ("local.localhost", true),
        ("barbarbaz.net", true),
        ("wildcard.io", true),
        ("nested.wildcard.io", false),
        ("awildcard.io", true),
    ] {
        check(LIST, &format!("http://{host}:80"), proxied);
        check("*", &format!("http://{host}:80"), false);
    }
}

#[test]
fn a_name_exempts_itself_and_its_subdomains_in_any_alphabet() {
    check("example.com", "http://example.com/", false);
    check(".example.com", "http://example.com/", true);
    check("ample.com", "http://example.com/", true);
    check("example.com", "http://foo.example.com/", false);
    check(".foo.com", "http://example.com/", true);
    check(".示例.com", "http://www.示例.com", false);
    check("xn--fsq092h.com", "http://www.示例.com", false);
    check("示例.com", "http://www.xn--fsq092h.com", false);
    check(" foo , EXAMPLE.com ", "https://API.Example.com", false);
}

#[test]
fn a_port_narrows_the_exemption_and_the_default_port_counts() {
    check("example.com:6443", "https://api.example.com:6443", false);
    check("*.example.com:6443", "https://api.example.com:6443", false);
    check("example.com:443", "https://api.example.com:6443", true);
    check("example.com:443", "https://api.example.com", false);
    check("10.0.0.1:6443", "https://10.0.0.1:6443", false);
    check("10.0.0.1:443", "https://10.0.0.1:6443", true);
    check("[fd00::1]:6443", "https://[fd00::1]:6443", false);
}

#[test]
fn a_network_exempts_its_addresses_alone() {
    check("10.0.0.0/8", "https://10.1.2.3:6443", false);
    check("10.0.0.0/8", "https://11.1.2.3:6443", true);
    check("0.0.0.0/0", "https://11.1.2.3:6443", false);
    check("fd00::/8", "https://[fd00::1]:6443", false);
    check("fd00::/8", "https://[fe80::1]:6443", true);
    check("10.0.0.0/8", "https://10.example.com:6443", true);
    check("10.0.0.0/99", "https://10.1.2.3:6443", true);
}

#[test]
fn what_is_no_entry_exempts_nothing() {
    for list in
        [":1", "", ",", ".", "*.", "[", "]:", "example.com example.com", "example.*", "http://example.com"]
    {
        check(list, "https://example.com", true);
        check(list, "https://10.0.0.1", true);
    }
    check("foo,*", "https://10.0.0.1", false);
}

#[test]
fn a_systems_own_proxy_counts_for_loopback_too() {
    let proxy = Proxy::own("proxy:3128", "VAULT_PROXY_ADDR");
    assert_eq!(proxy.to_string(), "http://proxy:3128 (VAULT_PROXY_ADDR)");
}

#[test]
fn both_socks_schemes_let_the_proxy_resolve_names() {
    for scheme in ["socks5", "socks5h", "SOCKS5", "Socks5", "SOCKS5H"] {
        let proxy = Proxy::own(&format!("{scheme}://me:p%40ss@127.0.0.1"), "HTTPS_PROXY");
        let target = proxy.target().unwrap();
        assert_eq!(
            (target.scheme, target.uri.to_string().as_str()),
            (ProxyScheme::Socks5, "socks5://127.0.0.1:1080/")
        );
        let (user, password) = target.login.unwrap();
        assert_eq!((user.as_str(), password.expose_secret()), ("me", "p@ss"));
        assert_eq!(proxy.reqwest_url().unwrap().scheme(), "socks5h");
    }
}

#[test]
fn a_proxy_of_another_scheme_or_without_a_host_is_refused() {
    let problem = |url: &str| Proxy::own(url, "HTTPS_PROXY").target().err();
    assert_eq!(problem("ftp://me:hunter22@host"), Some(ProxyProblem::Scheme { scheme: "ftp".into() }));
    assert_eq!(problem("socks4://host"), Some(ProxyProblem::Scheme { scheme: "socks4".into() }));
    assert_eq!(problem("http://"), Some(ProxyProblem::NoUrl));
    assert_eq!(problem("http://host:port"), Some(ProxyProblem::NoUrl));
}

#[test]
fn no_text_of_a_proxy_shows_its_login() {
    for url in [
        "http://me:hunter22@proxy:1",
        "me:hunter22@proxy:1",
        "http://me:hun@ter22@proxy:1",
        "http://me:hunter22@[bad",
    ] {
        let network = network(url, url, "");
        let proxy = Proxy::choose("https://api.example.com", &network).unwrap();
        let all = format!("{proxy} {proxy:?} {network:?} {}", proxy.shown());
        assert!(!all.contains("ter22") && !all.contains("me:"), "{all}");
    }
}
