//! Chance, and names made of numbers. Everything that varies is drawn from a [`Dice`] whose key is made of the seed and of what it is thrown for,
//! so that a workload stays as it is whatever stands beside it. Only exact arithmetic (square roots, no logarithms): the same bytes on every machine.

/// Mixes two numbers into one (`SplitMix64`).
pub fn mix(a: u64, b: u64) -> u64 {
    let mut z = a ^ b.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

pub struct Dice(fastrand::Rng);

impl Dice {
    pub fn new(key: u64) -> Self {
        Self(fastrand::Rng::with_seed(key))
    }

    pub fn chance(&mut self, probability: f64) -> bool {
        self.0.f64() < probability
    }

    /// Evenly in `[0, 1)`.
    pub fn part(&mut self) -> f64 {
        self.0.f64()
    }

    pub fn below(&mut self, limit: usize) -> usize {
        self.0.usize(..limit.max(1))
    }

    pub fn between(&mut self, low: i64, high: i64) -> i64 {
        self.0.i64(low..=high.max(low))
    }

    pub fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.below(from.len())]
    }

    /// Seconds around a median with a long tail to the right (log-logistic): half as long as often as twice as long, sometimes ten times.
    #[expect(
        clippy::cast_possible_truncation,
        reason = "seconds of some weeks at most"
    )]
    pub fn skewed(&mut self, median: f64) -> i64 {
        let u = 0.01 + 0.98 * self.0.f64();
        (median * (u / (1.0 - u)).sqrt()) as i64 + 1
    }

    /// A weight with a heavy tail: most are small, a few are fifty times as large.
    pub fn weight(&mut self) -> f64 {
        let u = 0.01 + 0.985 * self.0.f64();
        let odds = (u / (1.0 - u)).sqrt();
        odds * odds.sqrt()
    }
}

/// `digits` hexadecimal digits that stand for the `n`th thing of `key`.
fn hex(key: u64, n: u64, digits: usize) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut text = String::with_capacity(digits);
    let mut state = mix(key, n);
    while text.len() < digits {
        let mut word = state;
        for _ in 0..16.min(digits - text.len()) {
            text.push(char::from(DIGITS[(word & 15) as usize]));
            word >>= 4;
        }
        state = mix(state, n);
    }
    text
}

/// The sha of the `n`th commit of a repository.
pub fn sha(key: u64, n: u32) -> String {
    hex(key, u64::from(n), 40)
}

/// The hexadecimal part of the digest of the `n`th artifact of a repository.
pub fn digest(key: u64, n: u32) -> String {
    hex(mix(key, 0x00d1_6e57), u64::from(n), 64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_have_their_length_and_differ() {
        assert_eq!(sha(1, 1).len(), 40);
        assert_eq!(digest(1, 1).len(), 64);
        assert_ne!(sha(1, 1), sha(1, 2));
        assert_ne!(sha(1, 1), sha(2, 1));
        assert!(sha(7, 7).bytes().all(|b| b.is_ascii_hexdigit()));
    }

    #[test]
    fn half_of_the_skewed_are_below_the_median() {
        let mut dice = Dice::new(5);
        let below = (0..10_000)
            .filter(|_| dice.skewed(1_000.0) <= 1_000)
            .count();
        assert!((4_700..5_300).contains(&below), "{below}");
    }
}
