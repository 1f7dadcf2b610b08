//! Options that expose the counters to Prometheus.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use crate::config::bounds;
use crate::config::options::Options;
use crate::error::SinkError;

/// Where the counters are exposed, and with which labels.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exposure {
    /// Address and port.
    pub address: SocketAddr,
    /// The job's id.
    pub job: String,
    /// The number of the task among those of the job in this process.
    pub task: String,
}

impl Exposure {
    pub(super) fn read(options: &mut Options) -> Result<Option<Self>, SinkError> {
        let port = options.number("metrics_port", 0, 1..=bounds::MAX_PORT)?;
        let ip = match options.take("metrics_host") {
            // Table names are visible on this machine only, unless the job asks for more.
            None => Ipv4Addr::LOCALHOST.into(),
            Some(host) => host.parse::<IpAddr>().map_err(|_| {
                let text = format!("'{host}' is not an IP address; 0.0.0.0 stands for all of this machine");
                SinkError::option("metrics_host", text)
            })?,
        };
        let mut label = |key: &str| options.take(key).unwrap_or_default();
        let (job, task) = (label("metrics_job"), label("metrics_task"));
        Ok((port > 0).then(|| Self { address: SocketAddr::new(ip, port), job, task }))
    }
}
