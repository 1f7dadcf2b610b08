//! Parameters that are already in wire format.

use bytes::BytesMut;
use tokio_postgres::types::{Format, IsNull, ToSql, Type, to_sql_checked};

use crate::row::tuple::Param;

/// All parameters of a step. Their number is known in advance, so they can be sent without collecting them first.
pub(super) struct Values<I> {
    pub(super) params: I,
    pub(super) left: usize,
    /// Space to reserve for all of them.
    pub(super) room: usize,
}

impl<'a, I: Iterator<Item = Param<'a>>> Iterator for Values<I> {
    type Item = Value<'a>;

    #[inline]
    fn next(&mut self) -> Option<Value<'a>> {
        self.left = self.left.saturating_sub(1);
        let room = std::mem::take(&mut self.room);
        self.params.next().map(|param| Value { param, room })
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.left, Some(self.left))
    }
}

impl<'a, I: Iterator<Item = Param<'a>>> ExactSizeIterator for Values<I> {}

/// A parameter that is already in wire format.
#[derive(Debug)]
pub(crate) struct Value<'a> {
    pub(crate) param: Param<'a>,
    pub(crate) room: usize,
}

impl ToSql for Value<'_> {
    fn to_sql(
        &self,
        _: &Type,
        out: &mut BytesMut,
    ) -> Result<IsNull, Box<dyn std::error::Error + Sync + Send>> {
        out.reserve(self.room);
        match self.param.bytes {
            None => Ok(IsNull::Yes),
            Some(bytes) => {
                out.extend_from_slice(bytes);
                Ok(IsNull::No)
            }
        }
    }

    fn accepts(_: &Type) -> bool {
        // The bytes are already in the format of the column's type.
        true
    }

    fn encode_format(&self, _: &Type) -> Format {
        if self.param.text { Format::Text } else { Format::Binary }
    }

    to_sql_checked!();
}
