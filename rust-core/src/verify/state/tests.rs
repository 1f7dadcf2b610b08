//! The result does not depend on which task has which rows.

use super::*;
use crate::row::column::{Column, ColumnType};
use crate::row::tuple;
use proptest::prelude::*;

fn table() -> Arc<Table> {
    let column = |name: &str, key: bool| Column {
        name: name.to_owned(),
        source_type: String::new(),
        ty: ColumnType::Int8,
        nullable: !key,
        key,
        sent: true,
        identity: false,
    };
    Arc::new(Table {
        schema: "public".to_owned(),
        name: "t".to_owned(),
        columns: vec![column("id", true), column("x", false)],
        keys: vec![0],
        indexes: Vec::new(),
        uniques: Vec::new(),
        query: None,
        keeps_existing: false,
    })
}

fn run(key: u8, value: u8) -> Vec<u8> {
    let mut row = Vec::new();
    [key, value].iter().for_each(|value| tuple::push_array(i64::from(*value).to_be_bytes(), &mut row));
    row
}

/// The result of a comparison when the source's rows come in these portions.
fn found(portions: &[Vec<(u8, u8)>], target: &[(u8, u8)], bytes: usize) -> Option<Vec<(Kind, Vec<u8>)>> {
    let space = Space::new(bytes);
    let mut state = State::new(table(), None);
    let form = state.form.clone();
    for rows in portions {
        let mut portion = Portion::default();
        rows.iter().for_each(|(key, value)| {
            form.source(&run(*key, *value), state.of_source(), &mut portion);
        });
        state.add_source(portion, &space);
    }
    state.restart();
    let mut portion = Portion::default();
    target.iter().for_each(|(key, value)| {
        form.target(&run(*key, *value), state.of_target(), &mut portion);
    });
    state.add_target(&portion);
    let equal = state.source == state.target;
    let mut found: Vec<_> = state.end(&space)?.into_iter().map(|found| (found.kind, found.key)).collect();
    found.sort();
    assert_eq!(found.is_empty(), equal, "the sums say something else than the keys");
    Some(found)
}

proptest! {
    #[test]
    fn any_split_and_order_of_the_rows_finds_the_same(
        source in prop::collection::btree_map(any::<u8>(), 0u8..3, 0..60),
        target in prop::collection::btree_map(any::<u8>(), 0u8..3, 0..60),
        parts in prop::collection::vec(0usize..6, 60),
        turn in 0usize..60,
        bytes in prop_oneof![Just(usize::MAX / 2), Just(300usize)],
    ) {
        let mut rows: Vec<(u8, u8)> = source.into_iter().collect();
        let target: Vec<(u8, u8)> = target.into_iter().collect();
        let whole = found(&[rows.clone()], &target, bytes);
        let turn = turn.min(rows.len());
        rows.rotate_left(turn);
        let mut portions = vec![Vec::new(); 6];
        rows.into_iter().zip(parts).for_each(|(row, part)| portions[part].push(row));
        prop_assert_eq!(found(&portions, &target, bytes), whole);
    }
}

#[test]
fn a_sample_stays_small_and_is_spread_over_all_keys() {
    let mut sample = Sample::default();
    for key in 0..100_000u32 {
        sample.add(&key.to_be_bytes());
    }
    assert!((SAMPLED / 4..=SAMPLED).contains(&sample.keys.len()), "{}", sample.keys.len());
    let upper = sample.keys.iter().filter(|key| key.as_ref() > &50_000u32.to_be_bytes()[..]).count();
    assert!(upper > sample.keys.len() / 4 && upper < sample.keys.len() * 3 / 4, "{upper}");
}
