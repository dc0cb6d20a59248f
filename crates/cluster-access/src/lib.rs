//! The one way to the Kubernetes API.
