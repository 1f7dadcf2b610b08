use super::*;
use crate::row::column::Column;

fn table(ty: ColumnType, columns: Option<Vec<usize>>, nulls_distinct: bool) -> Table {
    let column = |(at, ty): (usize, ColumnType)| Column {
        name: format!("c{at}"),
        source_type: String::new(),
        ty,
        nullable: at > 0,
        key: at == 0,
        sent: true,
        identity: false,
    };
    Table {
        schema: "s".to_owned(),
        name: "t".to_owned(),
        columns: [ColumnType::Int8, ty, ColumnType::Text].into_iter().enumerate().map(column).collect(),
        keys: vec![0],
        indexes: Vec::new(),
        uniques: vec![UniqueIndex {
            name: "u".to_owned(),
            columns,
            nulls_distinct,
            shown: true,
            expressions: Vec::new(),
            predicate: None,
        }],
        query: None,
        keeps_existing: false,
    }
}

fn row(value: Option<&[u8]>) -> (Vec<u8>, Vec<usize>) {
    let (mut bytes, mut ends) = (Vec::new(), Vec::new());
    tuple::push_array(1i64.to_be_bytes(), &mut bytes);
    ends.push(bytes.len());
    match value {
        None => tuple::push_null(&mut bytes),
        Some(value) => assert_eq!(
            tuple::push_with(&mut bytes, false, (), |out| {
                out.extend_from_slice(value);
                Ok(())
            }),
            Ok(())
        ),
    }
    ends.push(bytes.len());
    tuple::push_null(&mut bytes);
    ends.push(bytes.len());
    (bytes, ends)
}

fn of(table: &Table, before: Option<Option<&[u8]>>, after: Option<Option<&[u8]>>) -> Marks {
    let hasher = RandomState::with_seed(7);
    let (before, after) = (before.map(row), after.map(row));
    let before =
        before.as_ref().map_or(Before::Absent, |(bytes, ends)| Before::Row(Image::new(bytes, 0, ends)));
    marks(&hasher, table, before, after.as_ref().map(|(bytes, ends)| Image::new(bytes, 0, ends)))
}

#[test]
fn what_one_row_gives_up_another_takes() {
    let table = table(ColumnType::Text, Some(vec![1]), true);
    let insert = of(&table, None, Some(Some(b"a")));
    let delete = of(&table, Some(Some(b"a")), None);
    let update = of(&table, Some(Some(b"b")), Some(Some(b"a")));
    assert!(insert.frees.is_empty() && delete.takes.is_empty());
    assert!(insert.takes.iter().any(|mark| delete.frees.contains(mark)));
    assert_eq!(update.takes, insert.takes);
    assert!(!update.takes.iter().any(|mark| update.frees.contains(mark)));
}

#[test]
fn an_update_that_keeps_its_value_moves_nothing() {
    let table = table(ColumnType::Text, Some(vec![1]), true);
    assert!(of(&table, Some(Some(b"a")), Some(Some(b"a"))).is_empty());
    assert!(of(&table, Some(None), Some(None)).is_empty());
}

#[test]
fn null_is_no_value_unless_the_index_says_so() {
    assert!(of(&table(ColumnType::Text, Some(vec![1]), true), None, Some(None)).is_empty());
    assert!(!of(&table(ColumnType::Text, Some(vec![1]), false), None, Some(None)).takes.is_empty());
}

#[test]
fn what_is_not_known_may_be_any_value() {
    let known = table(ColumnType::Text, Some(vec![1]), true);
    let unknown = table(ColumnType::Text, None, true);
    let hasher = RandomState::with_seed(7);
    let insert = of(&known, None, Some(Some(b"a")));
    let frees = marks(&hasher, &known, Before::Unknown, None).frees;
    assert!(insert.takes.iter().any(|mark| frees.contains(mark)));
    // Even an update that leaves the row as it is: an expression may hold what the row does not show.
    let update = of(&unknown, Some(Some(b"a")), Some(Some(b"a")));
    assert!(update.takes.iter().any(|mark| update.frees.contains(mark)));
    // An unknown value waits for any that is given up.
    let delete = of(&known, Some(Some(b"a")), None);
    assert!(of(&unknown, None, Some(Some(b"b"))).takes.iter().any(|mark| delete.frees.contains(mark)));
}

#[test]
fn equal_values_have_equal_marks_however_they_are_written() {
    // 1.0 and 1.00: one digit, and the number of digits to show.
    let one = |scale| [0, 1, 0, 0, 0, 0, 0, scale, 0, 1];
    let numeric = table(ColumnType::Numeric(None), Some(vec![1]), true);
    assert!(of(&numeric, Some(Some(&one(1))), Some(Some(&one(2)))).is_empty());
    let float = table(ColumnType::Float8, Some(vec![1]), true);
    let zeros = [0.0f64.to_be_bytes(), (-0.0f64).to_be_bytes()];
    assert!(of(&float, Some(Some(&zeros[0])), Some(Some(&zeros[1]))).is_empty());
    assert!(!of(&float, Some(Some(&zeros[0])), Some(Some(&(-2.0f64).to_be_bytes()))).is_empty());
    let text = table(ColumnType::Text, Some(vec![1]), true);
    assert!(!of(&text, Some(Some(b"a ")), Some(Some(b"a"))).is_empty());
    let blank_padded = table(ColumnType::Bpchar(Some(3)), Some(vec![1]), true);
    assert!(of(&blank_padded, Some(Some(b"a ")), Some(Some(b"a"))).is_empty());
}
