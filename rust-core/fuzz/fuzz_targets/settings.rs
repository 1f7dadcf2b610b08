//! Options as a job may have them, one `name=value` a line, and each text that is read on its own: url, addresses, query.
//! Any answer will do, as long as there is one.

use dsql_sink::config::Config;
use dsql_sink::config::endpoint::{Endpoint, addresses, region_of};
use dsql_sink::table::query::Query;

/// Reads bytes in every way.
pub fn read(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let options = || {
        let pairs = text.lines().filter_map(|line| line.split_once('='));
        pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect::<Vec<_>>()
    };
    let _ = Config::new(options(), |_| Some(text.to_string()));
    if let Ok(config) = Config::new(options(), |_| None) {
        let _ = (config.row_bytes(), config.spare_bytes(), config.sent_bytes(), config.batch_bytes());
        let _ = format!("{config:?}");
    }
    let _ = Endpoint::parse(&text);
    let _ = Endpoint::parse(&format!("jdbc:postgresql://{text}"));
    let _ = addresses(&text);
    let _ = region_of(&text);
    let _ = Query::parse(&text, &["id", "name", "weird \"name"]);
}
