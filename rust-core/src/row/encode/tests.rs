use super::*;
use crate::row::tuple::Param;
use proptest::prelude::*;

fn column(ty: ColumnType) -> Column {
    Column {
        name: "c".to_owned(),
        source_type: "SOURCE".to_owned(),
        ty,
        nullable: true,
        key: false,
        sent: true,
        identity: false,
    }
}

fn written(value: Value<'_>, column: &Column) -> Result<Vec<u8>, String> {
    let mut run = Vec::new();
    match encode(value, column, &mut run) {
        Ok(()) => {
            let params: Vec<Param<'_>> = tuple::params(&run).collect();
            assert_eq!(params.len(), 1, "one value is one parameter");
            Ok(params[0].bytes.map(<[u8]>::to_vec).unwrap_or_default())
        }
        Err(misfit) => {
            assert!(run.is_empty(), "a refused value leaves nothing behind");
            Err(misfit.to_string())
        }
    }
}

#[track_caller]
fn check(value: Value<'_>, ty: ColumnType, expected: &[u8]) {
    assert_eq!(written(value, &column(ty)), Ok(expected.to_vec()), "{value:?} into {ty}");
}

#[track_caller]
fn refused(value: Value<'_>, ty: ColumnType, says: &str) {
    match written(value, &column(ty)) {
        Err(misfit) => assert!(misfit.contains(says), "{value:?} into {ty}: {misfit}"),
        Ok(bytes) => panic!("{value:?} into {ty} was written as {bytes:?}"),
    }
}

/// A positive numeric's head and groups.
fn numeric(groups: &[i16], weight: i16, scale: i16) -> Vec<u8> {
    let head = [i16::try_from(groups.len()).unwrap_or(0), weight, 0, scale];
    head.iter().chain(groups).flat_map(|part| part.to_be_bytes()).collect()
}

#[test]
fn integers() {
    check(Value::Int(-2), ColumnType::Int2, &(-2i16).to_be_bytes());
    check(Value::Int(-2), ColumnType::Int4, &(-2i32).to_be_bytes());
    check(Value::Int(i64::MIN), ColumnType::Int8, &i64::MIN.to_be_bytes());
    check(Value::Int(12), ColumnType::Numeric(Some((5, 1))), &numeric(&[12], 0, 1));
    check(Value::Int(1), ColumnType::Bool, &[1]);
    check(Value::Int(3), ColumnType::Float8, &3f64.to_be_bytes());
    check(Value::Int(-7), ColumnType::Text, b"-7");
    refused(Value::Int(32_768), ColumnType::Int2, "32768 is out of range for smallint");
    refused(Value::Int(2), ColumnType::Bool, "neither 0 nor 1");
    refused(Value::Int(1), ColumnType::Date, "SOURCE");
    refused(Value::Int(1), ColumnType::Bytea, "integer");
}

#[test]
fn booleans() {
    check(Value::Bool(true), ColumnType::Bool, &[1]);
    check(Value::Bool(false), ColumnType::Int2, &[0, 0]);
    check(Value::Bool(true), ColumnType::Varchar(Some(5)), b"true");
    refused(Value::Bool(true), ColumnType::Float8, "boolean");
}

#[test]
fn floats() {
    check(Value::Float32(1.5), ColumnType::Float4, &1.5f32.to_be_bytes());
    check(Value::Float64(0.1), ColumnType::Float4, &0.1f32.to_be_bytes());
    check(Value::Float64(f64::NEG_INFINITY), ColumnType::Float8, &f64::NEG_INFINITY.to_be_bytes());
    check(Value::Float32(0.1), ColumnType::Text, b"0.1");
    check(Value::Float32(0.5), ColumnType::Numeric(Some((4, 2))), &numeric(&[5_000], -1, 2));
    check(Value::Float64(f64::NAN), ColumnType::Numeric(None), &numeric::NAN);
    check(Value::Int(1 << 62), ColumnType::Float8, &4_611_686_018_427_387_904f64.to_be_bytes());
    check(Value::Decimal { scale: 1, unscaled: 1 }, ColumnType::Float8, &0.1f64.to_be_bytes());
    check(Value::Text("-1.50e3"), ColumnType::Float4, &(-1_500f32).to_be_bytes());
    refused(Value::Int(16_777_217), ColumnType::Float4, "16777217 does not fit real exactly");
    refused(Value::Int((1 << 53) + 1), ColumnType::Float8, "does not fit double precision exactly");
    refused(Value::Float64(1.0 / 3.0), ColumnType::Float4, "does not fit real exactly");
    refused(
        Value::Decimal { scale: 3, unscaled: 12_345_678_915 },
        ColumnType::Float4,
        "12345678.915 does not fit",
    );
    refused(Value::Float64(1e300), ColumnType::Float4, "out of range for real");
    refused(Value::Float64(f64::INFINITY), ColumnType::Numeric(None), "numeric");
    refused(Value::Float64(1.5), ColumnType::Int4, "does not fit integer exactly");
}

#[test]
fn decimals() {
    let price = Value::Decimal { scale: 2, unscaled: 1_250 };
    check(price, ColumnType::Numeric(Some((10, 2))), &numeric(&[12, 5_000], 0, 2));
    check(price, ColumnType::Text, b"12.50");
    check(price, ColumnType::Float8, &12.5f64.to_be_bytes());
    check(Value::Decimal { scale: 2, unscaled: 1_200 }, ColumnType::Int4, &12i32.to_be_bytes());
    check(Value::BigDecimal { scale: 0, unscaled: "10" }, ColumnType::Numeric(None), &numeric(&[10], 0, 0));
    refused(price, ColumnType::Int4, "12.50 does not fit integer exactly");
    refused(price, ColumnType::Numeric(Some((3, 2))), "too many digits before the point");
    refused(price, ColumnType::Numeric(Some((9, 0))), "too many digits after the point");
    refused(price, ColumnType::Date, "decimal number");
    refused(Value::BigDecimal { scale: 0, unscaled: "ten" }, ColumnType::Numeric(None), "too long");
    refused(Value::Decimal { scale: i32::MAX, unscaled: 1 }, ColumnType::Numeric(None), "scale");
}

#[test]
fn texts() {
    check(Value::Text("a😀"), ColumnType::Text, "a😀".as_bytes());
    check(Value::Text(""), ColumnType::Varchar(Some(3)), b"");
    check(Value::Text("😀😀"), ColumnType::Varchar(Some(2)), "😀😀".as_bytes());
    check(Value::Text("ab  "), ColumnType::Bpchar(Some(2)), b"ab");
    check(Value::Text("{}"), ColumnType::Json, b"{}");
    check(Value::Text("{}"), ColumnType::Jsonb, b"\x01{}");
    check(Value::Text("1e2"), ColumnType::Int4, &100i32.to_be_bytes());
    check(
        Value::Text("{A0EEBC99-9c0b-4ef8-bb6d-6bb9bd380a11}"),
        ColumnType::Uuid,
        &[0xa0, 0xee, 0xbc, 0x99, 0x9c, 0x0b, 0x4e, 0xf8, 0xbb, 0x6d, 0x6b, 0xb9, 0xbd, 0x38, 0x0a, 0x11],
    );
    refused(Value::Text("abc"), ColumnType::Varchar(Some(2)), "3 characters, too many for varchar(2)");
    refused(Value::Text("a\0b"), ColumnType::Text, "NUL character (U+0000) at byte 1");
    refused(Value::Text("\0"), ColumnType::Jsonb, "NUL");
    refused(Value::Text("\0"), ColumnType::Interval, "NUL");
    refused(Value::Text("none"), ColumnType::Uuid, "'none' is not a uuid");
    refused(Value::Text("none"), ColumnType::Int8, "'none' is not a number");
    refused(Value::Text("ab"), ColumnType::Bytea, "text");
}

#[test]
fn what_only_the_database_can_parse_goes_as_text() {
    let mut run = Vec::new();
    assert_eq!(encode(Value::Text("1 day"), &column(ColumnType::Interval), &mut run), Ok(()));
    assert!(tuple::params(&run).all(|param| param.text && param.bytes == Some(b"1 day")));
}

#[test]
fn byte_strings() {
    check(Value::Bytes(&[0, 255]), ColumnType::Bytea, &[0, 255]);
    check(Value::Bytes(&[7; 16]), ColumnType::Uuid, &[7; 16]);
    refused(Value::Bytes(&[7; 15]), ColumnType::Uuid, "15 bytes");
    refused(Value::Bytes(&vec![0; limits::VALUE_BYTES + 1]), ColumnType::Bytea, "1048577 bytes");
    refused(Value::Bytes(b"a"), ColumnType::Text, "bytes");
}

#[test]
fn dates_and_times() {
    let noon = Value::Timestamp { seconds: 43_200, nanos: 0 };
    let instant = Value::TimestampTz { seconds: 43_200, nanos: 1_000, offset: 3_600 };
    let micros = |value: i64| (value - 946_684_800_000_000).to_be_bytes();
    check(Value::Date { days: 10_957 }, ColumnType::Date, &[0; 4]);
    check(Value::Date { days: 1 }, ColumnType::Timestamp(6), &micros(86_400_000_000));
    check(Value::Date { days: 0 }, ColumnType::Text, b"1970-01-01");
    check(Value::Time { nanos: 1_000 }, ColumnType::Time(6), &1i64.to_be_bytes());
    check(Value::Time { nanos: 0 }, ColumnType::Interval, &[0; 16]);
    check(noon, ColumnType::Timestamp(6), &micros(43_200_000_000));
    check(noon, ColumnType::Text, b"1970-01-01 12:00:00");
    check(instant, ColumnType::Timestamptz(6), &micros(43_200_000_001));
    check(instant, ColumnType::Text, b"1970-01-01 13:00:00.000001+01:00");
    check(Value::Timestamp { seconds: 86_400, nanos: 0 }, ColumnType::Date, &(-10_956i32).to_be_bytes());
    refused(noon, ColumnType::Date, "time of the day");
    refused(
        Value::Time { nanos: 1_001 },
        ColumnType::Time(6),
        "00:00:00.000001 and 1 ns has a finer fraction",
    );
    refused(Value::Text("12:00:00.25"), ColumnType::Timetz(1), "12:00:00.25 has a finer fraction");
    refused(
        Value::Timestamp { seconds: -1, nanos: 1_000 },
        ColumnType::Timestamp(3),
        "than timestamp(3) holds",
    );
    check(Value::Timestamp { seconds: -1, nanos: 999_000_000 }, ColumnType::Timestamp(3), &micros(-1_000));
    refused(Value::Time { nanos: -1_000_000 }, ColumnType::Time(6), "not a time");
    refused(Value::Time { nanos: 0 }, ColumnType::Date, "time");
    refused(Value::Date { days: i64::MAX }, ColumnType::Timestamp(6), "outside");
    refused(Value::Timestamp { seconds: i64::MAX, nanos: 0 }, ColumnType::Timestamp(6), "outside");
}

#[test]
fn nulls() {
    check(Value::Null, ColumnType::Text, &[]);
    let required = Column { nullable: false, ..column(ColumnType::Text) };
    assert!(written(Value::Null, &required).is_err_and(|misfit| misfit.contains("NOT NULL")));
    let key = Column { key: true, ..column(ColumnType::Text) };
    assert!(written(Value::Null, &key).is_err_and(|misfit| misfit.contains("part of the key")));
}

#[test]
fn equal_keys_are_equal_bytes() {
    let key = |ty| Column { key: true, ..column(ty) };
    let same = |one: Value<'_>, other: Value<'_>, ty| {
        assert_eq!(written(one, &key(ty)), written(other, &key(ty)), "{one:?} {other:?}");
    };
    same(Value::Float64(0.0), Value::Float64(-0.0), ColumnType::Float8);
    same(Value::Decimal { scale: 1, unscaled: 10 }, Value::Int(1), ColumnType::Numeric(None));
    same(Value::Text("a"), Value::Text("a  "), ColumnType::Bpchar(Some(5)));
    same(Value::Text("1.0"), Value::Int(1), ColumnType::Int4);
    assert!(written(Value::Text("now"), &key(ColumnType::Date)).is_err());
}

proptest! {
    /// Any value into any column is written or refused, and never panics.
    #[test]
    fn no_value_panics(text: String, bytes: Vec<u8>, int: i64, scale: i32, nanos: i32, float: f64) {
        let values = [
            Value::Int(int),
            Value::Float64(float),
            Value::Decimal { scale, unscaled: int },
            Value::BigDecimal { scale, unscaled: &text },
            Value::Text(&text),
            Value::Bytes(&bytes),
            Value::Date { days: int },
            Value::Time { nanos: int },
            Value::Timestamp { seconds: int, nanos },
            Value::TimestampTz { seconds: int, nanos, offset: scale },
        ];
        let types = [
            ColumnType::Bool, ColumnType::Int2, ColumnType::Int4, ColumnType::Int8, ColumnType::Float4,
            ColumnType::Float8, ColumnType::Numeric(None), ColumnType::Numeric(Some((10, 2))), ColumnType::Text,
            ColumnType::Varchar(Some(3)), ColumnType::Bpchar(Some(3)), ColumnType::Bytea, ColumnType::Date,
            ColumnType::Time(6), ColumnType::Timetz(6), ColumnType::Timestamp(6), ColumnType::Timestamptz(6),
            ColumnType::Interval, ColumnType::Uuid, ColumnType::Json, ColumnType::Jsonb,
        ];
        for value in values {
            let _ = value.to_string();
            for ty in types {
                let _ = written(value, &column(ty));
            }
        }
    }
}

/// PostgreSQL's JDBC driver returns a special day for infinity. A time zone may move it by one.
#[test]
fn infinite_days_are_infinity() {
    for days in [106_751_991_166, 106_751_991_167] {
        check(Value::Date { days }, ColumnType::Date, &i32::MAX.to_be_bytes());
        let seconds = days * 86_400 + 82_800;
        check(Value::Timestamp { seconds, nanos: 0 }, ColumnType::Timestamp(6), &i64::MAX.to_be_bytes());
        check(Value::Date { days }, ColumnType::Text, b"infinity");
    }
    let days = 106_748_361_128;
    check(Value::Date { days }, ColumnType::Date, &i32::MIN.to_be_bytes());
    let seconds = days * 86_400;
    let past = Value::TimestampTz { seconds, nanos: 0, offset: 0 };
    check(past, ColumnType::Timestamptz(6), &i64::MIN.to_be_bytes());
    check(past, ColumnType::Varchar(None), b"-infinity");
    assert_eq!(Value::Date { days }.to_string(), "-infinity");
    refused(Value::Date { days: 106_751_000_000 }, ColumnType::Date, "outside the range");
}
