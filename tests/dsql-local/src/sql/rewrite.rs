//! Statements that PostgreSQL gets in another form, because Aurora DSQL has its own.

use postgresql_cst_parser::ResolvedNode;
use postgresql_cst_parser::syntax_kind::SyntaxKind as K;

use super::{scan, tree};

/// `server_version` as recorded.
pub const SERVER_VERSION: &str = "16.15";
const SERVER_VERSION_NUM: &str = "160015";

/// The other form, and the CommandComplete tag that the client must see.
pub(super) fn of(node: &ResolvedNode, is_async: bool, text: &str) -> Option<(String, Option<&'static str>)> {
    match node.kind() {
        K::VariableShowStmt => show(node),
        K::CallStmt => wait_for_job(node, text),
        K::IndexStmt if is_async => {
            let target = target(node)?;
            let elements =
                tree::child(node, K::index_params)?.descendants().filter(|n| n.kind() == K::index_elem);
            let keys =
                elements.filter_map(|n| tree::child(n, K::ColId)).map(|n| tree::identifier(&tree::text(n)));
            let keys: Vec<String> = keys.map(|k| literal(&k)).collect();
            let unique = tree::child(node, K::opt_unique);
            let plain = match unique {
                Some(unique) => {
                    let range = unique.text_range();
                    let base = node.text_range().start();
                    let (from, to) = (usize::from(range.start() - base), usize::from(range.end() - base));
                    let own = node.text().to_string();
                    format!("{}{}", &own[..from], &own[to..])
                }
                None => node.text().to_string(),
            };
            let call = format!(
                "SELECT dsql_local.create_index_async({}, {}, {}, ARRAY[{}]::text[]) AS job_id",
                literal(&plain),
                unique.is_some(),
                literal(&target),
                keys.join(", ")
            );
            Some((call, Some("CREATE INDEX")))
        }
        K::AlterTableStmt if is_async => {
            let call = format!(
                "SELECT dsql_local.validate_async({}, {}) AS job_id",
                literal(&node.text().to_string()),
                literal(&target(node)?)
            );
            Some((call, Some("ALTER TABLE")))
        }
        _ => None,
    }
}

/// Role mappings. The tag is not recorded.
pub(super) fn iam_mapping(text: &str) -> Option<(String, &'static str)> {
    let (verb, role, arn) = scan::iam_mapping(text)?;
    let grants = verb.eq_ignore_ascii_case("grant");
    let (procedure, tag) =
        if grants { ("iam_grant", "AWS IAM GRANT") } else { ("iam_revoke", "AWS IAM REVOKE") };
    Some((format!("CALL dsql_local.{procedure}({}, {arn})", literal(role)), tag))
}

fn target(node: &ResolvedNode) -> Option<String> {
    Some(tree::find(node, K::qualified_name)?.text().to_string())
}

fn literal(text: &str) -> String {
    let escaped = text.replace('\'', "''").replace('\\', "\\\\");
    format!("E'{escaped}'")
}

fn show(node: &ResolvedNode) -> Option<(String, Option<&'static str>)> {
    let name = tree::find(node, K::var_name).map(tree::text)?.to_ascii_lowercase();
    let value = match name.as_str() {
        "server_version" => SERVER_VERSION,
        "server_version_num" => SERVER_VERSION_NUM,
        _ => return None,
    };
    Some((format!("SELECT '{value}'::text AS {name}"), Some("SHOW")))
}

/// PostgreSQL wants the OUT parameter named in CALL, Aurora DSQL does not.
fn wait_for_job(node: &ResolvedNode, text: &str) -> Option<(String, Option<&'static str>)> {
    let name = tree::find(node, K::func_name).map(tree::name_parts)?;
    if name != ["sys", "wait_for_job"] {
        return None;
    }
    let close = text.rfind(')')?;
    Some((format!("{}, NULL)", &text[..close]), None))
}
