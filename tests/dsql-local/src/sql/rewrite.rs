//! Statements that PostgreSQL gets in another form, because only Aurora DSQL knows the original
//! one.

use std::ops::Range;

use postgresql_cst_parser::ResolvedNode;
use postgresql_cst_parser::syntax_kind::SyntaxKind as K;

use super::{scan, tree};
use crate::rules::types;

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
            // PostgreSQL does not know Aurora DSQL's only access method.
            let method = tree::child(node, K::access_method_clause);
            let base = range(node).start;
            let mut plain = node.text().to_string();
            for gone in [method, unique].into_iter().flatten().map(range) {
                plain.replace_range(gone.start - base..gone.end - base, "");
            }
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
        K::VariableSetStmt | K::VariableResetStmt => edited(text, own_parameter(node)),
        K::CreateStmt | K::AlterTableStmt | K::CreateDomainStmt => edited(text, bare_numerics(node)),
        _ => {
            let mut edits = current_settings(node);
            edits.extend(catalogs(node));
            edits.extend(definitions(node));
            edits.sort_by_key(|(range, _)| range.start);
            edited(text, edits)
        }
    }
}

/// Ranges of a text with their replacements, in text order.
type Edits = Vec<(Range<usize>, String)>;

fn range(node: &ResolvedNode) -> Range<usize> {
    usize::from(node.text_range().start())..usize::from(node.text_range().end())
}

fn edited(text: &str, edits: Edits) -> Option<(String, Option<&'static str>)> {
    if edits.is_empty() {
        return None;
    }
    let mut out = text.to_owned();
    for (range, replacement) in edits.into_iter().rev() {
        out.replace_range(range, &replacement);
    }
    Some((out, None))
}

/// A column of type numeric without precision becomes numeric(18,6).
fn bare_numerics(node: &ResolvedNode) -> Edits {
    let declares = |n: &&ResolvedNode| matches!(n.kind(), K::columnDef | K::CreateDomainStmt);
    let types = node.descendants().filter(declares).filter_map(|n| tree::child(n, K::Typename));
    let bare = types.filter(|n| {
        let written = types::read(n);
        written.name == "numeric" && written.modifiers.is_empty() && !written.array
    });
    bare.map(|n| (range(n).end..range(n).end, "(18,6)".to_owned())).collect()
}

/// A parameter that PostgreSQL does not have. It accepts any name with a prefix.
fn own_parameter(node: &ResolvedNode) -> Edits {
    let name = tree::find(node, K::var_name).filter(|n| tree::name_parts(n) == ["disable_sync_create_index"]);
    name.map(|n| (range(n).start..range(n).start, "dsql_local.".to_owned())).into_iter().collect()
}

/// Catalogs that clients see as a view (bootstrap.sql): with Aurora DSQL's content, without the
/// stand-in's own schema.
pub const CATALOGS: &[(&str, &[&str])] = &[
    (
        "pg_catalog",
        &[
            "pg_am",
            "pg_attrdef",
            "pg_attribute",
            "pg_available_extension_versions",
            "pg_available_extensions",
            "pg_class",
            "pg_constraint",
            "pg_event_trigger",
            "pg_index",
            "pg_indexes",
            "pg_matviews",
            "pg_namespace",
            "pg_policies",
            "pg_proc",
            "pg_publication_tables",
            "pg_rewrite",
            "pg_rules",
            "pg_sequence",
            "pg_sequences",
            "pg_stat_all_indexes",
            "pg_stat_all_tables",
            "pg_stat_sys_indexes",
            "pg_stat_sys_tables",
            "pg_stat_user_functions",
            "pg_stat_user_indexes",
            "pg_stat_user_tables",
            "pg_stat_xact_all_tables",
            "pg_stat_xact_sys_tables",
            "pg_stat_xact_user_functions",
            "pg_stat_xact_user_tables",
            "pg_statio_all_indexes",
            "pg_statio_all_sequences",
            "pg_statio_all_tables",
            "pg_statio_sys_indexes",
            "pg_statio_sys_sequences",
            "pg_statio_sys_tables",
            "pg_statio_user_indexes",
            "pg_statio_user_sequences",
            "pg_statio_user_tables",
            "pg_stats",
            "pg_stats_ext",
            "pg_stats_ext_exprs",
            "pg_tables",
            "pg_trigger",
            "pg_ts_config",
            "pg_ts_template",
            "pg_type",
            "pg_views",
        ],
    ),
    (
        "information_schema",
        &[
            "attributes",
            "character_sets",
            "check_constraint_routine_usage",
            "check_constraints",
            "collation_character_set_applicability",
            "collations",
            "column_column_usage",
            "column_domain_usage",
            "column_options",
            "column_privileges",
            "column_udt_usage",
            "columns",
            "constraint_column_usage",
            "constraint_table_usage",
            "data_type_privileges",
            "domain_constraints",
            "domain_udt_usage",
            "domains",
            "element_types",
            "foreign_table_options",
            "foreign_tables",
            "key_column_usage",
            "parameters",
            "referential_constraints",
            "role_column_grants",
            "role_routine_grants",
            "role_table_grants",
            "role_udt_grants",
            "role_usage_grants",
            "routine_column_usage",
            "routine_privileges",
            "routine_routine_usage",
            "routine_sequence_usage",
            "routine_table_usage",
            "routines",
            "schemata",
            "sequences",
            "table_constraints",
            "table_privileges",
            "tables",
            "transforms",
            "triggered_update_columns",
            "triggers",
            "udt_privileges",
            "usage_privileges",
            "user_defined_types",
            "view_column_usage",
            "view_routine_usage",
            "view_table_usage",
            "views",
        ],
    ),
];

fn catalogs(node: &ResolvedNode) -> Edits {
    let tables = node.descendants().filter(|n| n.kind() == K::qualified_name);
    let own = tables.filter_map(|n| {
        let parts = tree::name_parts(n);
        let (schema, name) = match &parts[..] {
            [name] => ("pg_catalog", name),
            [schema, name] => (schema.as_str(), name),
            _ => return None,
        };
        let known = CATALOGS.iter().find(|(of, names)| *of == schema && names.contains(&name.as_str()));
        known.map(|_| (range(n), format!("dsql_local.{name}")))
    });
    own.collect()
}

/// Replaces functions that print the definition of an index or of a key by the stand-in's own,
/// which print Aurora DSQL's form.
fn definitions(node: &ResolvedNode) -> Edits {
    let calls = node.descendants().filter(|n| n.kind() == K::func_application);
    let edit = |call: &ResolvedNode| {
        let function = tree::child(call, K::func_name)?;
        let parts = tree::name_parts(function);
        let name = match &parts[..] {
            [name] => name,
            [schema, name] if schema == "pg_catalog" => name,
            _ => return None,
        };
        matches!(name.as_str(), "pg_get_indexdef" | "pg_get_constraintdef")
            .then(|| (range(function), format!("dsql_local.{name}")))
    };
    calls.filter_map(edit).collect()
}

/// `current_setting('server_version')` returns the same as SHOW. The replacement has the same name,
/// so that the column keeps its name.
fn current_settings(node: &ResolvedNode) -> Edits {
    let calls = node.descendants().filter(|n| n.kind() == K::func_application);
    let edit = |call: &ResolvedNode| {
        let name = tree::find(call, K::func_name).map(tree::name_parts)?;
        let parameter = tree::text(tree::find(call, K::func_arg_list)?).to_ascii_lowercase();
        let value = version_parameter(parameter.trim_matches('\''))?;
        (name.last()? == "current_setting")
            .then(|| (range(call), format!("dsql_local.current_setting('{value}')")))
    };
    calls.filter_map(edit).collect()
}

fn version_parameter(name: &str) -> Option<&'static str> {
    match name {
        "server_version" => Some(SERVER_VERSION),
        "server_version_num" => Some(SERVER_VERSION_NUM),
        // The quota. A cluster's answer is not recorded.
        "max_connections" => Some("10000"),
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
    let value = version_parameter(&name)?;
    Some((format!("SELECT '{value}'::text AS {name}"), Some("SHOW")))
}

/// In CALL, PostgreSQL requires the OUT parameter, Aurora DSQL does not.
fn wait_for_job(node: &ResolvedNode, text: &str) -> Option<(String, Option<&'static str>)> {
    let name = tree::find(node, K::func_name).map(tree::name_parts)?;
    if name != ["sys", "wait_for_job"] {
        return None;
    }
    let close = text.rfind(')')?;
    Some((format!("{}, NULL)", &text[..close]), None))
}
