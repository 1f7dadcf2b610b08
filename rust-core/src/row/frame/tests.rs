use super::*;
use crate::abi::*;
use proptest::prelude::*;

/// The bytes of a golden file: hex, lines that start with # are comments.
fn golden(name: &str) -> Vec<u8> {
    let path = format!("{}/../tests/golden/{name}", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(path).unwrap();
    let digits: String = text.lines().filter(|line| !line.starts_with('#')).collect();
    let pairs = digits.as_bytes().chunks(2).map(|pair| std::str::from_utf8(pair).unwrap());
    pairs.map(|pair| u8::from_str_radix(pair, 16).unwrap()).collect()
}

/// Every row's kind and values, to the end of the frame.
fn read_rows(bytes: &[u8], columns: usize) -> Result<Vec<(RowKind, Vec<Value<'_>>)>> {
    let mut rows = rows(bytes)?;
    let mut read = Vec::new();
    while let Some((kind, mut reader)) = rows.next()? {
        let values = (0..columns).map(|_| reader.value()).collect::<Result<_>>()?;
        row_end(reader)?;
        read.push((kind, values));
    }
    Ok(read)
}

#[test]
fn rows_that_java_wrote_are_read() {
    let bytes = golden("rows_v1.hex");
    assert_eq!(rows(&bytes).unwrap().table, 7);
    let read = read_rows(&bytes, 15).unwrap();
    let kinds: Vec<RowKind> = read.iter().map(|(kind, _)| *kind).collect();
    use RowKind::{Delete, Insert, UpdateAfter, UpdateBefore};
    assert_eq!(kinds, [Insert, Insert, UpdateBefore, UpdateAfter, Delete]);
    assert!(read[0].1.iter().all(|value| *value == Value::Null));
    let unscaled = "18446744073709551615";
    assert_eq!(
        read[1].1,
        [
            Value::Bool(true),
            Value::Int(1),
            Value::Int(2),
            Value::Int(3),
            Value::Int(4),
            Value::Float32(1.5),
            Value::Float64(2.25),
            Value::Decimal { scale: 2, unscaled: 1_234_567_891 },
            Value::BigDecimal { scale: 0, unscaled },
            Value::Text("text"),
            Value::Bytes(&[0xde, 0xad, 0xbe, 0xef]),
            Value::Date { days: 19_782 },
            Value::Time { nanos: 86_398_000_000_000 },
            Value::Timestamp { seconds: 1_709_210_096, nanos: 0 },
            Value::TimestampTz { seconds: 1_709_190_296, nanos: 0, offset: 19_800 },
        ]
    );
    let before_1970 = Value::Timestamp { seconds: -1, nanos: 999_999_999 };
    assert_eq!(read[2].1[13], before_1970);
    assert_eq!(read[3].1[9], Value::Text("nul \0, e é, euro €, smile 😀"));
    assert_eq!(read[4].1[7], Value::Decimal { scale: -3, unscaled: 1 });
}

#[test]
fn a_table_that_java_wrote_is_read() {
    let declared = declaration(&golden("table_v1.hex")).unwrap();
    assert_eq!((declared.schema.as_str(), declared.table.as_str()), ("public", "Bestellungen ä😀"));
    assert!(!declared.append);
    assert_eq!(declared.columns[2], ("note".to_owned(), "Decimal(10, 2)".to_owned()));
    assert_eq!(declared.keys, ["shop", "id"]);
    assert_eq!(declared.query, None);
    let declared = declaration(&golden("query_v1.hex")).unwrap();
    assert_eq!(declared.query.as_deref(), Some("DELETE FROM t WHERE id = :id"));
    assert_eq!((declared.table.as_str(), declared.columns.len(), declared.keys.len()), ("orders", 1, 0));
}

#[test]
fn options_that_java_wrote_are_read() {
    let options = options(&golden("options_v1.hex")).unwrap();
    assert_eq!(options.len(), 5);
    assert_eq!(options[4], ("max_connections".to_owned(), "2".to_owned()));
}

#[test]
fn another_version_is_refused_in_words() {
    let error = options(&[9]).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Frame);
    assert!(error.message().contains("version 9"), "{error}");
}

#[test]
fn every_truncation_is_an_error() {
    let bytes = golden("rows_v1.hex");
    for length in 0..bytes.len() {
        let error = read_rows(&bytes[..length], 15).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Frame, "{length}");
    }
    for name in ["table_v1.hex", "query_v1.hex", "options_v1.hex"] {
        let bytes = golden(name);
        for length in 0..bytes.len() {
            assert!(declaration(&bytes[..length]).is_err() && options(&bytes[..length]).is_err());
        }
    }
    let longer = [bytes, vec![0]].concat();
    assert!(read_rows(&longer, 15).is_err(), "bytes after the end");
}

/// Writes values as Java does, for the round trip.
fn encode(values: &[Value<'_>]) -> Vec<u8> {
    let mut row = Vec::new();
    let block = |row: &mut Vec<u8>, bytes: &[u8]| {
        row.extend_from_slice(&u32::try_from(bytes.len()).unwrap().to_be_bytes());
        row.extend_from_slice(bytes);
    };
    for value in values {
        match *value {
            Value::Null => row.push(TAG_NULL),
            Value::Bool(value) => row.extend_from_slice(&[TAG_BOOL, value.into()]),
            Value::Int(value) => {
                row.push(TAG_INT64);
                row.extend_from_slice(&value.to_be_bytes());
            }
            Value::Float64(value) => {
                row.push(TAG_FLOAT64);
                row.extend_from_slice(&value.to_be_bytes());
            }
            Value::Text(value) => {
                row.push(TAG_TEXT);
                block(&mut row, value.as_bytes());
            }
            Value::Bytes(value) => {
                row.push(TAG_BYTES);
                block(&mut row, value);
            }
            _ => unreachable!("not generated"),
        }
    }
    let head = [1u32, 1].map(u32::to_be_bytes).concat();
    let mut frame = [vec![FRAME_VERSION], head, vec![ROW_DELETE]].concat();
    block(&mut frame, &row);
    frame
}

proptest! {
    #[test]
    fn values_survive_the_frame(flag: bool, int: i64, float in -1e300f64..1e300, text: String, bytes: Vec<u8>) {
        let values =
            [Value::Null, Value::Bool(flag), Value::Int(int), Value::Float64(float), Value::Text(&text), Value::Bytes(&bytes)];
        let frame = encode(&values);
        let read = read_rows(&frame, values.len()).unwrap();
        prop_assert_eq!(&read, &[(RowKind::Delete, values.to_vec())]);
    }

    #[test]
    fn flipped_bits_never_panic(at: prop::sample::Index, bit in 0u8..8, name in prop::sample::select(vec!["rows_v1.hex", "table_v1.hex", "query_v1.hex", "options_v1.hex"])) {
        let mut bytes = golden(name);
        let at = at.index(bytes.len());
        bytes[at] ^= 1 << bit;
        // Any answer will do, as long as there is one.
        let _ = (read_rows(&bytes, 15), declaration(&bytes), options(&bytes));
    }

    #[test]
    fn noise_never_panics(bytes: Vec<u8>, columns in 0usize..20) {
        let versioned = [&[FRAME_VERSION], &bytes[..]].concat();
        for bytes in [&bytes, &versioned] {
            let _ = (read_rows(bytes, columns), declaration(bytes), options(bytes));
        }
    }
}
