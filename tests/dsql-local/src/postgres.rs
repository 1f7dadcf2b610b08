//! The PostgreSQL behind the stand-in: its binaries, its data directory, start and stop.
//!
//! PostgreSQL refuses to run as root. Started by root, it runs as user `postgres` or `nobody`; binaries which that user
//! cannot reach (a cache below /root) are copied into the state directory.

use std::ffi::OsStr;
use std::fs;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use tokio::process::{Child, Command};

/// How long PostgreSQL may take to accept connections.
const START_TIMEOUT: Duration = Duration::from_secs(60);
/// How long a fast shutdown may take before the process is killed.
const STOP_TIMEOUT: Duration = Duration::from_secs(20);

/// Runs PostgreSQL and stops it when its standard input closes, so that it stops even if dsql-local
/// is killed.
const WRAPPER: &str = r#"exec 3<&0
"$@" </dev/null 3<&- &
p=$!
{ cat <&3 >/dev/null; kill -INT $p; } 2>/dev/null &
exec 3<&-
wait $p"#;

/// Durability is not needed here, but speed is. The journal needs logical WAL.
const SETTINGS: &[&str] = &[
    "listen_addresses=127.0.0.1",
    "unix_socket_directories=",
    "fsync=off",
    "synchronous_commit=off",
    "full_page_writes=off",
    "shared_buffers=256MB",
    "max_wal_size=2GB",
    "max_connections=1000",
    "wal_level=logical",
    "autovacuum_naptime=10s",
    "timezone=UTC",
    "log_timezone=UTC",
    "log_checkpoints=off",
];

/// A PostgreSQL started by this process.
#[derive(Debug)]
pub struct Postgres {
    /// Where it listens.
    pub address: SocketAddr,
    child: Child,
}

#[derive(Debug, Clone)]
struct Account {
    name: String,
    uid: u32,
    gid: u32,
}

impl Postgres {
    /// Starts PostgreSQL on `dir`/pgdata, which it creates if it is missing.
    pub async fn start(dir: &Path, home: Option<&Path>) -> Result<Postgres> {
        let home = find_home(home)?;
        let account = unprivileged()?;
        let home = reachable(&home, dir, account.as_ref())?;
        let data = dir.join("pgdata");
        if let Some(account) = &account
            && !may_enter(dir, account)
        {
            bail!(
                "PostgreSQL runs as user {}, which cannot enter {}: give another --dir",
                account.name,
                dir.display()
            );
        }
        if !data.join("PG_VERSION").exists() {
            init(&home, &data, account.as_ref()).await?;
        }
        end_stale(&data).await?;
        let log = dir.join("postgres.log");
        let deadline = Instant::now() + START_TIMEOUT;
        loop {
            let written = fs::metadata(&log).map_or(0, |meta| meta.len());
            match Self::launch(&home, &data, &log, account.as_ref(), deadline).await {
                Err(_) if is_temporary(&log, written) && Instant::now() < deadline => {
                    tokio::time::sleep(Duration::from_millis(100)).await;
                }
                started => return started,
            }
        }
    }

    async fn launch(
        home: &Path,
        data: &Path,
        log: &Path,
        account: Option<&Account>,
        deadline: Instant,
    ) -> Result<Postgres> {
        let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port();
        let out = fs::File::options().create(true).append(true).open(log)?;
        let mut command = Command::new("/bin/sh");
        command.arg("-c").arg(WRAPPER).arg("sh").arg(home.join("bin/postgres"));
        command.arg("-D").arg(data).arg("-p").arg(port.to_string());
        for setting in SETTINGS {
            command.arg("-c").arg(setting);
        }
        command.stdin(Stdio::piped()).stdout(out.try_clone()?).stderr(out).current_dir("/");
        run_as(&mut command, account);
        let mut child = command.spawn().context("start postgres")?;
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        while connect(address, "postgres").await.is_err() {
            if let Some(status) = child.try_wait()? {
                bail!("PostgreSQL ended during its start ({status}); see {}", log.display());
            }
            if Instant::now() > deadline {
                bail!("PostgreSQL did not answer within {START_TIMEOUT:?}; see {}", log.display());
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        Ok(Postgres { address, child })
    }

    /// Fast shutdown; waits for the end.
    pub async fn stop(mut self) -> Result<()> {
        drop(self.child.stdin.take());
        if tokio::time::timeout(STOP_TIMEOUT, self.child.wait()).await.is_err() {
            self.child.kill().await.context("kill postgres")?;
        }
        Ok(())
    }
}

/// Whether PostgreSQL ended for a temporary reason, according to its log from byte `written` on:
/// another program took the port that was free before, or processes of a killed PostgreSQL on the
/// same data have not ended yet.
fn is_temporary(log: &Path, written: u64) -> bool {
    let log = fs::read(log).unwrap_or_default();
    let said = String::from_utf8_lossy(log.get(usize::try_from(written).unwrap_or(0)..).unwrap_or_default());
    ["Address already in use", "is still in use", "lock file \"postmaster.pid\" already exists"]
        .iter()
        .any(|reason| said.contains(reason))
}

/// A connection for the stand-in's own use, as `user`, without any rules.
pub async fn connect(address: SocketAddr, user: &str) -> Result<tokio_postgres::Client> {
    let mut config = tokio_postgres::Config::new();
    config.host(address.ip().to_string()).port(address.port()).user(user).dbname("postgres");
    config.application_name("dsql-local").connect_timeout(Duration::from_secs(10));
    let (client, connection) = config.connect(tokio_postgres::NoTls).await?;
    // The connection ends when the client is dropped; the client's next call returns its error.
    tokio::spawn(async move { connection.await.ok() });
    Ok(client)
}

/// The installation to use; the error names the command that fetches one.
pub fn find_home(given: Option<&Path>) -> Result<PathBuf> {
    if let Some(home) = given {
        if home.join("bin/postgres").exists() {
            return Ok(home.to_owned());
        }
        bail!("no bin/postgres in the PostgreSQL home {}", home.display());
    }
    let cache = std::env::var_os("DSQL_SINK_CACHE")
        .map(PathBuf::from)
        .or_else(|| std::env::var_os("HOME").map(|home| Path::new(&home).join(".cache/dsql-sink")));
    if let Some(home) = cache.map(|cache| cache.join("postgres-16.4"))
        && home.join("bin/postgres").exists()
    {
        return Ok(home);
    }
    if let Ok(output) = std::process::Command::new("pg_config").args(["--bindir", "--version"]).output() {
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let mut lines = text.lines();
        if let (Some(bindir), Some(version)) = (lines.next(), lines.next()) {
            let bindir = Path::new(bindir);
            if version.starts_with("PostgreSQL 16.") && bindir.join("postgres").exists() {
                return bindir.parent().map(Path::to_owned).context("bindir without parent");
            }
        }
    }
    bail!("no PostgreSQL 16 found: run `scripts/fetch.sh postgres`, or give --postgres-home")
}

/// The account to run as: none if this process is not root.
fn unprivileged() -> Result<Option<Account>> {
    if !rustix::process::geteuid().is_root() {
        return Ok(None);
    }
    let passwd = fs::read_to_string("/etc/passwd").context("read /etc/passwd")?;
    for wanted in ["postgres", "nobody"] {
        for line in passwd.lines() {
            let fields: Vec<&str> = line.split(':').collect();
            if let [name, _, uid, gid, ..] = fields[..]
                && name == wanted
            {
                return Ok(Some(Account { name: name.to_owned(), uid: uid.parse()?, gid: gid.parse()? }));
            }
        }
    }
    bail!("PostgreSQL refuses to run as root, and there is no user postgres or nobody to run it as")
}

fn run_as(command: &mut Command, account: Option<&Account>) {
    if let Some(account) = account {
        command.uid(account.uid).gid(account.gid);
    }
}

/// Whether the account may enter every folder down to `path`.
fn may_enter(path: &Path, account: &Account) -> bool {
    path.ancestors().all(|folder| {
        let Ok(meta) = fs::metadata(folder) else { return folder.as_os_str().is_empty() };
        let shift = if meta.uid() == account.uid {
            6
        } else if meta.gid() == account.gid {
            3
        } else {
            0
        };
        meta.mode() >> shift & 1 == 1
    })
}

fn reachable(home: &Path, dir: &Path, account: Option<&Account>) -> Result<PathBuf> {
    let Some(account) = account else { return Ok(home.to_owned()) };
    let home = home.canonicalize()?;
    if may_enter(&home.join("bin"), account) {
        return Ok(home);
    }
    let copy = dir.join("postgres-home");
    if !copy.join("bin/postgres").exists() {
        copy_tree(&home, &copy).with_context(|| format!("copy {} to {}", home.display(), copy.display()))?;
    }
    Ok(copy)
}

fn copy_tree(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to)?;
    fs::set_permissions(to, fs::Permissions::from_mode(0o755))?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        let kind = entry.file_type()?;
        if kind.is_dir() {
            copy_tree(&entry.path(), &target)?;
        } else if kind.is_symlink() {
            std::os::unix::fs::symlink(fs::read_link(entry.path())?, &target)?;
        } else if entry.path().extension() != Some(OsStr::new("a")) {
            fs::copy(entry.path(), &target)?;
        }
    }
    Ok(())
}

async fn init(home: &Path, data: &Path, account: Option<&Account>) -> Result<()> {
    fs::create_dir_all(data)?;
    fs::set_permissions(data, fs::Permissions::from_mode(0o700))?;
    if let Some(account) = account {
        chown(data, Some(account.uid), Some(account.gid))?;
    }
    let mut command = Command::new(home.join("bin/initdb"));
    command.arg("-D").arg(data).args([
        "-U",
        "postgres",
        "-A",
        "trust",
        "-E",
        "UTF8",
        "--locale=C",
        "--no-sync",
    ]);
    command.stdin(Stdio::null()).current_dir("/");
    run_as(&mut command, account);
    let output = command.output().await.context("run initdb")?;
    if !output.status.success() {
        bail!("initdb failed: {}", String::from_utf8_lossy(&output.stderr));
    }
    Ok(())
}

/// Stops a PostgreSQL that a killed run left on the same data directory.
async fn end_stale(data: &Path) -> Result<()> {
    let Ok(text) = fs::read_to_string(data.join("postmaster.pid")) else { return Ok(()) };
    let Some(pid) = text.lines().next().and_then(|line| line.trim().parse::<i32>().ok()) else {
        return Ok(());
    };
    let works_here = || fs::read_link(format!("/proc/{pid}/cwd")).is_ok_and(|cwd| cwd == data);
    let deadline = Instant::now() + STOP_TIMEOUT;
    while works_here() {
        if let Some(pid) = rustix::process::Pid::from_raw(pid) {
            rustix::process::kill_process(pid, rustix::process::Signal::INT).ok();
        }
        if Instant::now() > deadline {
            bail!("another PostgreSQL (pid {pid}) keeps running in {}", data.display());
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    Ok(())
}
