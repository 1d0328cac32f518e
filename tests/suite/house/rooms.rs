//! The rooms of a package are in an order, and each imports only from those below it.

use std::collections::BTreeSet;

use super::circles::Pair;
use super::graph::Graph;

/// The rooms of a package. A room is a folder or a file. Rooms can lie in rooms, and the room `""`
/// has all files that are in no other.
pub(super) struct Rooms {
    /// From top to bottom. Rooms on one floor do not know each other.
    pub(super) floors: &'static [&'static [&'static str]],
    /// Rooms that stand apart, with all of the package that they may import from.
    pub(super) apart: &'static [(&'static str, &'static [&'static str])],
}

/// Each import from a room that is not below, but for those of allowed pairs; each file without a
/// room, and each room without a file.
pub(super) fn findings(graph: &Graph, rooms: &Rooms, allowed: &[Pair]) -> Vec<String> {
    let mut findings = Vec::new();
    let mut used = BTreeSet::new();
    for (file, imports) in &graph.imports {
        let Some(room) = rooms.of(file) else {
            findings.push(format!("{file} is in no room: add it, or its folder, to the table"));
            continue;
        };
        used.insert(room);
        for to in imports.keys() {
            let pair = BTreeSet::from([file.as_str(), to]);
            let is_pair = allowed.iter().any(|allowed| BTreeSet::from(allowed.files) == pair);
            if let Some(reason) = rooms.refusal(room, to).filter(|_| !is_pair) {
                let names = graph.names(file, to).join(", ");
                findings.push(format!("{file} → {to}: {names}\n  {reason}"));
            }
        }
    }
    let all = rooms.floors.iter().copied().flatten();
    for room in all.filter(|room| !used.contains(*room)) {
        findings.push(format!("{room} has no file: take it out of the table"));
    }
    for (room, _) in rooms.apart.iter().filter(|(room, _)| rooms.floor(room).is_none()) {
        findings.push(format!("{room} stands apart and is on no floor: add it to one"));
    }
    findings
}

impl Rooms {
    /// The room of a file: the innermost.
    fn of(&self, file: &str) -> Option<&'static str> {
        let all = self.floors.iter().copied().flatten().copied();
        all.filter(|room| is_in(file, room)).max_by_key(|room| room.len())
    }

    fn floor(&self, room: &str) -> Option<usize> {
        self.floors.iter().position(|floor| floor.contains(&room))
    }

    /// Why a room may not import from a file.
    fn refusal(&self, room: &str, file: &str) -> Option<String> {
        let other = self.of(file)?;
        if other == room {
            return None;
        }
        let apart = self.apart.iter().find(|(name, _)| is_in(room, name));
        if let Some((name, known)) = apart
            && !known.iter().chain([name]).any(|known| is_in(file, known))
        {
            let known = known.join(", ");
            return Some(format!("{room} stands apart and may import only from {known}"));
        }
        match (self.floor(room)?, self.floor(other)?) {
            (here, there) if here < there => None,
            (here, there) if here == there => {
                Some(format!("{room} and {other} are on one floor and may not know each other"))
            }
            _ => {
                let other = if other.is_empty() { "the rest" } else { other };
                Some(format!("{other} is above {room}: move the name down, or the code up"))
            }
        }
    }
}

/// Whether a file is a room, lies in one, or is the file that a folder's module is in.
fn is_in(file: &str, room: &str) -> bool {
    let stem = file.strip_suffix(".rs");
    file == room
        || stem == Some(room)
        || file.strip_prefix(room).is_some_and(|rest| room.is_empty() || rest.starts_with('/'))
}
