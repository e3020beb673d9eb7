//! What the user looks at: the view in front, the pages laid over it, what lies over the page. Plain state; it changes by what the dashboard does to it.

use std::cell::RefCell;
use std::collections::HashMap;

use super::answer::Question;
use super::overlay::Overlay;
use super::page::Page;
use super::scene::{Count, Scene};
use super::scope::Scope;
use crate::intent::View;
use crate::report::sheet::Line;

/// The state of what is shown.
pub struct Ui {
    front: View,
    /// The pages of each view, its own page first.
    stacks: HashMap<View, Vec<Box<dyn Page>>>,
    /// The views that led here, for `Esc`.
    trail: Vec<View>,
    pub overlay: Option<Box<dyn Overlay>>,
    /// A word to the user, until the next key.
    pub message: Option<Line>,
    /// Which version of the scene the page in front was worked out for.
    seen: Option<u64>,
    make: fn(View) -> Box<dyn Page>,
    /// What was counted, of which fleet and in which scope.
    counted: RefCell<Option<(u64, Scope, Count)>>,
}

impl Ui {
    /// Begins at a view; `make` makes the page of each when it is first shown.
    #[must_use]
    pub fn new(front: View, make: fn(View) -> Box<dyn Page>) -> Self {
        let mut ui = Self {
            front,
            stacks: HashMap::new(),
            trail: Vec::new(),
            overlay: None,
            message: None,
            seen: None,
            make,
            counted: RefCell::default(),
        };
        ui.stack();
        ui
    }

    #[must_use]
    pub const fn front(&self) -> View {
        self.front
    }

    fn stack(&mut self) -> &mut Vec<Box<dyn Page>> {
        self.stack_of(self.front)
    }

    fn stack_of(&mut self, view: View) -> &mut Vec<Box<dyn Page>> {
        let make = self.make;
        self.stacks.entry(view).or_insert_with(|| vec![make(view)])
    }

    /// Works out the page of a view that is not in front; tells what it will ask.
    pub fn prepare(&mut self, view: View, scene: &Scene) -> Vec<Question> {
        if view == self.front {
            return Vec::new();
        }
        let stack = self.stack_of(view);
        let page = stack.last_mut();
        page.map_or_else(Vec::new, |page| {
            page.refresh(scene);
            page.questions(scene)
        })
    }

    /// The page in front.
    #[must_use]
    pub fn page(&self) -> Option<&dyn Page> {
        let stack = self.stacks.get(&self.front)?;
        stack.last().map(|page| &**page)
    }

    pub fn page_mut(&mut self) -> Option<&mut Box<dyn Page>> {
        self.stack().last_mut()
    }

    /// How many pages lie over the view's own.
    #[must_use]
    pub fn depth(&self) -> usize {
        let stack = self.stacks.get(&self.front);
        stack.map_or(0, |stack| stack.len().saturating_sub(1))
    }

    /// Where one is within the view: the titles of its pages.
    #[must_use]
    pub fn titles(&self, scene: &Scene) -> Vec<String> {
        let stack = self.stacks.get(&self.front);
        let pages = stack.into_iter().flatten();
        let mut titles: Vec<String> = pages.map(|page| page.title(scene)).collect();
        titles.retain(|title| !title.is_empty());
        titles
    }

    /// To a view; to its own page where it was in front already.
    pub fn go(&mut self, view: View) {
        if view == self.front {
            self.stack().truncate(1);
        } else {
            self.trail.retain(|known| *known != view);
            self.trail.push(self.front);
            self.front = view;
            self.stack();
        }
        self.seen = None;
    }

    /// To a view's own page: what lay over it was about something else.
    pub fn go_afresh(&mut self, view: View) {
        self.go(view);
        self.stack().truncate(1);
    }

    /// Lays a page over the one in front.
    pub fn push(&mut self, page: Box<dyn Page>) {
        self.stack().push(page);
        self.seen = None;
    }

    /// Lays a page over the one in front; where one called so lies there already, goes back to that.
    pub fn push_once(&mut self, page: Box<dyn Page>, scene: &Scene) {
        let title = page.title(scene);
        let stack = self.stack();
        let laid = stack.iter().skip(1);
        match laid
            .map(|known| known.title(scene))
            .position(|known| known == title)
        {
            Some(at) => stack.truncate(at + 2),
            None => stack.push(page),
        }
        self.seen = None;
    }

    /// Back to where one came from; `false` where that is nowhere.
    pub fn back(&mut self) -> bool {
        self.seen = None;
        if self.stack().len() > 1 {
            self.stack().pop();
            return true;
        }
        match self.trail.pop() {
            Some(view) => {
                self.front = view;
                true
            }
            None => false,
        }
    }

    /// What every frame tells of the workloads in scope: counted when they changed, since there may be thousands.
    #[must_use]
    pub fn count(&self, scene: &Scene) -> Count {
        let mut counted = self.counted.borrow_mut();
        match &*counted {
            Some((entered, scope, count))
                if *entered == scene.entered() && *scope == scene.scope =>
            {
                *count
            }
            _ => {
                let count = scene.count();
                *counted = Some((scene.entered(), scene.scope.clone(), count));
                count
            }
        }
    }

    /// Works out the page in front where the scene has changed since.
    pub fn refresh(&mut self, scene: &Scene) {
        if self.seen != Some(scene.version) {
            self.seen = Some(scene.version);
            if let Some(page) = self.page_mut() {
                page.refresh(scene);
            }
        }
    }
}
