//! What a scan, or a bill of materials, is of: an image by its digest, another artifact by its package URL, a commit of a repository. Reports say it in many
//! ways; here it becomes the one way in which events say it.

use super::purl::{Purl, host};

/// What is known of it. Two of these are put together where a report says one part and whoever reads it the other.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Subject {
    /// The image as one would pull it, without tag and digest.
    pub image: Option<String>,
    pub tag: Option<String>,
    pub digest: Option<String>,
    /// The package URL of what is no image.
    pub purl: Option<String>,
    pub repository: Option<String>,
    pub sha: Option<String>,
}

impl Subject {
    /// Reads `ghcr.io/acme/checkout:1.4@sha256:…`, a package URL, or a digest alone.
    #[must_use]
    pub fn named(text: &str) -> Self {
        let text = text.trim();
        if let Some(purl) = Purl::parse(text) {
            return Self::of_purl(text, &purl);
        }
        if let Some(digest) = digest(text) {
            return Self {
                digest: Some(digest),
                ..Self::default()
            };
        }
        if text.starts_with("sha256:") || text.starts_with("sha512:") {
            // A digest that is cut off is no image of that name.
            return Self::default();
        }
        let (name, version) = text.split_once('@').unwrap_or((text, ""));
        let from = name.rfind('/').map_or(0, |slash| slash + 1);
        let colon = name[from..].find(':').map(|colon| from + colon);
        let (image, tag) = colon.map_or((name, None), |colon| {
            (&name[..colon], Some(&name[colon + 1..]))
        });
        if !is_image(image) {
            return Self::default();
        }
        Self {
            image: Some(host(image.to_owned())),
            tag: tag.filter(|tag| !tag.is_empty()).map(str::to_owned),
            digest: digest(version),
            ..Self::default()
        }
    }

    fn of_purl(text: &str, purl: &Purl<'_>) -> Self {
        if !matches!(purl.kind.as_ref(), "oci" | "docker") {
            return Self {
                purl: Some(text.to_owned()),
                ..Self::default()
            };
        }
        let version = purl.version.as_deref().unwrap_or_default();
        let digest = digest(version);
        let tag = match &digest {
            Some(_) => purl.qualifier("tag"),
            None => Some(version).filter(|version| !version.is_empty()),
        };
        Self {
            image: purl.image(),
            tag: tag.map(str::to_owned),
            digest,
            // Without a registry only its own text names it.
            purl: purl.image().is_none().then(|| text.to_owned()),
            ..Self::default()
        }
    }

    /// What the labels of an image say of what it was made from. They may be those of the image that it was made on, so a digest says more.
    #[must_use]
    pub fn labelled(revision: Option<&str>, source: Option<&str>) -> Self {
        Self {
            sha: revision.and_then(sha),
            repository: source.and_then(repository),
            ..Self::default()
        }
    }

    /// With what another one says of what this one is silent of.
    #[must_use]
    pub fn or(self, other: &Self) -> Self {
        let mut whole = self;
        let fill = |own: &mut Option<String>, other: &Option<String>| {
            if own.is_none() {
                own.clone_from(other);
            }
        };
        fill(&mut whole.repository, &other.repository);
        fill(&mut whole.sha, &other.sha);
        let oci = |purl: &str| Purl::parse(purl).is_some_and(|purl| purl.kind == "oci");
        if whole.purl.as_deref().is_some_and(|purl| !oci(purl)) {
            // What has a name of its own is no image of another.
            return whole;
        }
        if whole.image.is_none() {
            fill(&mut whole.purl, &other.purl);
        }
        // Tag and digest of another image say nothing of this one.
        if whole.image.is_none() || other.image.is_none() || whole.image == other.image {
            fill(&mut whole.tag, &other.tag);
            fill(&mut whole.digest, &other.digest);
        }
        fill(&mut whole.image, &other.image);
        whole
    }

    /// The artifact, as events name it: an image by its digest, else by its tag.
    #[must_use]
    pub fn artifact(&self) -> Option<String> {
        let Some(image) = &self.image else {
            return self.purl.clone();
        };
        let name = image
            .rsplit('/')
            .next()
            .unwrap_or(image)
            .to_ascii_lowercase();
        match (&self.digest, &self.tag) {
            (Some(digest), _) => {
                let digest = digest.replacen(':', "%3A", 1);
                Some(format!("pkg:oci/{name}@{digest}?repository_url={image}"))
            }
            (None, Some(tag)) => Some(format!("pkg:oci/{name}?repository_url={image}&tag={tag}")),
            (None, None) => None,
        }
    }

    /// The commit with its repository, where both are known.
    #[must_use]
    pub fn commit(&self) -> Option<(&str, &str)> {
        Some((self.repository.as_deref()?, self.sha.as_deref()?))
    }

    /// Whether it can be told what it is of. A digest without the name of its image belongs to nobody, and so does a commit without its repository.
    #[must_use]
    pub fn is_known(&self) -> bool {
        self.artifact().is_some() || self.commit().is_some()
    }

    /// What is missing.
    #[must_use]
    pub fn missing(&self) -> Missing {
        if self.digest.is_some() {
            Missing::Image
        } else if self.sha.is_some() {
            Missing::Repository
        } else if self.image.is_some() {
            Missing::Digest
        } else {
            Missing::All
        }
    }

    /// What the place of a file says: a commit's whole sha, or an image's digest (`sha256-…`), the last one that stands in it.
    #[must_use]
    pub fn placed(path: &str) -> Self {
        let mut placed = Self::default();
        let words = path.split(|c: char| !c.is_ascii_alphanumeric());
        let mut before = "";
        for word in words {
            let hex = word.bytes().all(|byte| byte.is_ascii_hexdigit());
            match (hex, word.len(), before) {
                (true, 64, "sha256") => placed.digest = digest(&format!("sha256:{word}")),
                (true, 128, "sha512") => placed.digest = digest(&format!("sha512:{word}")),
                (true, 40 | 64, _) => placed.sha = sha(word),
                _ => {}
            }
            before = word;
        }
        placed
    }
}

/// What a document does not say of what it is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Missing {
    /// The name of the image that has the digest.
    Image,
    /// The repository of the commit.
    Repository,
    /// Which of the images of a name.
    Digest,
    /// The artifact that a bill of materials is of: a commit has none.
    Artifact,
    All,
}

impl Missing {
    #[must_use]
    pub const fn what(self) -> &'static str {
        match self {
            Self::Image => "it says which digest it is of, and not of which image",
            Self::Repository => "it says which commit it is of, and not of which repository",
            Self::Digest => "it says which image it is of, and neither digest nor tag",
            Self::Artifact => "it is a bill of materials, and does not say of which artifact",
            Self::All => "it does not say what it is of",
        }
    }
}

/// `algorithm:hex` as it is written everywhere.
#[must_use]
pub fn digest(text: &str) -> Option<String> {
    let (algorithm, hex) = text.trim().split_once(':')?;
    let length = match algorithm {
        "sha256" => 64,
        "sha512" => 128,
        _ => return None,
    };
    let is = hex.len() == length && hex.bytes().all(|byte| byte.is_ascii_hexdigit());
    is.then(|| format!("{algorithm}:{}", hex.to_ascii_lowercase()))
}

/// A revision that is a commit's.
#[must_use]
pub fn sha(text: &str) -> Option<String> {
    let text = text.trim();
    let is = (7..=64).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    is.then(|| text.to_ascii_lowercase())
}

/// `https://github.com/acme/shop.git` → `acme/shop`, as events name repositories.
#[must_use]
pub fn repository(address: &str) -> Option<String> {
    let address = address.trim();
    let path = match url::Url::parse(address) {
        Ok(url) if url.has_host() => url.path().to_owned(),
        // git@github.com:acme/shop.git
        _ => address.split_once(':')?.1.to_owned(),
    };
    let end = ["/-/", "/tree/", "/blob/", "/commit/", "/src/branch/"]
        .iter()
        .filter_map(|part| path.find(part))
        .min();
    let path = path[..end.unwrap_or(path.len())].trim_matches('/');
    let path = path.strip_suffix(".git").unwrap_or(path);
    (!path.is_empty()).then(|| path.to_owned())
}

/// Whether a text could be pulled: no path of a file, no archive.
fn is_image(text: &str) -> bool {
    let end = text.rsplit_once('.').map_or("", |(_, end)| end);
    let file = text.starts_with(['/', '.', '~']) || ["tar", "gz", "tgz"].contains(&end);
    let part = |part: &str| {
        part.starts_with(|c: char| c.is_ascii_alphanumeric())
            && part
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | ':'))
    };
    !file && !text.is_empty() && text.split('/').all(part)
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEX: &str = "0b31b1c02ff458ad9b7b81cbdf8f028bd54699fa151f221d1e8de6817db93427";
    const SHA: &str = "a84f332546a95d2c2d8c43b68e2f4ac504199d99";

    #[test]
    fn an_image_has_one_name_however_it_is_written() {
        let wanted =
            format!("pkg:oci/checkout@sha256%3A{HEX}?repository_url=ghcr.io/acme/checkout");
        for text in [
            format!("ghcr.io/acme/checkout@sha256:{HEX}"),
            format!("ghcr.io/acme/checkout:1.4@sha256:{HEX}"),
            format!(
                "pkg:oci/checkout@sha256%3A{HEX}?repository_url=ghcr.io%2Facme%2Fcheckout&arch=amd64"
            ),
            format!("pkg:oci/checkout@sha256:{HEX}?tag=1.4&repository_url=ghcr.io/acme"),
        ] {
            assert_eq!(
                Subject::named(&text).artifact().as_ref(),
                Some(&wanted),
                "{text}"
            );
        }
        let tagged = Subject::named("localhost:5000/shop:1.4").artifact();
        assert_eq!(
            tagged.as_deref(),
            Some("pkg:oci/shop?repository_url=localhost:5000/shop&tag=1.4")
        );
        let library = Subject::named("pkg:npm/%40acme/ui@1.0.0").artifact();
        assert_eq!(library.as_deref(), Some("pkg:npm/%40acme/ui@1.0.0"));
        for text in [
            "fixtures/alpine.tar.gz",
            ".",
            "/home/x",
            "",
            "a b",
            "sha256:00",
        ] {
            assert_eq!(Subject::named(text).artifact(), None, "{text}");
        }
    }

    #[test]
    fn parts_are_put_together_and_what_is_missing_is_told() {
        let digest = Subject::named(&format!("sha256:{HEX}"));
        assert!(!digest.is_known() && digest.missing() == Missing::Image);
        let whole = digest.or(&Subject::named("ghcr.io/acme/checkout:1.4"));
        assert!(whole.is_known());
        let commit = Subject::placed(&format!("reports/{SHA}/semgrep.sarif"));
        assert!(!commit.is_known() && commit.missing() == Missing::Repository);
        let image = Subject::placed(&format!("reports/checkout-sha256-{HEX}.json"));
        assert_eq!((image.digest.is_some(), image.sha), (true, None));
        assert_eq!(Subject::default().missing(), Missing::All);
        let library = Subject::named("pkg:npm/ui@1.0.0").or(&Subject::named("ghcr.io/acme/ui:1"));
        assert_eq!(library.artifact().as_deref(), Some("pkg:npm/ui@1.0.0"));
        let other = Subject::named("ghcr.io/acme/ui:1");
        let other = other.or(&Subject::named(&format!("ghcr.io/acme/till@sha256:{HEX}")));
        assert_eq!(other.digest, None);
        let named = Subject::named("pkg:oci/ui@1.0.0").or(&Subject::named("ghcr.io/acme/ui"));
        let wanted = "pkg:oci/ui?repository_url=ghcr.io/acme/ui&tag=1.0.0";
        assert_eq!(named.artifact().as_deref(), Some(wanted));
        assert_eq!(
            repository("git@github.com:acme/shop.git").as_deref(),
            Some("acme/shop")
        );
    }
}
