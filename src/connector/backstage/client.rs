//! The catalogue's API: all components, page by page.

use super::Found;
use super::wire::Page;
use crate::connector::ConnectorError;
use crate::connector::http::instance::Instance;
use crate::connector::http::parse;

/// Lists are read to here: so many pages.
const PAGES: usize = 1000;
const LIMIT: &str = "200";
const WHAT: &str = "the catalogue";
const FIELDS: &str = "kind,metadata.name,metadata.namespace,metadata.title,metadata.annotations,metadata.links,spec.owner,spec.system,spec.lifecycle";

pub async fn components(instance: &Instance) -> Result<Found, ConnectorError> {
    let mut all = Found {
        entities: Vec::new(),
        complaints: Vec::new(),
    };
    let mut cursor: Option<String> = None;
    for _ in 0..PAGES {
        let mut query = vec![("limit", LIMIT), ("fields", FIELDS)];
        match &cursor {
            Some(cursor) => query.push(("cursor", cursor)),
            None => query.push(("filter", "kind=component")),
        }
        let pieces = ["api", "catalog", "entities", "by-query"];
        let url = instance.address(&pieces, &query);
        let answer = instance.answer(&url, WHAT).await?;
        let unreadable = |why: String| instance.unreadable(WHAT, &why);
        let found = parse::list(&answer.body, Some("items")).map_err(unreadable)?;
        let page: Page = parse::one(&answer.body).map_err(unreadable)?;
        all.entities.extend(found.items);
        let complaints = found.complaints.into_iter();
        all.complaints
            .extend(complaints.map(|why| (WHAT.to_owned(), why)));
        let next = page.page_info.next_cursor.filter(|next| !next.is_empty());
        if next.is_none() || next == cursor {
            break;
        }
        cursor = next;
    }
    Ok(all)
}
