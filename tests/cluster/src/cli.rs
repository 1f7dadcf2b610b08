//! The command line.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::Parser;

/// Compares the project's assumptions about Aurora DSQL with a cluster, and writes a report for an issue.
///
/// Credentials come from the AWS default chain (environment, profile, container, instance). Everything is done in a new
/// schema, which is dropped at the end. Exit code: 0 the cluster behaves as assumed, 1 it does not, 2 this was not
/// found out.
#[derive(Debug, Parser)]
#[command(name = "cluster-probes")]
pub struct Options {
    /// Endpoint of the cluster.
    #[arg(long, value_name = "HOST", required_unless_present = "playground")]
    pub endpoint: Option<String>,
    /// Role of the database. Facts about roles need admin.
    #[arg(long, default_value = "admin")]
    pub role: String,
    /// Parameters of the url, as in option 'url' of the sink: sslrootcert=FILE&hostaddr=ADDRESS.
    #[arg(long, value_name = "PARAMETERS", default_value = "")]
    pub parameters: String,
    /// Port.
    #[arg(long, default_value_t = 5432)]
    pub port: u16,
    /// File for the report.
    #[arg(long, value_name = "FILE", default_value = "cluster-report.md")]
    pub report: PathBuf,
    /// The load writes at most so many rows for each number of connections.
    #[arg(long, value_name = "N", default_value_t = 400_000)]
    pub rows: u32,
    /// Numbers of connections to measure the load with.
    #[arg(long, value_name = "N,N", value_delimiter = ',', default_value = "1,8,32,64")]
    pub connections: Vec<u16>,
    /// Leaves out the recorded facts.
    #[arg(long)]
    pub no_facts: bool,
    /// Leaves out the open questions.
    #[arg(long)]
    pub no_questions: bool,
    /// Leaves out the main job.
    #[arg(long)]
    pub no_job: bool,
    /// Rows of the main job's table, at least 1000.
    #[arg(long, value_name = "N", default_value_t = 20_000, value_parser = clap::value_parser!(u32).range(1000..))]
    pub job_rows: u32,
    /// Does not ask for confirmation if the run costs more than a dollar.
    #[arg(long)]
    pub yes: bool,
    /// Only prints the facts as plain SQL, with the expected answers.
    #[arg(long)]
    pub playground: bool,
    /// The command that runs the main job; scripts/cluster.sh gives it.
    #[arg(last = true, hide = true)]
    pub job_command: Vec<OsString>,
}

impl Options {
    /// The program that runs the main job and its arguments; None to leave the job out.
    pub fn job(&self) -> Option<(&OsString, &[OsString])> {
        self.job_command.split_first().filter(|_| !self.no_job)
    }
}
