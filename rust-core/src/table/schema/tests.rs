use super::*;

fn column(name: &str, number: i16, oid: u32, not_null: bool) -> CatalogColumn {
    CatalogColumn {
        name: name.to_owned(),
        number,
        oid,
        modifier: -1,
        type_name: format!("type {oid}"),
        not_null,
        has_default: false,
        generated: false,
        identity: false,
    }
}

fn declare(columns: &[&str], keys: &[&str]) -> Declaration {
    Declaration {
        schema: "public".to_owned(),
        table: "orders".to_owned(),
        append: keys.is_empty(),
        query: None,
        columns: columns.iter().map(|c| ((*c).to_owned(), "INT".to_owned())).collect(),
        keys: keys.iter().map(|k| (*k).to_owned()).collect(),
    }
}

fn primary(columns: &[i16]) -> CatalogIndex {
    CatalogIndex { primary: true, ..unique("primary", columns) }
}

fn unique(name: &str, columns: &[i16]) -> CatalogIndex {
    CatalogIndex {
        columns: columns.to_vec(),
        arbiter: true,
        primary: false,
        unique: true,
        name: name.to_owned(),
        nulls_distinct: true,
        plain: true,
        expressions: Vec::new(),
        predicate: None,
    }
}

#[track_caller]
fn refused(declared: &Declaration, columns: &[CatalogColumn], indexes: &[CatalogIndex], says: &str) {
    let error = resolve(declared, columns, indexes).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Schema);
    assert!(error.message().contains("public.orders"), "{error}");
    assert!(error.message().contains(says), "{error}");
}

#[test]
fn columns_keep_the_source_order() {
    let catalog = [column("id", 1, 23, true), column("note", 2, 25, false)];
    let index = CatalogIndex { arbiter: false, unique: false, ..unique("note", &[2]) };
    let table = resolve(&declare(&["note", "id"], &["id"]), &catalog, &[primary(&[1]), index]).unwrap();
    assert_eq!(table.keys, [1]);
    assert_eq!(table.columns[0].ty, ColumnType::Text);
    assert!(table.columns[1].key);
    assert_eq!(table.indexes, [Index { name: "note".to_owned(), columns: vec![0] }]);
}

#[test]
fn what_is_in_the_way_is_named() {
    let catalog = [column("id", 1, 23, true), column("Note", 2, 25, false)];
    let pk = [primary(&[1])];
    refused(&declare(&["id"], &["id"]), &[], &[], "does not exist in the target");
    refused(&declare(&["id", "note"], &["id"]), &catalog, &pk, "\"Note\" does");
    refused(&declare(&["id", "x"], &["id"]), &catalog, &pk, "column \"x\" does not exist");
    refused(&declare(&["Note"], &[]), &catalog, &pk, "column \"id\" is NOT NULL");
    refused(&declare(&["id", "Note"], &["Note"]), &catalog, &pk, "no primary key or unique index");
    refused(&declare(&["id"], &["nr"]), &catalog, &pk, "key column \"nr\"");
    refused(&declare(&["id"], &["id"]), &[column("id", 1, 869, true)], &pk, "type 869");
}

#[test]
fn numeric_modifiers_are_read_as_postgresql_packs_them() {
    // atttypmod of numeric(10,2) and numeric(5,-3), read from PostgreSQL 16.
    assert_eq!(ColumnType::from_catalog(1700, 655_366), Some(ColumnType::Numeric(Some((10, 2)))));
    assert_eq!(ColumnType::from_catalog(1700, 329_729), Some(ColumnType::Numeric(Some((5, -3)))));
    assert_eq!(ColumnType::from_catalog(1700, -1), Some(ColumnType::Numeric(None)));
    assert_eq!(ColumnType::from_catalog(1043, 24), Some(ColumnType::Varchar(Some(20))));
}

#[test]
fn unique_indexes_besides_the_key_are_told() {
    let catalog = [column("id", 1, 23, true), column("note", 2, 25, false), column("own", 3, 25, false)];
    let found = |indexes: &[CatalogIndex], keys: &[&str]| {
        let table = resolve(&declare(&["note", "id"], keys), &catalog, indexes).unwrap();
        table.uniques.into_iter().map(|index| (index.name, index.columns)).collect::<Vec<_>>()
    };
    let both = [primary(&[1]), unique("note", &[2])];
    assert_eq!(found(&both, &["id"]), [("note".to_owned(), Some(vec![0]))]);
    assert_eq!(found(&both, &["note"]), [("primary".to_owned(), Some(vec![1]))]);
    assert_eq!(found(&both, &[]), []);
    // Whose value a row does not show: of a column that rows do not bring, partial, on an expression.
    let partial = CatalogIndex { plain: false, arbiter: false, ..unique("partial", &[2]) };
    let hidden = [primary(&[1]), unique("own", &[2, 3]), partial];
    assert_eq!(found(&hidden, &["id"]), [("own".to_owned(), None), ("partial".to_owned(), None)]);
}
