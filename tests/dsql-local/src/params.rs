//! The parameters of a Bind message, and the elements of those that are arrays.

use std::borrow::Cow;

/// One parameter as the client sent it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Param<'a> {
    /// `None` is NULL.
    pub value: Option<&'a [u8]>,
    /// In binary form, or as text.
    pub binary: bool,
}

/// An element of an array; NULL is `None`.
pub type Element<'a> = Option<Cow<'a, [u8]>>;

/// The parameters of a Bind, whose body is given from its format codes on. Stops at a malformed
/// place, which PostgreSQL reports.
pub fn of(body: &[u8]) -> impl Iterator<Item = Param<'_>> {
    let formats = usize::from(short(body, 0));
    let mut at = 2 + 2 * formats;
    let count = usize::from(short(body, at));
    at += 2;
    (0..count).map_while(move |index| {
        let binary = match formats {
            0 => false,
            1 => short(body, 2) == 1,
            _ => short(body, 2 + 2 * index) == 1,
        };
        let length = int(body, at)?;
        at += 4;
        let Ok(length) = usize::try_from(length) else { return Some(Param { value: None, binary }) };
        let value = body.get(at..at.checked_add(length)?)?;
        at += length;
        Some(Param { value: Some(value), binary })
    })
}

fn short(body: &[u8], at: usize) -> u16 {
    body.get(at..at + 2).map_or(0, |b| u16::from_be_bytes([b[0], b[1]]))
}

fn int(body: &[u8], at: usize) -> Option<i32> {
    body.get(at..at + 4).map(|b| i32::from_be_bytes([b[0], b[1], b[2], b[3]]))
}

impl<'a> Param<'a> {
    /// Number of elements if it is an array: the product of all dimensions, as `unnest` returns
    /// them.
    pub fn length(&self) -> u64 {
        let Some(value) = self.value else { return 0 };
        let length = if self.binary { binary_length(value) } else { text_elements(value).map(|e| e.len()) };
        length.and_then(|n| u64::try_from(n).ok()).unwrap_or(0)
    }

    /// The elements, if it is an array; `None` if it cannot be one.
    pub fn elements(&self) -> Option<Vec<Element<'a>>> {
        let Some(value) = self.value else { return Some(Vec::new()) };
        if self.binary { binary_elements(value) } else { text_elements(value) }
    }
}

/// The header of an array: number of dimensions, flags, type of the elements, and two numbers per dimension.
fn binary_length(value: &[u8]) -> Option<usize> {
    let dimensions = usize::try_from(int(value, 0)?).ok()?;
    // PostgreSQL's MAXDIM.
    if dimensions > 6 {
        return None;
    }
    let lengths = (0..dimensions).map(|d| usize::try_from(int(value, 12 + 8 * d)?).ok());
    // An array without dimensions is empty; it does not have one element.
    let all = lengths.map(|n| n.unwrap_or(0)).try_fold(1usize, usize::checked_mul)?;
    Some(if dimensions == 0 { 0 } else { all })
}

fn binary_elements(value: &[u8]) -> Option<Vec<Element<'_>>> {
    let count = binary_length(value)?;
    let mut at = 12 + 8 * usize::try_from(int(value, 0)?).ok()?;
    // The number in the header may be wrong; each element has at least its 4 length bytes.
    let mut elements = Vec::with_capacity(count.min(value.len() / 4));
    for _ in 0..count {
        let length = int(value, at)?;
        at += 4;
        let Ok(length) = usize::try_from(length) else {
            elements.push(None);
            continue;
        };
        elements.push(Some(Cow::Borrowed(value.get(at..at.checked_add(length)?)?)));
        at += length;
    }
    Some(elements)
}

/// `{1,NULL,"a \"quoted\" one",{nested}}`; bounds may come first.
fn text_elements(value: &[u8]) -> Option<Vec<Element<'_>>> {
    let open = value.iter().position(|b| *b == b'{')?;
    let mut elements = Vec::new();
    let mut at = open;
    while let Some(byte) = value.get(at) {
        match byte {
            b'{' | b'}' | b',' => at += 1,
            byte if byte.is_ascii_whitespace() => at += 1,
            b'"' => {
                let (element, end) = quoted(value, at + 1)?;
                elements.push(Some(Cow::Owned(element)));
                at = end;
            }
            _ => {
                let rest = &value[at..];
                let end = rest.iter().position(|b| matches!(b, b',' | b'}'))?;
                let element = rest[..end].trim_ascii_end();
                let null = element.eq_ignore_ascii_case(b"null");
                elements.push((!null).then_some(Cow::Borrowed(element)));
                at += end;
            }
        }
    }
    Some(elements)
}

/// The text between two quotation marks, and the position after it.
fn quoted(value: &[u8], mut at: usize) -> Option<(Vec<u8>, usize)> {
    let mut element = Vec::new();
    loop {
        match *value.get(at)? {
            b'"' => return Some((element, at + 1)),
            b'\\' => {
                element.push(*value.get(at + 1)?);
                at += 2;
            }
            byte => {
                element.push(byte);
                at += 1;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn array(dimensions: &[i32], elements: &[Option<&[u8]>]) -> Vec<u8> {
        let mut out = Vec::new();
        for number in [i32::try_from(dimensions.len()).unwrap_or(0), 0, 25] {
            out.extend_from_slice(&number.to_be_bytes());
        }
        for length in dimensions {
            out.extend_from_slice(&length.to_be_bytes());
            out.extend_from_slice(&1i32.to_be_bytes());
        }
        for element in elements {
            let length = element.map_or(-1, |e| i32::try_from(e.len()).unwrap_or(-1));
            out.extend_from_slice(&length.to_be_bytes());
            out.extend_from_slice(element.unwrap_or_default());
        }
        out
    }

    fn check(value: &[u8], binary: bool, expect: Option<&[Option<&str>]>) {
        let param = Param { value: Some(value), binary };
        let found = param.elements();
        let text = |e: &Element<'_>| e.as_ref().map(|e| String::from_utf8_lossy(e).into_owned());
        let found = found.map(|found| found.iter().map(text).collect::<Vec<_>>());
        let expect =
            expect.map(|expect| expect.iter().map(|e| e.map(str::to_owned)).collect::<Vec<Option<String>>>());
        assert_eq!(found, expect, "{value:?}");
        if let Some(expect) = expect {
            assert_eq!(param.length(), u64::try_from(expect.len()).unwrap_or(0));
        }
    }

    #[test]
    fn reads_binary_arrays() {
        check(&array(&[], &[]), true, Some(&[]));
        check(&array(&[0], &[]), true, Some(&[]));
        check(&array(&[3], &[Some(b"a"), None, Some(b"")]), true, Some(&[Some("a"), None, Some("")]));
        check(&array(&[2, 1], &[Some(b"a"), Some(b"b")]), true, Some(&[Some("a"), Some("b")]));
        // Elements that are announced but missing; too many dimensions.
        check(&array(&[i32::MAX], &[Some(b"a")]), true, None);
        check(&array(&[1, 1, 1, 1, 1, 1, 1], &[Some(b"a")]), true, None);
        check(b"\0\0", true, None);
        assert_eq!(Param { value: None, binary: true }.length(), 0);
    }

    #[test]
    fn reads_text_arrays() {
        check(b"{}", false, Some(&[]));
        check(b"{1, null ,NULL,\"NULL\"}", false, Some(&[Some("1"), None, None, Some("NULL")]));
        check(br#"[1:2]={"a,\"}","b c"}"#, false, Some(&[Some("a,\"}"), Some("b c")]));
        check(b"{{1,2},{3,4}}", false, Some(&[Some("1"), Some("2"), Some("3"), Some("4")]));
        check(b"17", false, None);
        check(b"{\"open", false, None);
        check(b"{open", false, None);
    }

    #[test]
    fn reads_a_bind() {
        let body = |formats: &[u16], values: &[Option<&[u8]>]| {
            let mut out = u16::try_from(formats.len()).unwrap_or(0).to_be_bytes().to_vec();
            formats.iter().for_each(|f| out.extend_from_slice(&f.to_be_bytes()));
            out.extend_from_slice(&u16::try_from(values.len()).unwrap_or(0).to_be_bytes());
            for value in values {
                let length = value.map_or(-1, |v| i32::try_from(v.len()).unwrap_or(-1));
                out.extend_from_slice(&length.to_be_bytes());
                out.extend_from_slice(value.unwrap_or_default());
            }
            out
        };
        let found =
            |body: &[u8]| of(body).map(|p| (p.value.map(<[u8]>::to_vec), p.binary)).collect::<Vec<_>>();
        let values: &[Option<&[u8]>] = &[Some(b"one"), None, Some(b"")];
        let expect = |formats: [bool; 3]| {
            let values = values.iter().map(|v| v.map(<[u8]>::to_vec));
            values.zip(formats).collect::<Vec<_>>()
        };
        assert_eq!(found(&body(&[], values)), expect([false; 3]));
        assert_eq!(found(&body(&[1], values)), expect([true; 3]));
        assert_eq!(found(&body(&[0, 1, 1], values)), expect([false, true, true]));
        let whole = body(&[1], values);
        for end in 0..whole.len() {
            assert!(found(&whole[..end]).len() <= 3);
        }
    }
}
