//! The read-only form of a writing statement. On Aurora DSQL a statement that lost a conflict still
//! returns its true row count, and the transaction fails only at COMMIT. In PostgreSQL it has
//! failed, so the count is found by reading.

use postgresql_cst_parser::ResolvedNode;
use postgresql_cst_parser::syntax_kind::SyntaxKind as K;

use super::statement::Shadow;
use super::tree;

/// The read-only form, if there is one. Statements with RETURNING or with data changing WITH have
/// none: they report a conflict themselves.
pub(super) fn of(node: &ResolvedNode, value_rows: Option<usize>) -> Option<Shadow> {
    if tree::child(node, K::returning_clause).is_some() || tree::child(node, K::opt_with_clause).is_some() {
        return None;
    }
    match node.kind() {
        K::InsertStmt => insert(node, value_rows),
        K::UpdateStmt => {
            let target = tree::child(node, K::relation_expr_opt_alias)?.text().to_string();
            let from = tree::child(node, K::from_clause).and_then(|n| tree::child(n, K::from_list));
            Some(Shadow::Count("UPDATE", count(&target, from, node)))
        }
        K::DeleteStmt => {
            let target = tree::child(node, K::relation_expr_opt_alias)?.text().to_string();
            let using = tree::child(node, K::using_clause).and_then(|n| tree::child(n, K::from_list));
            Some(Shadow::Count("DELETE", count(&target, using, node)))
        }
        K::SelectStmt => {
            let locking = tree::find(node, K::for_locking_clause)?;
            let base = node.text_range().start();
            let range = locking.text_range();
            let (from, to) = (usize::from(range.start() - base), usize::from(range.end() - base));
            let own = node.text().to_string();
            Some(Shadow::Query(format!("{}{}", &own[..from], &own[to..])))
        }
        _ => None,
    }
}

fn count(target: &str, others: Option<&ResolvedNode>, node: &ResolvedNode) -> String {
    let others = others.map(|list| format!(", {}", list.text())).unwrap_or_default();
    let filter = tree::child(node, K::where_or_current_clause).or(tree::child(node, K::where_clause));
    let filter = filter.map(|w| w.text().to_string()).unwrap_or_default();
    format!("SELECT count(*) FROM {target}{others} {filter}")
}

/// Every row of VALUES counts: rows that DO NOTHING would skip cannot be distinguished here.
fn insert(node: &ResolvedNode, value_rows: Option<usize>) -> Option<Shadow> {
    let rest = tree::child(node, K::insert_rest)?;
    let select = tree::child(rest, K::SelectStmt)?;
    let Some(values) = tree::find(select, K::values_clause).filter(|v| v.text_range() == select.text_range())
    else {
        return Some(Shadow::Count("INSERT 0", format!("SELECT count(*) FROM ({}) AS rows", select.text())));
    };
    // The list is left-recursive: one node of this kind per row.
    let rows =
        value_rows.unwrap_or_else(|| values.descendants().filter(|n| n.kind() == K::values_clause).count());
    Some(Shadow::Rows("INSERT 0", u64::try_from(rows).ok()?))
}
