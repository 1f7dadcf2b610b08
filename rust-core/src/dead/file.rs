//! The file of dead letters. It has only whole lines, several tasks append to it, and a new file is started when it is
//! full.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use parking_lot::Mutex;

use crate::error::{ErrorKind, SinkError};
use crate::queue::refused::Refused;

/// Name of the file when `dead_letter_path` is a folder.
const FILE_NAME: &str = "dsql-dead-letters.jsonl";

/// A file that letters are appended to.
#[derive(Debug)]
pub struct LetterFile {
    path: PathBuf,
    most_bytes: u64,
    open: Mutex<Open>,
}

#[derive(Debug)]
struct Open {
    file: File,
    /// Whether some letters may not be on the disk yet.
    dirty: bool,
}

impl LetterFile {
    /// Opens the file; in a folder it has a fixed name.
    ///
    /// # Errors
    /// Kind `Config` if it cannot be written, or is not a file of dead letters.
    pub fn open(path: &Path, most_bytes: u64) -> Result<Self, SinkError> {
        let path = if path.is_dir() { path.join(FILE_NAME) } else { path.to_owned() };
        let file = whole_lines(&path).map_err(|error| {
            SinkError::option("dead_letter_path", format!("'{}' {error}", path.display()))
        })?;
        Ok(Self { path, most_bytes, open: Mutex::new(Open { file, dirty: false }) })
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Appends the line of a row, completely or not at all.
    ///
    /// # Errors
    /// Kind `DeadLetters` if that fails, because the disk is full for example.
    pub fn append(&self, line: &str, row: &Refused) -> Result<(), SinkError> {
        let mut open = self.open.lock();
        self.append_locked(&mut open, line).map_err(|error| {
            let text = format!(
                "{row}; and that row cannot be written to the dead letters: {}",
                self.problem(&error)
            );
            SinkError::new(ErrorKind::DeadLetters, text)
        })
    }

    /// Flushes the appended lines to the disk.
    ///
    /// # Errors
    /// Kind `DeadLetters` if that fails.
    pub fn sync(&self) -> Result<(), SinkError> {
        let mut open = self.open.lock();
        if open.dirty {
            open.file
                .sync_data()
                .map_err(|error| SinkError::new(ErrorKind::DeadLetters, self.problem(&error)))?;
            open.dirty = false;
        }
        Ok(())
    }

    fn problem(&self, error: &io::Error) -> String {
        format!(
            "option 'dead_letter_path': '{}' cannot be written: {error}; free space or set another path, and restart \
             the job from its last checkpoint",
            self.path.display()
        )
    }

    /// Other tasks append to the file too and may have replaced it. A file lock keeps them apart.
    fn append_locked(&self, open: &mut Open, line: &str) -> io::Result<()> {
        loop {
            open.file.lock()?;
            let end = open.file.metadata()?.len();
            if !self.is_in_place(&open.file) {
                open.file.unlock()?;
            } else if end > 0 && end.saturating_add(line.len() as u64) > self.most_bytes {
                let moved = fs::rename(&self.path, self.free_name());
                open.file.unlock()?;
                moved?;
            } else {
                let written = open.file.write_all(line.as_bytes());
                if written.is_err() {
                    // Remove the incomplete line. If that fails too, the next task that opens the file removes it.
                    let _ = open.file.set_len(end);
                }
                open.file.unlock()?;
                open.dirty = true;
                return written;
            }
            // The lines of the old file must be durable too.
            open.file.sync_data()?;
            open.file = whole_lines(&self.path)?;
        }
    }

    /// Whether the open file is the one that its path names.
    fn is_in_place(&self, file: &File) -> bool {
        match (file.metadata(), fs::symlink_metadata(&self.path)) {
            (Ok(open), Ok(named)) => same(&open, &named),
            _ => false,
        }
    }

    /// The name for a file that is full: the path with the first number that is free.
    fn free_name(&self) -> PathBuf {
        let numbered = |number: u64| {
            let mut name = self.path.clone().into_os_string();
            name.push(format!(".{number}"));
            PathBuf::from(name)
        };
        (1..).map(numbered).find(|name| fs::symlink_metadata(name).is_err()).unwrap_or_else(|| numbered(0))
    }
}

/// Opens a file for appending, and creates it if it is missing. An incomplete last line comes from a killed process. It
/// is removed, and the source sends its row again, because no checkpoint was taken after it.
fn whole_lines(path: &Path) -> io::Result<File> {
    let file =
        opened(path).map_err(|error| io::Error::new(error.kind(), format!("cannot be written: {error}")))?;
    if !file.metadata()?.is_file() {
        return Err(io::Error::other("is no file: name a file or a folder"));
    }
    file.lock()?;
    let result = cut_torn_line(&file);
    file.unlock()?;
    result.map(|()| file)
}

fn cut_torn_line(mut file: &File) -> io::Result<()> {
    let length = file.metadata()?.len();
    if length == 0 {
        return Ok(());
    }
    let mut first = [0];
    file.seek(SeekFrom::Start(0))?;
    file.read_exact(&mut first)?;
    if first != *b"{" {
        return Err(io::Error::other("is no file of dead letters: name one that does not exist yet"));
    }
    let mut end = length;
    let mut block = [0; 8_192];
    while end > 0 {
        let start = end.saturating_sub(block.len() as u64);
        let block = &mut block[..usize::try_from(end - start).unwrap_or(0)];
        file.seek(SeekFrom::Start(start))?;
        file.read_exact(block)?;
        if let Some(at) = block.iter().rposition(|byte| *byte == b'\n') {
            end = start + at as u64 + 1;
            break;
        }
        end = start;
    }
    if end < length { file.set_len(end) } else { Ok(()) }
}

#[cfg(unix)]
fn opened(path: &Path) -> io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt;
    // It has the rows' values: only the owner may read it, and links are not followed. Opening a FIFO must not wait.
    OpenOptions::new()
        .create(true)
        .read(true)
        .append(true)
        .mode(0o600)
        .custom_flags(libc::O_NOFOLLOW | libc::O_NONBLOCK)
        .open(path)
        .map_err(|error| match error.raw_os_error() {
            Some(libc::ELOOP) => io::Error::other("it is a symbolic link: name the file itself"),
            _ => error,
        })
}

#[cfg(not(unix))]
fn opened(path: &Path) -> io::Result<File> {
    OpenOptions::new().create(true).read(true).append(true).open(path)
}

#[cfg(unix)]
fn same(a: &fs::Metadata, b: &fs::Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;
    (a.dev(), a.ino()) == (b.dev(), b.ino())
}

#[cfg(not(unix))]
fn same(_: &fs::Metadata, _: &fs::Metadata) -> bool {
    true
}
