//! Which statements Aurora DSQL refuses, decided on the parse tree.
//!
//! Recorded messages are marked by the tests over `tests/data/dsql_recorded.json`. For statements that nobody recorded
//! the same form is used: `unsupported statement: X`, where X is PostgreSQL's own name of the statement node without
//! `Stmt`, as every recorded one is.

mod alter;
mod index;
mod query;
mod session;
mod table;
pub(crate) mod types;

#[cfg(test)]
mod tests;

use postgresql_cst_parser::ResolvedNode;
use postgresql_cst_parser::syntax_kind::SyntaxKind as K;

use crate::sql::tree;
use crate::wire::SqlError;

/// What a rule says.
pub type Verdict = Result<(), SqlError>;

/// 0A000 feature_not_supported, the SQLSTATE of nearly every refusal.
fn unsupported<T>(message: impl Into<String>) -> Result<T, SqlError> {
    Err(SqlError::error("0A000", message))
}

/// Refuses a statement that Aurora DSQL does not take. `is_async`: the word ASYNC was taken out of it.
pub fn check(node: &ResolvedNode, is_async: bool) -> Verdict {
    if let Some(name) = unknown_statement(node) {
        return unsupported(format!("unsupported statement: {name}"));
    }
    match node.kind() {
        K::TransactionStmt | K::TransactionStmtLegacy => session::transaction(node),
        K::VariableSetStmt | K::VariableResetStmt => session::set(node),
        K::VariableShowStmt => session::show(node),
        K::VacuumStmt => unsupported("unsupported VACUUM statement"),
        K::MergeStmt => unsupported("unsupported statement type: MERGE"),
        K::CreateStmt => table::create(node),
        K::CreateSeqStmt => table::create_sequence(node),
        K::CreateDomainStmt => types::check_all(node),
        K::DefineStmt => define(node),
        K::CreateFunctionStmt => function(node),
        K::IndexStmt => index::create(node, is_async),
        K::AlterTableStmt => alter::table(node, is_async),
        K::RenameStmt => rename(node),
        K::DropStmt => drop(node),
        K::GrantStmt | K::RevokeStmt => grant(node),
        _ => query::check(node),
    }
}

/// PostgreSQL's name of a statement that Aurora DSQL does not know at all.
fn unknown_statement(node: &ResolvedNode) -> Option<&'static str> {
    Some(match node.kind() {
        K::AlterDatabaseStmt => "AlterDatabase",
        K::AlterDatabaseSetStmt => "AlterDatabaseSet",
        K::AlterEnumStmt => "AlterEnum",
        K::AlterExtensionStmt => "AlterExtension",
        K::AlterFdwStmt => "AlterFdw",
        K::AlterForeignServerStmt => "AlterForeignServer",
        K::AlterPolicyStmt => "AlterPolicy",
        K::AlterPublicationStmt => "AlterPublication",
        K::AlterSubscriptionStmt => "AlterSubscription",
        K::AlterSystemStmt => "AlterSystem",
        K::AlterTblSpcStmt => "AlterTableSpaceOptions",
        K::CheckPointStmt => "CheckPoint",
        K::ClosePortalStmt => "ClosePortal",
        K::ClusterStmt => "Cluster",
        K::CreateAmStmt => "CreateAm",
        K::CreateAsStmt | K::CreateMatViewStmt => "CreateTableAs",
        K::CreateCastStmt => "CreateCast",
        K::CreateConversionStmt => "CreateConversion",
        K::CreateEventTrigStmt => "CreateEventTrig",
        K::CreateExtensionStmt => "CreateExtension",
        K::CreateFdwStmt => "CreateFdw",
        K::CreateForeignServerStmt => "CreateForeignServer",
        K::CreateForeignTableStmt => "CreateForeignTable",
        K::CreateOpClassStmt => "CreateOpClass",
        K::CreateOpFamilyStmt => "CreateOpFamily",
        K::CreatePLangStmt => "CreatePLang",
        K::CreatePolicyStmt => "CreatePolicy",
        K::CreatePublicationStmt => "CreatePublication",
        K::CreateSubscriptionStmt => "CreateSubscription",
        K::CreateTableSpaceStmt => "CreateTableSpace",
        K::CreateTransformStmt => "CreateTransform",
        K::CreateTrigStmt => "CreateTrig",
        K::CreateUserMappingStmt => "CreateUserMapping",
        K::CreatedbStmt => "Createdb",
        K::DeclareCursorStmt => "DeclareCursor",
        K::DiscardStmt => "Discard",
        K::DoStmt => "Do",
        K::DropTableSpaceStmt => "DropTableSpace",
        K::DropdbStmt => "Dropdb",
        K::ExecuteStmt => "Execute",
        K::FetchStmt => "Fetch",
        K::ImportForeignSchemaStmt => "ImportForeignSchema",
        K::ListenStmt => "Listen",
        K::LoadStmt => "Load",
        K::LockStmt => "Lock",
        K::NotifyStmt => "Notify",
        K::PrepareStmt => "Prepare",
        K::RefreshMatViewStmt => "RefreshMatView",
        K::ReindexStmt => "Reindex",
        K::RuleStmt => "Rule",
        K::SecLabelStmt => "SecLabel",
        K::TruncateStmt => "Truncate",
        K::UnlistenStmt => "Unlisten",
        _ => return None,
    })
}

/// CREATE TYPE, AGGREGATE, OPERATOR, COLLATION and the text search objects share one node.
fn define(node: &ResolvedNode) -> Verdict {
    let object = tree::tokens(node).nth(1).map_or(String::new(), |(_, text)| text.to_ascii_uppercase());
    unsupported(format!("CREATE {object} not supported"))
}

fn function(node: &ResolvedNode) -> Verdict {
    if tree::has_token(node, K::PROCEDURE) {
        return unsupported("PROCEDURE is not supported");
    }
    if tree::tokens(node).any(|(_, text)| tree::identifier(text.trim_matches('\'')) == "plpgsql") {
        return Err(SqlError::error("42704", "language \"plpgsql\" does not exist"));
    }
    Ok(())
}

fn rename(node: &ResolvedNode) -> Verdict {
    match tree::tokens(node).nth(1).map(|(kind, _)| kind) {
        Some(
            K::TABLE
            | K::VIEW
            | K::INDEX
            | K::SCHEMA
            | K::SEQUENCE
            | K::DOMAIN_P
            | K::FUNCTION
            | K::ROLE
            | K::USER,
        ) => Ok(()),
        _ => unsupported("unsupported object in RENAME statement"),
    }
}

fn drop(node: &ResolvedNode) -> Verdict {
    let object = tree::find(node, K::object_type_any_name)
        .map(tree::text)
        .unwrap_or_else(|| tree::tokens(node).nth(1).map(|(_, text)| text.to_owned()).unwrap_or_default());
    match object.to_ascii_uppercase().as_str() {
        "TABLE" | "VIEW" | "INDEX" | "SCHEMA" | "SEQUENCE" | "DOMAIN" | "FUNCTION" | "STATISTICS" => Ok(()),
        _ => unsupported("unsupported object in DROP statement"),
    }
}

/// Grants on the schemas that belong to the system are refused.
fn grant(node: &ResolvedNode) -> Verdict {
    let Some(target) = tree::find(node, K::privilege_target) else { return Ok(()) };
    if tree::tokens(target).next().map(|(kind, _)| kind) != Some(K::SCHEMA) {
        return Ok(());
    }
    let system = |name: &str| matches!(name, "public" | "sys" | "pg_catalog" | "information_schema");
    if tree::tokens(target).any(|(_, text)| system(&tree::identifier(text))) {
        return unsupported("feature not supported on system entity");
    }
    Ok(())
}
