//! CREATE INDEX: only ASYNC, and only plain keys.

use postgresql_cst_parser::ResolvedNode;
use postgresql_cst_parser::syntax_kind::SyntaxKind as K;

use super::{Verdict, unsupported};
use crate::sql::tree;
use crate::wire::SqlError;

pub(super) fn create(node: &ResolvedNode, is_async: bool) -> Verdict {
    // In PostgreSQL's grammar the access method comes before the rest, so it is refused first
    // (recorded for an index without ASYNC). The only method that exists may be named.
    if let Some(method) = tree::child(node, K::access_method_clause)
        && tree::tokens(method).last().is_none_or(|(_, name)| tree::identifier(name) != "btree_index")
    {
        return unsupported("USING not supported for CREATE INDEX");
    }
    if tree::tokens(node).any(|(kind, _)| kind == K::CONCURRENTLY) {
        return unsupported("CONCURRENTLY not supported for CREATE INDEX");
    }
    if !is_async {
        return unsupported("unsupported mode. please use CREATE INDEX ASYNC.");
    }
    let columns: Vec<&ResolvedNode> = tree::child(node, K::index_params)
        .map(|params| params.descendants().filter(|n| n.kind() == K::index_elem).collect())
        .unwrap_or_default();
    if columns.len() > 8 {
        return Err(SqlError::error("54011", "more than 8 column keys in an index are not supported"));
    }
    for column in columns {
        let Some(options) = tree::child(column, K::index_elem_options) else { continue };
        // NULLS FIRST and NULLS LAST are accepted (recorded).
        if tree::has(options, K::opt_asc_desc) {
            return unsupported("specifying sort order not supported for index keys");
        }
        if tree::child(options, K::opt_collate).is_some() {
            return unsupported("COLLATE not supported");
        }
        if tree::has(options, K::opt_qualified_name) || tree::has(options, K::any_name) {
            return unsupported("opclass not supported for index keys");
        }
    }
    Ok(())
}
