//! Columns of the target, and the types that Aurora DSQL can store.

use std::fmt;

/// A column of the target that the source has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// Name in the target table.
    pub name: String,
    /// The source's name for its type; for messages.
    pub source_type: String,
    /// Type in the target table.
    pub ty: ColumnType,
    /// False if the target refuses NULL.
    pub nullable: bool,
    /// True if it is part of the key.
    pub key: bool,
    /// False if a query has no parameter for it, or the database computes it.
    pub sent: bool,
    /// True for an identity that takes values only from an INSERT that overrides it.
    pub identity: bool,
}

/// Type of a target column, of those that Aurora DSQL can store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)] // the names are PostgreSQL's
pub enum ColumnType {
    Bool,
    Int2,
    Int4,
    Int8,
    Float4,
    Float8,
    /// Precision and scale, if the column declares them.
    Numeric(Option<(i32, i32)>),
    Text,
    /// Characters, if the column declares a limit.
    Varchar(Option<usize>),
    /// Characters, if the column declares a limit.
    Bpchar(Option<usize>),
    Bytea,
    Date,
    /// Digits of a second's fraction.
    Time(u8),
    /// Digits of a second's fraction.
    Timetz(u8),
    /// Digits of a second's fraction.
    Timestamp(u8),
    /// Digits of a second's fraction.
    Timestamptz(u8),
    Interval,
    Uuid,
    Json,
    Jsonb,
}

impl ColumnType {
    /// Maps a type of the catalog; `None` if Aurora DSQL has no column of it.
    /// `modifier` is `atttypmod`: -1 where the column declares none.
    #[must_use]
    pub fn from_catalog(oid: u32, modifier: i32) -> Option<Self> {
        // Text types store their limit with PostgreSQL's 4-byte header added.
        let characters = || usize::try_from(modifier - 4).ok();
        let fraction = u8::try_from(modifier).unwrap_or(FRACTION).min(FRACTION);
        Some(match oid {
            16 => Self::Bool,
            17 => Self::Bytea,
            20 => Self::Int8,
            21 => Self::Int2,
            23 => Self::Int4,
            25 => Self::Text,
            114 => Self::Json,
            700 => Self::Float4,
            701 => Self::Float8,
            1042 => Self::Bpchar(characters()),
            1043 => Self::Varchar(characters()),
            1082 => Self::Date,
            1083 => Self::Time(fraction),
            1114 => Self::Timestamp(fraction),
            1184 => Self::Timestamptz(fraction),
            1186 => Self::Interval,
            1266 => Self::Timetz(fraction),
            1700 => Self::Numeric((modifier >= 4).then(|| numeric_modifier(modifier - 4))),
            2950 => Self::Uuid,
            3802 => Self::Jsonb,
            _ => return None,
        })
    }

    /// Object identifier of arrays of this type.
    #[must_use]
    pub fn array_oid(self) -> u32 {
        match self {
            Self::Json => 199,
            Self::Bool => 1000,
            Self::Bytea => 1001,
            Self::Int2 => 1005,
            Self::Int4 => 1007,
            Self::Text => 1009,
            Self::Bpchar(_) => 1014,
            Self::Varchar(_) => 1015,
            Self::Int8 => 1016,
            Self::Float4 => 1021,
            Self::Float8 => 1022,
            Self::Timestamp(_) => 1115,
            Self::Date => 1182,
            Self::Time(_) => 1183,
            Self::Timestamptz(_) => 1185,
            Self::Interval => 1187,
            Self::Numeric(_) => 1231,
            Self::Timetz(_) => 1270,
            Self::Uuid => 2951,
            Self::Jsonb => 3807,
        }
    }

    /// Object identifier that a statement's parameter of this type carries.
    #[must_use]
    pub fn oid(self) -> u32 {
        match self {
            Self::Bool => 16,
            Self::Bytea => 17,
            Self::Int8 => 20,
            Self::Int2 => 21,
            Self::Int4 => 23,
            Self::Text => 25,
            Self::Json => 114,
            Self::Float4 => 700,
            Self::Float8 => 701,
            Self::Bpchar(_) => 1042,
            Self::Varchar(_) => 1043,
            Self::Date => 1082,
            Self::Time(_) => 1083,
            Self::Timestamp(_) => 1114,
            Self::Timestamptz(_) => 1184,
            Self::Interval => 1186,
            Self::Timetz(_) => 1266,
            Self::Numeric(_) => 1700,
            Self::Uuid => 2950,
            Self::Jsonb => 3802,
        }
    }
}

/// Precision in the upper half, scale as an 11-bit signed number in the lower (PostgreSQL's numeric.c).
fn numeric_modifier(modifier: i32) -> (i32, i32) {
    ((modifier >> 16) & 0xffff, ((modifier & 0x7ff) ^ 1024) - 1024)
}

impl fmt::Display for ColumnType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bool => f.write_str("boolean"),
            Self::Int2 => f.write_str("smallint"),
            Self::Int4 => f.write_str("integer"),
            Self::Int8 => f.write_str("bigint"),
            Self::Float4 => f.write_str("real"),
            Self::Float8 => f.write_str("double precision"),
            Self::Numeric(None) => f.write_str("numeric"),
            Self::Numeric(Some((precision, scale))) => write!(f, "numeric({precision},{scale})"),
            Self::Text => f.write_str("text"),
            Self::Varchar(None) => f.write_str("varchar"),
            Self::Varchar(Some(limit)) => write!(f, "varchar({limit})"),
            Self::Bpchar(None) => f.write_str("char"),
            Self::Bpchar(Some(limit)) => write!(f, "char({limit})"),
            Self::Bytea => f.write_str("bytea"),
            Self::Date => f.write_str("date"),
            Self::Time(digits) => write!(f, "time{}", Fraction(*digits)),
            Self::Timetz(digits) => write!(f, "time{} with time zone", Fraction(*digits)),
            Self::Timestamp(digits) => write!(f, "timestamp{}", Fraction(*digits)),
            Self::Timestamptz(digits) => write!(f, "timestamp{} with time zone", Fraction(*digits)),
            Self::Interval => f.write_str("interval"),
            Self::Uuid => f.write_str("uuid"),
            Self::Json => f.write_str("json"),
            Self::Jsonb => f.write_str("jsonb"),
        }
    }
}

/// Digits of a second's fraction that times have unless their column says less.
const FRACTION: u8 = 6;

struct Fraction(u8);

impl fmt::Display for Fraction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0 == FRACTION { Ok(()) } else { write!(f, "({})", self.0) }
    }
}
