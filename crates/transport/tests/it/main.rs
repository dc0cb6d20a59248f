//! Which certificates are trusted, which proxy is chosen, and with what words a failure is told.
#![cfg(test)]

mod broken;
mod proxy_rule;
mod trust;
mod words;
