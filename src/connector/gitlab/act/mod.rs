//! stub
use crate::connector::gitlab::GitLab;
use crate::connector::{Actor, Answering, ConnectorError, Pending};
use crate::plan::request::{Order, Prepared, Request, Sent, Standing, Verb};
pub const ACTS: &[Verb] = &[];
pub const WAYS: &[&str] = &[];
impl Actor for GitLab {
    fn speaks_for(&self, _source: &str) -> bool { false }
    fn prepare<'a>(&'a self, _order: &'a Order) -> Pending<'a, Prepared> { Box::pin(async { Ok(Prepared::default()) }) }
    fn send<'a>(&'a self, _request: &'a Request) -> Answering<'a, Sent> { Box::pin(async { Sent::Refused(String::new()) }) }
    fn ask<'a>(&'a self, _request: &'a Request) -> Answering<'a, Standing> { Box::pin(async { Standing::Open }) }
}
