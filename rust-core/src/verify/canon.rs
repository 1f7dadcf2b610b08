//! The canonical form of values. Two values are equal if their canonical forms are.
//!
//! This is PostgreSQL's binary form, with exceptions for values that the database treats as equal or stores
//! differently: padding blanks of a `char`, the scale of a number if the column declares one, the bits of NaN, and the
//! sign of zero in keys.

use crate::row::column::{Column, ColumnType};
use crate::row::tuple;
use crate::table::schema::Table;

/// The columns of a table that are compared: those that the sink writes.
pub fn columns(table: &Table) -> impl Iterator<Item = &Column> + Clone {
    table.columns.iter().filter(|column| column.key || column.sent)
}

/// Writes the values of a row, one per column, to `out` as a run of parameters. Replaces what `out` held.
pub fn run<'c>(columns: impl Iterator<Item = &'c Column>, values: &[Option<&[u8]>], out: &mut Vec<u8>) {
    out.clear();
    for (column, value) in columns.zip(values) {
        match value {
            None => tuple::push_null(out),
            // A value that came in a message is never too long for a run.
            Some(value) => {
                let _: Result<(), ()> = tuple::push_with(out, false, (), |out| {
                    push(column, value, out);
                    Ok(())
                });
            }
        }
    }
}

/// Positions of the key's values in such a run, in the key's order; all positions if the table has no key.
#[must_use]
pub fn key_places(table: &Table) -> Vec<usize> {
    let compared = |column: &Column| column.key || column.sent;
    let before = |place: &usize| table.columns.iter().take(*place).filter(|column| compared(column)).count();
    if table.keys.is_empty() {
        (0..columns(table).count()).collect()
    } else {
        table.keys.iter().map(before).collect()
    }
}

/// Copies the values at these positions of a run to `out`. Replaces what `out` held.
pub fn pick(places: &[usize], row: &[u8], out: &mut Vec<u8>) {
    out.clear();
    for place in places {
        match tuple::params(row).nth(*place).and_then(|param| param.bytes) {
            None => tuple::push_null(out),
            Some(value) => {
                let _: Result<(), ()> = tuple::push_with(out, false, (), |out| {
                    out.extend_from_slice(value);
                    Ok(())
                });
            }
        }
    }
}

fn push(column: &Column, value: &[u8], out: &mut Vec<u8>) {
    match column.ty {
        ColumnType::Bpchar(_) => {
            let end = value.iter().rposition(|byte| *byte != b' ').map_or(0, |at| at + 1);
            out.extend_from_slice(&value[..end]);
        }
        ColumnType::Numeric(limits) => numeric(limits.map(|(_, scale)| scale), column.key, value, out),
        ColumnType::Float4 => match <[u8; 4]>::try_from(value).map(f32::from_be_bytes) {
            Ok(number) if number.is_nan() => out.extend(f32::NAN.to_be_bytes()),
            Ok(number) if number == 0.0 && column.key => out.extend(0f32.to_be_bytes()),
            _ => out.extend_from_slice(value),
        },
        ColumnType::Float8 => match <[u8; 8]>::try_from(value).map(f64::from_be_bytes) {
            Ok(number) if number.is_nan() => out.extend(f64::NAN.to_be_bytes()),
            Ok(number) if number == 0.0 && column.key => out.extend(0f64.to_be_bytes()),
            _ => out.extend_from_slice(value),
        },
        _ => out.extend_from_slice(value),
    }
}

/// A number without leading and trailing zero groups. Its scale is the column's. If the column declares none, a key
/// gets the smallest scale, and any other column keeps the number's own scale, as the database does.
fn numeric(scale: Option<i32>, key: bool, value: &[u8], out: &mut Vec<u8>) {
    let mut parts = value.chunks_exact(2).map(|part| i16::from_be_bytes([part[0], part[1]]));
    let (Some(_), Some(mut weight), Some(sign), Some(shown)) =
        (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        out.extend_from_slice(value);
        return;
    };
    let groups: Vec<i16> = parts.collect();
    let first = groups.iter().position(|group| *group != 0).unwrap_or(groups.len());
    let last = groups.iter().rposition(|group| *group != 0).map_or(first, |at| at + 1);
    let kept = &groups[first..last];
    weight = weight.saturating_sub(i16::try_from(first).unwrap_or(0));
    // A number that is neither positive nor negative is NaN or infinite, and has no digits.
    let finite = matches!(sign, 0 | 0x4000);
    let (weight, sign) = if kept.is_empty() && finite { (0, 0) } else { (weight, sign) };
    let shown = match scale {
        _ if !finite => 0,
        Some(scale) => i16::try_from(scale.max(0)).unwrap_or(shown),
        None if key => smallest_scale(kept, weight),
        None => shown,
    };
    for part in [i16::try_from(kept.len()).unwrap_or(0), weight, sign, shown] {
        out.extend(part.to_be_bytes());
    }
    kept.iter().for_each(|group| out.extend(group.to_be_bytes()));
}

fn smallest_scale(groups: &[i16], weight: i16) -> i16 {
    let Some(last) = groups.last() else { return 0 };
    let behind = i16::try_from(groups.len()).unwrap_or(0) - 1 - weight;
    let zeros = [10, 100, 1000].iter().filter(|power| last % **power == 0).count();
    (behind.saturating_mul(4) - i16::try_from(zeros).unwrap_or(0)).max(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column(ty: ColumnType, key: bool) -> Column {
        let text = String::new();
        Column { name: text.clone(), source_type: text, ty, nullable: true, key, sent: true, identity: false }
    }

    fn form(ty: ColumnType, key: bool, value: &[u8]) -> Vec<u8> {
        let mut out = Vec::new();
        push(&column(ty, key), value, &mut out);
        out
    }

    fn number(parts: &[i16]) -> Vec<u8> {
        parts.iter().flat_map(|part| part.to_be_bytes()).collect()
    }

    #[test]
    fn values_that_the_database_stores_alike_are_equal() {
        assert_eq!(form(ColumnType::Bpchar(Some(4)), false, b"a   "), b"a");
        assert_eq!(form(ColumnType::Varchar(Some(4)), false, b"a "), b"a ");
        let nan = f64::from_bits(0x7ff8_0000_0000_0001).to_be_bytes();
        assert_eq!(form(ColumnType::Float8, false, &nan), f64::NAN.to_be_bytes());
        assert_eq!(form(ColumnType::Float8, false, &(-0f64).to_be_bytes()), (-0f64).to_be_bytes());
        assert_eq!(form(ColumnType::Float8, true, &(-0f64).to_be_bytes()), 0f64.to_be_bytes());
        // 1.5 of scale 1 and of scale 6, with a group of zeros behind it.
        let short = number(&[2, 0, 0, 1, 1, 5000]);
        let long = number(&[3, 0, 0, 6, 1, 5000, 0]);
        let declared = ColumnType::Numeric(Some((18, 6)));
        assert_eq!(form(declared, false, &short), form(declared, false, &long));
        assert_ne!(
            form(ColumnType::Numeric(None), false, &short),
            form(ColumnType::Numeric(None), false, &long)
        );
        assert_eq!(form(ColumnType::Numeric(None), true, &long), short);
    }

    #[test]
    fn null_is_not_the_empty_text() {
        let column = column(ColumnType::Text, false);
        let (mut null, mut empty) = (Vec::new(), Vec::new());
        run([&column].into_iter(), &[None], &mut null);
        run([&column].into_iter(), &[Some(b"")], &mut empty);
        assert_ne!(null, empty);
    }
}
