//! The dashboard in colour: golden pictures in `screenshots/`, drawn from the generated organisation, one a view and theme. Where a view has changed on
//! purpose, `LEADTIME_UPDATE=1` draws them anew.

use std::fs;
use std::path::PathBuf;

use leadtime::screen::svg::{DARK, LIGHT, Picture};
use leadtime::theme::Theme;

use super::acting::acme;
use super::press;

/// A picture: its name, the keys that lead to it, its size.
const PICTURES: [(&str, &str, (u16, u16)); 14] = [
    ("fleet", "down", (120, 20)),
    ("fleet-map", "/ 'shop-app' enter enter", (130, 26)),
    ("live-map", "/ 'shop-app' enter enter v", (130, 24)),
    ("changes", "3", (130, 26)),
    ("change", "3 b b b b enter", (120, 34)),
    ("gates-inbox", "4", (130, 32)),
    ("environments", "5", (120, 28)),
    ("metrics", "6", (120, 36)),
    ("repair", "7", (120, 30)),
    ("compliance", "8", (120, 30)),
    ("releases", "9", (120, 30)),
    ("plan", "4 a 'seen-on-staging' enter A", (120, 34)),
    ("roll-back", "/ 'cart' enter R", (120, 24)),
    (
        "actions",
        "/ 'cart' enter R enter 'broken-baskets' enter A y 'cart' enter esc @",
        (120, 30),
    ),
];

#[test]
fn the_pictures_are_what_the_dashboard_draws() {
    let update = std::env::var_os("LEADTIME_UPDATE").is_some();
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("screenshots");
    let mut differ = Vec::new();
    for (name, keys, (width, height)) in PICTURES {
        for ground in [DARK, LIGHT] {
            let mut desk = acme();
            desk.wear(Theme::named(ground.name).0);
            desk.resize(width, height);
            press(&mut desk, keys);
            let picture = Picture {
                label: &format!("the dashboard of leadtime: {name}"),
                ground: &ground,
                slim: false,
            };
            let drawn = picture.draw(&desk.picture());
            let file = folder.join(format!("dashboard-{name}-{}.svg", ground.name));
            if update {
                fs::write(&file, &drawn).unwrap();
            } else if fs::read_to_string(&file).ok().as_ref() != Some(&drawn) {
                differ.push(file.display().to_string());
            }
        }
    }
    assert!(
        differ.is_empty(),
        "not what the dashboard draws: {differ:?}; LEADTIME_UPDATE=1 draws them anew"
    );
}
