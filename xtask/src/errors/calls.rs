//! The calls in a file, each with the body of the function it stands in.

use syn::ExprCall;
use syn::visit::{self, Visit};

/// A call.
#[derive(Clone, Copy)]
pub struct Call<'a> {
    /// The call itself.
    pub call: &'a ExprCall,
    /// The body of the innermost function around.
    pub around: Option<&'a syn::Block>,
}

/// All calls of a file.
pub fn calls(file: &syn::File) -> Vec<Call<'_>> {
    let mut calls = Calls::default();
    calls.visit_file(file);
    calls.found
}

#[derive(Default)]
struct Calls<'a> {
    found: Vec<Call<'a>>,
    around: Vec<&'a syn::Block>,
}

impl<'a> Visit<'a> for Calls<'a> {
    fn visit_item_fn(&mut self, function: &'a syn::ItemFn) {
        self.around.push(&function.block);
        visit::visit_item_fn(self, function);
        self.around.pop();
    }

    fn visit_impl_item_fn(&mut self, function: &'a syn::ImplItemFn) {
        self.around.push(&function.block);
        visit::visit_impl_item_fn(self, function);
        self.around.pop();
    }

    fn visit_expr_call(&mut self, call: &'a ExprCall) {
        visit::visit_expr_call(self, call);
        self.found.push(Call { call, around: self.around.last().copied() });
    }
}
