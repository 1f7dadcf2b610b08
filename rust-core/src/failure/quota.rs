//! The quotas of a cluster or a table, and what to do when one is used up.

/// SQLSTATE program_limit_exceeded, which covers many conditions.
const LIMIT: &str = "54000";
/// SQLSTATE disk_full.
const DISK: &str = "53100";

/// SQLSTATE, the stable beginning of the message, and the remedy. All are from AWS's page on quotas.
const QUOTAS: [(&str, &str, &str); 7] = [
    (
        LIMIT,
        "more than 10 schemas",
        "drop a schema that is not needed, or write into one that exists (option 'schema')",
    ),
    (
        LIMIT,
        "creating more than 1000 tables",
        "drop tables that are not needed, or write some of them into another cluster",
    ),
    (LIMIT, "creating more than 5000 views", "drop views that are not needed"),
    (LIMIT, "creating more than 5000 sequences", "drop sequences that are not needed"),
    (
        LIMIT,
        "more than 24 indexes per table",
        "drop an index that is not needed, or let the job create none (create_index = false)",
    ),
    (LIMIT, "more than 5 extended statistics per table", "drop statistics that are not needed"),
    (
        DISK,
        "",
        "delete what is not needed, or have AWS raise the cluster's quota of storage (Service Quotas)",
    ),
];

/// What to do, if the answer says that a quota is used up.
#[must_use]
pub fn cure(sqlstate: &str, message: &str) -> Option<&'static str> {
    let found =
        QUOTAS.iter().find(|(state, start, _)| *state == sqlstate && super::classify::starts(message, start));
    found.map(|(_, _, cure)| *cure)
}
