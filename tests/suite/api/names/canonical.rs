//! Types and signatures in the one form that does not depend on where they are written: paths as
//! users write them, no attributes, no commas at the end, no `mut` of the body's concern.

use syn::visit_mut::{self, VisitMut};
use syn::{
    AngleBracketedGenericArguments, Attribute, FieldsNamed, FieldsUnnamed, Generics, PatIdent,
    Path, PathSegment, Receiver, ReceiverKind, Signature, TypePath, WhereClause,
};

use super::exported::Exported;
use super::resolve::Target;
use super::source::{ModuleId, Sources};

/// Rewrites what is written in one module.
pub(super) struct Canonical<'a> {
    pub(super) sources: &'a Sources,
    pub(super) exported: &'a Exported,
    pub(super) module: ModuleId,
}

impl Canonical<'_> {
    /// Replaces the first segments of a path that are known by others.
    fn rewrite(&self, path: &mut Path) {
        if path.leading_colon.is_some() {
            path.leading_colon = None;
            return;
        }
        let names: Vec<_> = path.segments.iter().map(|part| part.ident.to_string()).collect();
        for known in (1..=names.len()).rev() {
            let Some(start) = self.start(&names[..known]) else { continue };
            let mut segments: Vec<PathSegment> = start
                .split("::")
                .map(|name| PathSegment::from(syn::Ident::new(name, path.segments[0].ident.span())))
                .collect();
            segments.last_mut().unwrap().arguments = path.segments[known - 1].arguments.clone();
            segments.extend(path.segments.iter().skip(known).cloned());
            path.segments = segments.into_iter().collect();
            return;
        }
    }

    /// What to write for the start of a path.
    fn start(&self, names: &[String]) -> Option<String> {
        if ["Self", "_"].contains(&names[0].as_str()) {
            return None;
        }
        let mut targets = self.sources.resolve(self.module, names);
        targets.sort_by_key(|target| self.sources.is_value(target));
        match targets.first()? {
            Target::Item(item) => {
                let name = &self.sources.items[*item].name;
                // An item that is not exported has no path; its name may show in a bound.
                let path = self.exported.items.get(item).unwrap_or(name);
                let root = self.sources.modules[self.module].root;
                let own = &self.exported.modules[&root];
                let short = path.strip_prefix(own).and_then(|rest| rest.strip_prefix("::"));
                Some(short.unwrap_or(path).to_owned())
            }
            Target::Foreign(path) if names.len() == 1 => Some(path.join("::")),
            Target::Foreign(_) | Target::Module(_) => None,
        }
    }
}

impl VisitMut for Canonical<'_> {
    fn visit_path_mut(&mut self, path: &mut Path) {
        visit_mut::visit_path_mut(self, path);
        self.rewrite(path);
    }

    fn visit_type_path_mut(&mut self, node: &mut TypePath) {
        let before = node.path.segments.len();
        visit_mut::visit_type_path_mut(self, node);
        if let Some(qself) = &mut node.qself {
            qself.position = qself.position + node.path.segments.len() - before;
        }
    }

    fn visit_attributes_mut(&mut self, attributes: &mut Vec<Attribute>) {
        attributes.clear();
    }

    fn visit_pat_ident_mut(&mut self, pattern: &mut PatIdent) {
        pattern.mutability = None;
    }

    fn visit_receiver_mut(&mut self, receiver: &mut Receiver) {
        if !matches!(receiver.kind, ReceiverKind::Reference(..)) {
            receiver.mutability = None;
        }
        visit_mut::visit_receiver_mut(self, receiver);
    }

    fn visit_signature_mut(&mut self, signature: &mut Signature) {
        visit_mut::visit_signature_mut(self, signature);
        signature.inputs.pop_punct();
    }

    fn visit_generics_mut(&mut self, generics: &mut Generics) {
        visit_mut::visit_generics_mut(self, generics);
        generics.params.pop_punct();
    }

    fn visit_where_clause_mut(&mut self, clause: &mut WhereClause) {
        visit_mut::visit_where_clause_mut(self, clause);
        clause.predicates.pop_punct();
    }

    fn visit_angle_bracketed_generic_arguments_mut(
        &mut self,
        arguments: &mut AngleBracketedGenericArguments,
    ) {
        visit_mut::visit_angle_bracketed_generic_arguments_mut(self, arguments);
        arguments.colon2_token = None;
        arguments.args.pop_punct();
    }

    fn visit_fields_named_mut(&mut self, fields: &mut FieldsNamed) {
        visit_mut::visit_fields_named_mut(self, fields);
        let mut named: Vec<_> = std::mem::take(&mut fields.named).into_iter().collect();
        named.sort_by_key(|field| field.ident.clone());
        fields.named = named.into_iter().collect();
    }

    fn visit_fields_unnamed_mut(&mut self, fields: &mut FieldsUnnamed) {
        visit_mut::visit_fields_unnamed_mut(self, fields);
        fields.unnamed.pop_punct();
    }
}
