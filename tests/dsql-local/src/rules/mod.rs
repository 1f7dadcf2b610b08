//! Which statements Aurora DSQL refuses, decided on the parse tree.
//!
//! The tests over `tests/data/dsql_recorded.json` show which messages are recorded. The message for
//! a statement that the server does not know at all is `unsupported statement: X`, where X is
//! PostgreSQL's own name of the statement node without `Stmt`; statements that were not recorded
//! get this form too. The few with a message of their own are `CREATE TRIGGER`, `CREATE TYPE .. AS
//! ENUM`, `ALTER TYPE`, functions by their language, procedures, MERGE, VACUUM, RENAME and DROP.

mod alter;
mod index;
mod object;
mod query;
mod session;
mod table;
pub(crate) mod types;

#[cfg(test)]
mod tests;

use postgresql_cst_parser::ResolvedNode;
use postgresql_cst_parser::syntax_kind::SyntaxKind as K;

use crate::wire::SqlError;

/// The result of a rule.
pub type Verdict = Result<(), SqlError>;

/// 0A000 feature_not_supported, the SQLSTATE of nearly every refusal.
fn unsupported<T>(message: impl Into<String>) -> Result<T, SqlError> {
    Err(SqlError::error("0A000", message))
}

/// Refuses a statement that Aurora DSQL does not accept. `is_async`: the word ASYNC was removed
/// from it.
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
        K::DefineStmt => object::define(node),
        K::CreateFunctionStmt => object::function(node),
        K::IndexStmt => index::create(node, is_async),
        K::CreateTrigStmt => unsupported("CREATE TRIGGER not supported"),
        K::AlterTableStmt => alter::table(node, is_async),
        K::AlterEnumStmt | K::AlterCompositeTypeStmt => unsupported("ALTER TYPE not supported"),
        K::RenameStmt => object::rename(node),
        K::AlterDomainStmt => alter::domain(node),
        K::AlterStatsStmt => object::statistics(node),
        K::DropStmt => object::drop(node),
        K::RemoveAggrStmt
        | K::RemoveOperStmt
        | K::DropCastStmt
        | K::DropTransformStmt
        | K::DropOpClassStmt
        | K::DropOpFamilyStmt => unsupported(object::NOT_DROPPED),
        K::GrantStmt | K::RevokeStmt => object::grant(node),
        _ => query::check(node),
    }
}

/// PostgreSQL's name of a statement that Aurora DSQL does not know at all.
fn unknown_statement(node: &ResolvedNode) -> Option<&'static str> {
    Some(match node.kind() {
        K::AlterDatabaseStmt => "AlterDatabase",
        K::AlterDatabaseSetStmt => "AlterDatabaseSet",
        K::AlterEventTrigStmt => "AlterEventTrig",
        K::AlterExtensionContentsStmt => "AlterExtensionContents",
        K::AlterExtensionStmt => "AlterExtension",
        K::AlterFdwStmt => "AlterFdw",
        K::AlterForeignServerStmt => "AlterForeignServer",
        K::AlterOpFamilyStmt => "AlterOpFamily",
        K::AlterOperatorStmt => "AlterOperator",
        K::AlterPolicyStmt => "AlterPolicy",
        K::AlterPublicationStmt => "AlterPublication",
        K::AlterSubscriptionStmt => "AlterSubscription",
        K::AlterSystemStmt => "AlterSystem",
        K::AlterTSConfigurationStmt => "AlterTSConfiguration",
        K::AlterTSDictionaryStmt => "AlterTSDictionary",
        K::AlterTblSpcStmt => "AlterTableSpaceOptions",
        K::AlterTypeStmt => "AlterType",
        K::AlterUserMappingStmt => "AlterUserMapping",
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
        K::CreateUserMappingStmt => "CreateUserMapping",
        K::CreatedbStmt => "Createdb",
        K::DeclareCursorStmt => "DeclareCursor",
        K::DiscardStmt => "Discard",
        K::DoStmt => "Do",
        K::DropSubscriptionStmt => "DropSubscription",
        K::DropTableSpaceStmt => "DropTableSpace",
        K::DropUserMappingStmt => "DropUserMapping",
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
