//! Asks the database about a declared table: its columns and indexes, or the parameters of a query.

use tokio_postgres::types::{Kind, Type};
use tokio_postgres::{Client, Error, Row};

use crate::error::SinkError;
use crate::failure::classify::{Failure, Fault};
use crate::failure::messages;
use crate::failure::wait::{Step, Timeout};
use crate::row::frame::Declaration;
use crate::table::query::Query;
use crate::table::schema::{self, CatalogColumn, CatalogIndex, Table};
use crate::tell::Values;

/// A domain is written as its base type.
const COLUMNS: &str = "\
SELECT a.attname::text, a.attnum, \
       CASE WHEN t.typtype = 'd' THEN t.typbasetype ELSE a.atttypid END, \
       CASE WHEN t.typtype = 'd' THEN t.typtypmod ELSE a.atttypmod END, \
       pg_catalog.format_type(a.atttypid, a.atttypmod), \
       a.attnotnull, a.atthasdef OR a.attidentity <> '', a.attgenerated <> '', a.attidentity = 'a' \
FROM pg_catalog.pg_attribute a \
JOIN pg_catalog.pg_type t ON t.oid = a.atttypid \
JOIN pg_catalog.pg_class c ON c.oid = a.attrelid \
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
WHERE n.nspname = $1 AND c.relname = $2 AND c.relkind IN ('r', 'p') AND a.attnum > 0 AND NOT a.attisdropped \
ORDER BY a.attnum";

/// Included columns are in the index but not in its key; the first `indnkeyatts` are the key.
const INDEXES: &str = "\
SELECT i.indkey::text, i.indnkeyatts, i.indisprimary, \
       i.indisunique AND i.indisvalid AND i.indpred IS NULL AND i.indexprs IS NULL, \
       i.indisunique, x.relname::text, NOT i.indnullsnotdistinct, i.indpred IS NULL AND i.indexprs IS NULL, \
       CASE WHEN i.indisunique THEN ARRAY(SELECT pg_catalog.pg_get_indexdef(i.indexrelid, n, false) \
                                          FROM pg_catalog.generate_series(1, i.indnkeyatts::int) n) END, \
       pg_catalog.pg_get_expr(i.indpred, i.indrelid) \
FROM pg_catalog.pg_index i \
JOIN pg_catalog.pg_class x ON x.oid = i.indexrelid \
JOIN pg_catalog.pg_class c ON c.oid = i.indrelid \
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
WHERE n.nspname = $1 AND c.relname = $2";

/// Tables of that name, in any case, in any schema that is not a system schema.
const ELSEWHERE: &str = "\
SELECT pg_catalog.quote_ident(n.nspname) || '.' || pg_catalog.quote_ident(c.relname) \
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
WHERE pg_catalog.lower(c.relname::text) = pg_catalog.lower($1) AND c.relkind IN ('r', 'p') \
  AND n.nspname::text NOT IN ('pg_catalog', 'information_schema', 'sys') ORDER BY 1 LIMIT 5";

/// The declared table as it is in the database, or why it cannot be written.
///
/// # Errors
/// The failure, for [`crate::failure::retry`].
pub async fn resolve(
    client: &Client,
    declared: &Declaration,
    values: Values,
    timeout: Timeout,
) -> Result<Result<Table, SinkError>, Failure> {
    let Some(text) = &declared.query else {
        let (columns, indexes) = read(client, declared, timeout).await?;
        let resolved = schema::resolve(declared, &columns, &indexes);
        if !columns.is_empty() {
            return Ok(resolved);
        }
        let elsewhere = elsewhere(client, declared, timeout).await?;
        return Ok(Err(schema::absent(declared, &elsewhere)));
    };
    let columns: Vec<&str> = declared.columns.iter().map(|(name, _)| name.as_str()).collect();
    let query = match Query::parse(text, &columns) {
        Ok(query) => query,
        Err(error) => return Ok(Err(error)),
    };
    match describe(client, &query, timeout).await {
        Ok(parameters) => Ok(schema::resolve_query(declared, query, &parameters)),
        // The database has parsed the query and rejects it.
        Err(failure)
            if matches!(failure.fault, Fault::Missing | Fault::BadRow | Fault::Form | Fault::Rejected) =>
        {
            Ok(Err(messages::query_error(values, &query.text, &failure)))
        }
        Err(failure) => Err(failure),
    }
}

/// The types of a query's parameters, each with its name.
async fn describe(client: &Client, query: &Query, timeout: Timeout) -> Result<Vec<(u32, String)>, Failure> {
    // tokio-postgres queries the catalog for types that it does not know.
    let statement = timeout.wait(Step::Catalog, client.prepare(&query.text)).await;
    let statement = statement.map_err(Failure::not_committed)?;
    let statement = statement.map_err(|error| Failure::executing(&error).not_committed())?;
    Ok(statement.params().iter().map(|ty| (base(ty).oid(), ty.name().to_owned())).collect())
}

/// A domain is written as its base type.
fn base(ty: &Type) -> &Type {
    match ty.kind() {
        Kind::Domain(ty) => base(ty),
        _ => ty,
    }
}

/// The catalog's entries for the declared table: no columns if it does not exist.
async fn read(
    client: &Client,
    declared: &Declaration,
    timeout: Timeout,
) -> Result<(Vec<CatalogColumn>, Vec<CatalogIndex>), Failure> {
    let both = async {
        let name = [(&declared.schema as _, Type::TEXT), (&declared.table as _, Type::TEXT)];
        let columns = client.query_typed(COLUMNS, &name).await?;
        let columns = columns.iter().map(column).collect::<Result<_, _>>()?;
        let indexes = client.query_typed(INDEXES, &name).await?;
        let indexes = indexes.iter().map(index).collect::<Result<_, _>>()?;
        Ok::<_, Error>((columns, indexes))
    };
    let read = timeout.wait(Step::Catalog, both).await.map_err(Failure::not_committed)?;
    read.map_err(|error| Failure::executing(&error).not_committed())
}

/// Other schemas that have a table of the declared name.
async fn elsewhere(
    client: &Client,
    declared: &Declaration,
    timeout: Timeout,
) -> Result<Vec<String>, Failure> {
    let asked = async {
        let rows = client.query_typed(ELSEWHERE, &[(&declared.table as _, Type::TEXT)]).await?;
        rows.iter().map(|row| row.try_get(0)).collect::<Result<Vec<String>, Error>>()
    };
    let read = timeout.wait(Step::Catalog, asked).await.map_err(Failure::not_committed)?;
    read.map_err(|error| Failure::executing(&error).not_committed())
}

fn column(row: &Row) -> Result<CatalogColumn, Error> {
    Ok(CatalogColumn {
        name: row.try_get(0)?,
        number: row.try_get(1)?,
        oid: row.try_get(2)?,
        modifier: row.try_get(3)?,
        type_name: row.try_get(4)?,
        not_null: row.try_get(5)?,
        has_default: row.try_get(6)?,
        generated: row.try_get(7)?,
        identity: row.try_get(8)?,
    })
}

fn index(row: &Row) -> Result<CatalogIndex, Error> {
    let columns: &str = row.try_get(0)?;
    let keys: i16 = row.try_get(1)?;
    let columns = columns.split_ascii_whitespace().filter_map(|number| number.parse().ok());
    Ok(CatalogIndex {
        columns: columns.take(usize::try_from(keys).unwrap_or(0)).collect(),
        primary: row.try_get(2)?,
        arbiter: row.try_get(3)?,
        unique: row.try_get(4)?,
        name: row.try_get(5)?,
        nulls_distinct: row.try_get(6)?,
        plain: row.try_get(7)?,
        expressions: row.try_get::<_, Option<Vec<String>>>(8)?.unwrap_or_default(),
        predicate: row.try_get(9)?,
    })
}
