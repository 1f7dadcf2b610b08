//! One client's session.

use anyhow::Result;
use tokio::io::AsyncWriteExt;

use crate::cluster::Cluster;
use crate::startup::Connected;

/// Relays until either side ends.
pub async fn run(cluster: &Cluster, id: u64, mut c: Connected) -> Result<()> {
    let cut = cluster.enter(id);
    let result = async {
        loop {
            tokio::select! {
                frame = c.client_reader.read_frame() => match frame? {
                    Some(frame) => c.backend_writer.write_all(&frame.0).await?,
                    None => return Ok(()),
                },
                frame = c.backend_reader.read_frame() => match frame? {
                    Some(frame) => { c.client_writer.write_all(&frame.0).await?; c.client_writer.flush().await? }
                    None => return Ok(()),
                },
                () = cut.notified() => return Ok(()),
            }
        }
    }
    .await;
    cluster.leave(id);
    result
}
