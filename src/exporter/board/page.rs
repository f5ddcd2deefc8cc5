//! What all pages have in common.

use super::icon;
use super::state::State;
use super::{SCRIPT_PATH, STYLE_PATH};
use maud::{DOCTYPE, Markup, html};

/// One page.
pub(super) struct Page {
    /// What the tab says in front of the product's name.
    pub(super) title: String,
    pub(super) state: State,
    /// What stands in the page's header beside the way home.
    pub(super) header: Markup,
    pub(super) main: Markup,
    /// Whether it changes while it stands.
    pub(super) live: bool,
}

impl Page {
    pub(super) fn render(self) -> Markup {
        html! {
            (DOCTYPE)
            html lang="en" {
                head {
                    meta charset="utf-8";
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    meta name="color-scheme" content="light dark";
                    title { (self.title) " – vitals" }
                    link rel="icon" type="image/svg+xml" href=(icon::path(self.state));
                    link rel="stylesheet" href=(STYLE_PATH);
                    @if self.live {
                        script src=(SCRIPT_PATH) defer {}
                        noscript { meta http-equiv="refresh" content="30"; }
                    }
                }
                body {
                    a.skip href="#main" { "Skip to the content" }
                    header { a.brand href="/" { "vitals" } (self.header) }
                    p #lost role="alert" hidden {}
                    main #main tabindex="-1" { (self.main) }
                }
            }
        }
    }
}

/// The page for what is not there.
pub(super) fn not_found() -> Markup {
    let main = html! {
        h1 { "There is no such page" }
        p { "The check may have been renamed, or taken out of the configuration. " a href="/" { "All checks" } }
    };
    Page { title: "not found".to_owned(), state: State::Pending, header: html! {}, main, live: false }.render()
}
