//! The credentials of a source, kept out of what its server says: some repeat in an answer what they were sent.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::header::HeaderValue;
use secrecy::{ExposeSecret, SecretString};

use super::Answer;
use super::address::encoded;

/// What stands in the place of a credential.
const MASK: &str = "***";
/// What is shorter may stand anywhere, and tells little.
const SHORTEST: usize = 4;
/// What is as long as this is in no fact by chance; a password that is shorter may be a word that facts need.
const TOKEN: usize = 16;

/// A credential in every form in which it may come back.
#[derive(Clone, Default)]
pub struct Hidden(Vec<SecretString>);

impl Hidden {
    /// A token; or the password of a user, which is sent together with the name.
    #[must_use]
    pub fn of(user: Option<&str>, secret: &SecretString) -> Self {
        let plain = secret.expose_secret();
        let quoted = plain.replace('\\', "\\\\").replace('"', "\\\"");
        let mut forms = vec![plain.to_owned(), encoded(plain), quoted];
        if let Some(user) = user {
            forms.push(STANDARD.encode(format!("{user}:{plain}")));
        }
        forms.retain(|form| form.len() >= SHORTEST);
        // One that holds another goes first.
        forms.sort_by_key(|form| std::cmp::Reverse(form.len()));
        forms.dedup();
        Self(forms.into_iter().map(SecretString::from).collect())
    }

    /// An answer without it: one that refuses in all its parts, any other where it can be nothing else.
    #[must_use]
    pub fn out_of(&self, mut answer: Answer) -> Answer {
        let refuses = answer.status >= 400;
        for form in &self.0 {
            let form = form.expose_secret();
            if !refuses && form.len() < TOKEN {
                continue;
            }
            if answer.body.contains(form) {
                answer.body = answer.body.replace(form, MASK);
            }
            for value in answer.headers.values_mut().filter(|_| refuses) {
                if let Ok(text) = value.to_str()
                    && text.contains(form)
                    && let Ok(masked) = HeaderValue::from_str(&text.replace(form, MASK))
                {
                    *value = masked;
                }
            }
        }
        answer
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(status: u16, says: &str) -> Answer {
        let mut headers = http::HeaderMap::new();
        headers.insert("x-error", says.parse().unwrap());
        Answer {
            status,
            headers,
            body: says.to_owned(),
            moved: false,
        }
    }

    #[test]
    fn no_form_of_a_credential_comes_back_in_a_refusal() {
        let hidden = Hidden::of(Some("jane"), &SecretString::from("hunter+\"2"));
        let basic = STANDARD.encode("jane:hunter+\"2");
        let says = format!("no hunter+\"2, {basic}, hunter%2B%222 or hunter+\\\"2");
        let told = hidden.out_of(answer(401, &says));
        assert_eq!(told.body, "no ***, ***, *** or ***");
        assert_eq!(told.header("x-error"), Some("no ***, ***, *** or ***"));
        let none = Hidden::of(None, &SecretString::from("a"));
        assert_eq!(none.out_of(answer(401, "a cat")).body, "a cat");
    }

    #[test]
    fn a_fact_keeps_a_word_that_is_a_password_and_no_token() {
        let hidden = Hidden::of(None, &SecretString::from("production"));
        assert_eq!(
            hidden.out_of(answer(200, "to production")).body,
            "to production"
        );
        assert_eq!(hidden.out_of(answer(403, "to production")).body, "to ***");
        let hidden = Hidden::of(None, &SecretString::from("glpat-0123456789abcdef"));
        let said = hidden.out_of(answer(200, "with glpat-0123456789abcdef"));
        assert_eq!(said.body, "with ***");
    }
}
