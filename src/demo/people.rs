//! Teams and who is in them: a pure function of the team's number, seven people each, and two boards that decide.

use super::random::Dice;
use super::words::{FAMILY, GIVEN, TEAMS};

const MEMBERS: usize = 7;

pub struct Team {
    pub name: String,
    /// The prefix of its tickets.
    pub key: String,
    pub members: Vec<String>,
}

impl Team {
    pub fn new(number: usize) -> Self {
        let (name, key) = TEAMS[number % TEAMS.len()];
        let round = number / TEAMS.len();
        let (name, key) = if round == 0 {
            (name.to_owned(), key.to_owned())
        } else {
            (
                format!("{name}-{}", round + 1),
                format!("{key}{}", round + 1),
            )
        };
        let members = (0..MEMBERS).map(|m| login(number * MEMBERS + m)).collect();
        Self { name, key, members }
    }

    pub fn anyone(&self, dice: &mut Dice) -> usize {
        // The first of a team write more than the last.
        let members = self.members.len();
        dice.below(members).min(dice.below(members + 2))
    }

    /// Somebody else than `author`.
    pub fn other(&self, author: usize, dice: &mut Dice) -> usize {
        let members = self.members.len();
        (author + 1 + dice.below(members - 1)) % members
    }
}

fn login(person: usize) -> String {
    let given = GIVEN[person % GIVEN.len()];
    match person / GIVEN.len() {
        0 => given.to_owned(),
        round if round <= FAMILY.len() => format!("{given}-{}", FAMILY[round - 1]),
        round => format!("{given}-{}{round}", FAMILY[round % FAMILY.len()]),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn nobody_is_two_people() {
        let teams: Vec<_> = (0..600).map(Team::new).collect();
        let people: HashSet<_> = teams.iter().flat_map(|team| &team.members).collect();
        assert_eq!(people.len(), 600 * MEMBERS);
        assert_eq!(
            teams
                .iter()
                .map(|team| &team.key)
                .collect::<HashSet<_>>()
                .len(),
            600
        );
    }
}
