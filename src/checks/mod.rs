//! The checks, one module each. None knows another.

/// Declares the checks once. A plugin's binary names its own type only: whoever walks the registry links them all.
macro_rules! registry {
    ($($module:ident :: $check:ident),* $(,)?) => {
        $(pub mod $module;)*

        /// Calls a visitor with each check's type, in the order of the documentation.
        pub fn each(visitor: &mut impl Visitor) {
            $(visitor.visit::<$module::$check>();)*
        }
    };
}

registry! {
    cpu::Cpu,
    fs::Fs,
    listener::Listener,
    logscan::Logscan,
    mem::Mem,
    procs::Procs,
}

/// Somebody who does the same with every check: a generator or a test.
pub trait Visitor {
    /// Is called once for each check.
    fn visit<C: crate::plugin::Check>(&mut self);
}
