//! How many findings of which severity a report holds that lies beside an image in a registry. What is no report says nothing.

use super::{self as scanner, subject::Subject, vex::judge};
use crate::event::kind::Severities;
use crate::event::time::Timestamp;

/// A report is only fetched up to this size.
pub const LARGEST: i64 = 8 * 1024 * 1024;

/// What a report says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    pub tool: Option<String>,
    pub at: Option<Timestamp>,
    pub counts: Severities,
    /// What does not count, with the reasons.
    pub suppressed: Vec<String>,
}

/// Reads a report. `None`: it is of no form that is known, or the scanner could not do its work.
#[must_use]
pub fn read(body: &str) -> Option<Report> {
    let content = scanner::read(body.as_bytes(), None).ok()?;
    let mut scans = content.scans.into_iter();
    let mut scan = scans.next()?;
    for more in scans {
        scan.found.extend(more.found);
        scan.broke_off |= more.broke_off;
    }
    let judged = judge(&scan, &Subject::default(), &[]);
    (!scan.broke_off).then_some(Report {
        tool: Some(scan.tool),
        at: scan.at,
        counts: judged.counts,
        suppressed: judged.aside,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counted(body: &str) -> Option<[u32; 4]> {
        let counts = read(body)?.counts;
        Some([counts.critical, counts.high, counts.medium, counts.low])
    }

    #[test]
    fn findings_are_counted_in_both_forms() {
        let trivy = r#"{"SchemaVersion":2,"CreatedAt":"2026-01-02T03:04:05Z","Results":[
            {"Vulnerabilities":[{"Severity":"CRITICAL"},{"Severity":"LOW"},{"Severity":"UNKNOWN"}]},{"Class":"secret"}]}"#;
        assert_eq!(counted(trivy), Some([1, 0, 0, 1]));
        assert!(read(trivy).unwrap().at.is_some());
        assert_eq!(
            counted(r#"{"SchemaVersion":2,"ArtifactName":"a"}"#),
            Some([0; 4])
        );
        let sarif = r#"{"version":"2.1.0","runs":[{"tool":{"driver":{"name":"Trivy","rules":[
            {"id":"A","properties":{"security-severity":"9.8"}},{"id":"B","defaultConfiguration":{"level":"note"}}]}},
            "results":[{"ruleId":"A","ruleIndex":0,"level":"error"},{"ruleId":"B"},{"level":"error"},{},
            {"ruleId":"A","suppressions":[{"kind":"external"}]}]}]}"#;
        assert_eq!(counted(sarif), Some([1, 1, 1, 1]));
        assert_eq!(read(sarif).unwrap().tool.as_deref(), Some("trivy"));
        assert_eq!(read(sarif).unwrap().suppressed, ["A: suppressed"]);
        assert_eq!(counted("{}"), None);
        assert_eq!(counted("no JSON"), None);
    }
}
