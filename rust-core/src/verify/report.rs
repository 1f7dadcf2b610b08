//! The report of a comparison: as text for people, as JSON for programs and for the next look.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::fs;
use std::path::Path;

use log::Level;
use serde_json::{Value as Json, json};

use crate::error::{ErrorKind, SinkError};
use crate::notice::Notices;
use crate::tell::{Values, printable};
use crate::verify::sums::{self, BucketNumber};

const JSON: &str = "verify.json";
const TEXT: &str = "verify.txt";
/// State for the command that runs the looks, as Java properties.
const STATE: &str = "verify.properties";
/// Differences that the log shows; the report has all of them.
const LOGGED: usize = 20;

/// How a row differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// Only the source has it.
    Missing,
    /// Only the target has it.
    Extra,
    /// Both have the key, with different values.
    Different,
}

impl Kind {
    /// The word in reports.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::Extra => "extra",
            Self::Different => "different",
        }
    }

    fn of(name: &str) -> Option<Self> {
        [Self::Missing, Self::Extra, Self::Different].into_iter().find(|kind| kind.name() == name)
    }
}

/// A row that differs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// How it differs.
    pub kind: Kind,
    /// Hash of its key.
    pub key_hash: u128,
    /// The key's values, as a run of parameters.
    pub key: Vec<u8>,
    /// The key as `id = 42`.
    pub text: String,
    /// Names of the columns that differ.
    pub columns: Vec<String>,
    /// Hash of the source's row; 0 for none.
    pub source: u128,
    /// Hash of the target's row; 0 for none.
    pub target: u128,
    /// Number of consecutive looks that found exactly this difference.
    pub looks: u64,
    /// True if the previous look found another difference for this key.
    pub changed: bool,
}

/// The result for a table.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Compared {
    /// Rows of the source.
    pub source_rows: u64,
    /// Rows of the target.
    pub target_rows: u64,
    /// Rows of the source that cannot be written.
    pub refused: usize,
    /// Rows of the source whose key an earlier row had.
    pub repeated: u64,
    /// Rows that differ.
    pub differences: Vec<Difference>,
    /// Number of further rows that differ: there were too many to list.
    pub more: u64,
    /// Buckets that the next look checks.
    pub look: Vec<BucketNumber>,
    /// Buckets that differ, for later looks.
    pub rest: Vec<BucketNumber>,
}

impl Compared {
    /// Differences in buckets that the next look does not check.
    pub fn kept(&self) -> impl Iterator<Item = &Difference> {
        let look: BTreeSet<_> = self.look.iter().collect();
        self.differences.iter().filter(move |difference| !look.contains(&sums::bucket(difference.key_hash)))
    }

    /// True while keys of some differing buckets have not been checked.
    fn is_unknown(&self) -> bool {
        let told: BTreeSet<_> =
            self.differences.iter().map(|difference| sums::bucket(difference.key_hash)).collect();
        !self.rest.is_empty() || self.look.iter().any(|bucket| !told.contains(bucket))
    }

    fn is_equal(&self) -> bool {
        self.differences.is_empty() && self.more == 0 && self.look.is_empty() && self.rest.is_empty()
    }
}

/// The report.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// Looks so far.
    pub looks: u64,
    /// The tables by their names.
    pub tables: BTreeMap<String, Compared>,
}

impl Report {
    /// Writes it to the log.
    pub fn tell(&self, notices: &Notices, values: Values) {
        let level = if self.tables.values().all(Compared::is_equal) { Level::Info } else { Level::Warn };
        let text = self.text(LOGGED, values);
        text.lines().for_each(|line| notices.push(level, || format!("verify: {line}")));
    }

    /// As text, with at most `most` differences per table.
    #[must_use]
    pub fn text(&self, most: usize, values: Values) -> String {
        let mut text = String::new();
        for (name, table) in &self.tables {
            let differences = table.differences.len();
            let verdict = if table.is_equal() { "equal" } else { "DIFFERENT" };
            let _ = writeln!(
                text,
                "table {name}: {verdict}: {} rows in the source, {} in the target",
                table.source_rows, table.target_rows
            );
            for difference in table.differences.iter().take(most) {
                let Difference { kind, text: key, columns, changed, .. } = difference;
                let key = if values.keys() { printable(key.clone()) } else { "(key not shown)".to_owned() };
                let _ = write!(text, "  {:<9} {key}", kind.name());
                if !columns.is_empty() {
                    let _ = write!(text, ": column {}", columns.join(", "));
                }
                let _ = writeln!(text, "{}", if *changed { " (changed between two looks)" } else { "" });
            }
            let more = u64::try_from(differences.saturating_sub(most)).unwrap_or(0) + table.more;
            if more > 0 {
                let _ = writeln!(text, "  and {more} more");
            }
            let unknown = table.rest.len() + table.look.len();
            if differences == 0 && unknown > 0 {
                let _ = writeln!(
                    text,
                    "  the rows of {unknown} of {} buckets differ; another look finds their keys: verify = again",
                    sums::BUCKETS
                );
            }
            if table.refused > 0 {
                let _ = writeln!(
                    text,
                    "  {} rows of the source cannot be written and were left out",
                    table.refused
                );
            }
            if table.repeated > 0 {
                let _ = writeln!(text, "  {} rows of the source have the key of another one", table.repeated);
            }
        }
        text
    }

    fn state(&self) -> String {
        let equal = self.tables.values().all(Compared::is_equal);
        let again = self.tables.values().any(|table| !table.look.is_empty());
        let unknown = self.tables.values().any(Compared::is_unknown);
        format!("equal={equal}\nlookAgain={again}\nunknown={unknown}\n")
    }

    fn json(&self) -> Json {
        let tables: serde_json::Map<String, Json> =
            self.tables.iter().map(|(name, table)| (name.clone(), table_json(table))).collect();
        json!({
            "equal": self.tables.values().all(Compared::is_equal),
            "looks": self.looks,
            "lookAgain": self.tables.values().any(|table| !table.look.is_empty()),
            "unknown": self.tables.values().any(Compared::is_unknown),
            "tables": tables,
        })
    }

    /// Writes it to a folder.
    ///
    /// # Errors
    /// Kind `Config` if that fails.
    pub fn write(&self, folder: &Path) -> Result<(), SinkError> {
        let write = || {
            fs::create_dir_all(folder)?;
            fs::write(folder.join(TEXT), self.text(usize::MAX, Values::Short))?;
            fs::write(folder.join(STATE), self.state())?;
            // Other programs never see half of a report.
            let made = folder.join(format!("{JSON}.new"));
            fs::write(&made, format!("{:#}\n", self.json()))?;
            fs::rename(made, folder.join(JSON))
        };
        write().map_err(|error| unusable(folder, &error.to_string()))
    }

    /// Removes the report of a folder, if there is one.
    ///
    /// # Errors
    /// Kind `Config` if that fails.
    pub fn remove(folder: &Path) -> Result<(), SinkError> {
        for file in [JSON, STATE, TEXT] {
            match fs::remove_file(folder.join(file)) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                    return Err(unusable(folder, &error.to_string()));
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// Reads it from a folder.
    ///
    /// # Errors
    /// Kind `Config` if there is none.
    pub fn read(folder: &Path) -> Result<Self, SinkError> {
        let text =
            fs::read_to_string(folder.join(JSON)).map_err(|error| unusable(folder, &error.to_string()))?;
        let json: Json = serde_json::from_str(&text).map_err(|error| unusable(folder, &error.to_string()))?;
        Self::parse(&json).ok_or_else(|| unusable(folder, "it is not one of this version"))
    }

    fn parse(json: &Json) -> Option<Self> {
        let tables = json.get("tables")?.as_object()?;
        let tables = tables.iter().map(|(name, table)| Some((name.clone(), parse_table(table)?)));
        Some(Self { looks: json.get("looks")?.as_u64()?, tables: tables.collect::<Option<_>>()? })
    }

    /// After a repair: check all rows that differed.
    pub fn look_again(&mut self) {
        for table in self.tables.values_mut() {
            let differing = table.differences.drain(..).map(|difference| sums::bucket(difference.key_hash));
            let look: BTreeSet<_> = differing.chain(table.look.drain(..)).collect();
            table.look = look.into_iter().collect();
            table.more = 0;
        }
    }
}

fn unusable(folder: &Path, why: &str) -> SinkError {
    let text = format!(
        "the report in '{}' cannot be used: {why}; name a folder that the sink may write, and begin with a first look",
        folder.display()
    );
    SinkError::new(ErrorKind::Config, format!("option 'verify_report': {text}"))
}

fn table_json(table: &Compared) -> Json {
    let differences: Vec<Json> = table
        .differences
        .iter()
        .map(|difference| {
            json!({
                "kind": difference.kind.name(),
                "key": difference.text,
                "columns": difference.columns,
                "looks": difference.looks,
                "changed": difference.changed,
                "keyBytes": hex(&difference.key),
                "keyHash": format!("{:032x}", difference.key_hash),
                "sourceHash": format!("{:032x}", difference.source),
                "targetHash": format!("{:032x}", difference.target),
            })
        })
        .collect();
    json!({
        "equal": table.is_equal(),
        "sourceRows": table.source_rows,
        "targetRows": table.target_rows,
        "rowsRefused": table.refused,
        "rowsRepeated": table.repeated,
        "differences": differences,
        "more": table.more,
        "bucketsToLookAt": table.look,
        "bucketsLeft": table.rest,
    })
}

fn parse_table(json: &Json) -> Option<Compared> {
    let number = |name: &str| json.get(name)?.as_u64();
    let buckets = |name: &str| -> Option<Vec<BucketNumber>> {
        let list = json.get(name)?.as_array()?;
        list.iter().map(|bucket| BucketNumber::try_from(bucket.as_u64()?).ok()).collect()
    };
    let differences = json.get("differences")?.as_array()?;
    Some(Compared {
        source_rows: number("sourceRows")?,
        target_rows: number("targetRows")?,
        refused: usize::try_from(number("rowsRefused")?).ok()?,
        repeated: number("rowsRepeated")?,
        differences: differences.iter().map(parse_difference).collect::<Option<_>>()?,
        more: number("more")?,
        look: buckets("bucketsToLookAt")?,
        rest: buckets("bucketsLeft")?,
    })
}

fn parse_difference(json: &Json) -> Option<Difference> {
    let text = |name: &str| json.get(name)?.as_str();
    let hash = |name: &str| u128::from_str_radix(text(name)?, 16).ok();
    let columns = json.get("columns")?.as_array()?.iter().map(|name| Some(name.as_str()?.to_owned()));
    Some(Difference {
        kind: Kind::of(text("kind")?)?,
        key_hash: hash("keyHash")?,
        key: unhex(text("keyBytes")?)?,
        text: text("key")?.to_owned(),
        columns: columns.collect::<Option<_>>()?,
        source: hash("sourceHash")?,
        target: hash("targetHash")?,
        looks: json.get("looks")?.as_u64()?,
        changed: json.get("changed")?.as_bool()?,
    })
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let pairs = (0..text.len()).step_by(2);
    pairs.map(|at| u8::from_str_radix(text.get(at..at + 2)?, 16).ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_written_report_is_read() -> Result<(), SinkError> {
        let difference = Difference {
            kind: Kind::Different,
            key_hash: u128::MAX - 5,
            key: vec![0, 0, 0, 1, 255],
            text: "id = 1".to_owned(),
            columns: vec!["name".to_owned()],
            source: 7,
            target: 8,
            looks: 2,
            changed: true,
        };
        let table = Compared {
            source_rows: 3,
            target_rows: 4,
            refused: 1,
            repeated: 2,
            differences: vec![difference],
            more: 1,
            look: vec![16_383],
            rest: vec![5],
        };
        let report = Report { looks: 2, tables: BTreeMap::from([("public.t".to_owned(), table)]) };
        let folder = std::env::temp_dir().join(format!("dsql-sink-report-{}", std::process::id()));
        report.write(&folder)?;
        let read = Report::read(&folder);
        drop(fs::remove_dir_all(&folder));
        assert_eq!(read?, report);
        Ok(())
    }
}
