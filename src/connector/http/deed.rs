//! A request that does something, sent once, and what its answer says of whether it was done. No retry: who asks twice may do it twice.

use http::HeaderMap;
use http::header::{HeaderName, HeaderValue};

use super::limit::retry_after;
use super::{Answer, Http, Lost, Outgoing, Transport, proxy};
use crate::clock;
use crate::plan::request::{Receipt, Request, Sent};

impl<T: Transport> Http<T> {
    /// Sends a request of a plan. `receipt` reads an answer that says yes, `refusal` one that says no.
    pub async fn carry_out(
        &self,
        request: &Request,
        receipt: impl Fn(&Answer) -> Receipt,
        refusal: impl Fn(&Answer) -> String,
    ) -> Sent {
        let judged = |answer: &Answer| judge(answer, &receipt, &refusal);
        self.carry_out_judged(request, judged).await
    }

    /// The same, for a tool that says yes in words of its own.
    pub async fn carry_out_judged(
        &self,
        request: &Request,
        judged: impl Fn(&Answer) -> Sent,
    ) -> Sent {
        let mut headers = HeaderMap::new();
        for (name, value) in &request.headers {
            if let (Ok(name), Ok(value)) = (
                HeaderName::from_bytes(name.as_bytes()),
                HeaderValue::from_str(value),
            ) {
                headers.insert(name, value);
            }
        }
        let outgoing = Outgoing {
            method: &request.method,
            url: &request.url,
            headers,
            body: request.body.as_ref().map(String::as_bytes),
        };
        let unsent =
            |(text, hint): (String, String)| Sent::Refused(format!("not sent: {text} ({hint})"));
        match self.sent(outgoing).await {
            Ok(answer) => match proxy::locked(&request.url, answer.status) {
                Some(told) => unsent(told),
                None => judged(&answer),
            },
            Err(Lost::Unsent(text)) => unsent(proxy::said(&request.url, &text)),
            Err(Lost::Unknown(text)) => Sent::Doubtful(format!("no answer: {text}")),
        }
    }
}

/// What an answer says of the deed.
pub fn judge(
    answer: &Answer,
    receipt: impl Fn(&Answer) -> Receipt,
    refusal: impl Fn(&Answer) -> String,
) -> Sent {
    match answer.status {
        200..=299 => Sent::Done(receipt(answer)),
        429 => {
            let wait = retry_after(&answer.headers, clock::now());
            let wait = wait.map_or_else(String::new, |wait| format!(", for {} s", wait.as_secs()));
            Sent::Refused(format!("asked to slow down{wait} (429); nothing was done"))
        }
        // It may have been done, and only the answer failed.
        500..=599 | 408 => Sent::Doubtful(format!("answers {}", answer.status)),
        _ => Sent::Refused(refusal(answer)),
    }
}
