//! A log of any events: every figure can be worked out, the life of a change is tiled, and a snapshot knows what the log knows.

#![no_main]

use laws::now;
use leadtime::app::engine::Engine;
use leadtime::app::{import, locate};
use leadtime::event::cdevents::{Document, documents};
use leadtime::event::time::{Span, Timestamp};
use leadtime::fold::{Catalogue, Partition};
use leadtime::model::definition::Rules;
use leadtime::model::state::{End, Lives};
use leadtime::model::stream::map;
use leadtime::model::window::Window;
use leadtime::model::{environment, gate};
use leadtime::store::memory::MemoryStore;
use libfuzzer_sys::fuzz_target;

fn open(taken: Vec<Document>) -> Engine {
    let mut store = MemoryStore::new();
    import::keep(&mut store, taken, now()).unwrap();
    Engine::open(
        Box::new(store),
        Vec::new(),
        Rules::default(),
        &mut |_, _| {},
    )
    .unwrap()
}

fn tiled(lives: &Lives<'_>, to: Timestamp) {
    let steps = lives.workload.path.steps.len();
    for life in (0..lives.workload.changes.len() as u32).filter_map(|place| lives.life(place)) {
        let end = match life.end {
            End::Delivered(at) => at,
            End::InFlight => to.max(life.start),
            _ => continue,
        };
        let mut at = life.start;
        for leg in &life.legs {
            assert!(
                leg.from == at && leg.from < leg.to && leg.step < steps,
                "{:?}",
                life.legs
            );
            at = leg.to;
        }
        assert_eq!(at, end, "{:?}", life.legs);
        let costs = (0..steps).map(|place| life.cost(place));
        assert_eq!(
            costs.map(|cost| cost.process + cost.wait).sum::<Span>(),
            end - life.start
        );
    }
}

fn figures(taken: Vec<Document>) -> String {
    let to = now();
    let mut engine = open(taken);
    let rules = engine.rules.clone();
    let window = Window::of(to, Span::from_seconds(90 * 86_400), rules.timezone);
    let mut told = String::new();
    for definition in engine.definitions().to_vec() {
        let workload = engine.workload(&definition, to).unwrap();
        let lives = Lives::new(&workload, &rules, None);
        tiled(&lives, to);
        let of = (
            map(&lives, window, true),
            environment::running(&lives),
            gate::open(&lives),
        );
        told += &serde_json::to_string(&of).expect("figures are numbers");
    }
    let bytes = engine
        .catalogue()
        .to_bytes()
        .expect("a snapshot can be made");
    let catalogue = Catalogue::from_bytes(&bytes).expect("and read");
    assert_eq!(catalogue.extent(), engine.catalogue().extent());
    for number in 0..catalogue.partitions.len() as u32 {
        if let Some(partition) = engine.partition(number).unwrap() {
            let bytes = partition.to_bytes().expect("a snapshot can be made");
            let again = Partition::from_bytes(&bytes).expect("and read");
            assert_eq!(again.facts().len(), partition.facts().len());
        }
    }
    for reference in ["HEAD", "#1", "1.0", "abc1234"] {
        let asked = locate::Asked {
            reference,
            here: &locate::Nowhere,
            as_of: to,
            looking_back: false,
        };
        let found = locate::locate(&mut engine, &[], &asked).unwrap();
        told += &serde_json::to_string(&found).expect("an answer is text");
    }
    told
}

fuzz_target!(|data: &[u8]| {
    let taken: Vec<Document> = documents(data, now()).flatten().take(200).collect();
    let mut turned = taken.clone();
    turned.reverse();
    // The first of two that have one identity is kept, so only where each has its own is the order nothing.
    let mut known = std::collections::BTreeSet::new();
    let unique = taken
        .iter()
        .all(|one| known.insert((one.source.clone(), one.id.clone())));
    let told = figures(taken);
    if unique {
        assert_eq!(
            told,
            figures(turned),
            "the order in which events come changes an answer"
        );
    }
});
