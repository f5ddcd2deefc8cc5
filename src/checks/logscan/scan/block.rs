//! A pattern for a line, turned into one that finds such lines in a block of many.

use regex_syntax::hir::{Capture, Hir, HirKind, Look, Repetition};

/// A pattern that matches in a block at every place where `pattern` matches in a line by itself; it may match at more.
pub(super) fn in_block(pattern: &Hir) -> Hir {
    match pattern.kind() {
        HirKind::Look(Look::Start) => Hir::look(Look::StartLF),
        // The line ends before its CR, if it has one.
        HirKind::Look(Look::End | Look::EndLF) => {
            let cr = Repetition { min: 0, max: Some(1), greedy: true, sub: Box::new(Hir::literal(*b"\r")) };
            Hir::concat(vec![Hir::repetition(cr), Hir::look(Look::EndLF)])
        }
        HirKind::Empty | HirKind::Look(_) | HirKind::Literal(_) | HirKind::Class(_) => pattern.clone(),
        HirKind::Capture(capture) => {
            let sub = Box::new(in_block(&capture.sub));
            Hir::capture(Capture { index: capture.index, name: capture.name.clone(), sub })
        }
        HirKind::Repetition(repetition) => {
            let sub = Box::new(in_block(&repetition.sub));
            Hir::repetition(Repetition { min: repetition.min, max: repetition.max, greedy: repetition.greedy, sub })
        }
        HirKind::Concat(parts) => Hir::concat(parts.iter().map(in_block).collect()),
        HirKind::Alternation(branches) => Hir::alternation(branches.iter().map(in_block).collect()),
    }
}
