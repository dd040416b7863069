//! Signing in elsewhere to become known here, in English.

use crate::text::voices::SignIn;

pub(super) const SIGN_IN: SignIn = SignIn {
    lead: "Or sign in with an account that you have already.",
    button: |service| format!("Sign in with {service}"),
    note: "A window opens. We learn which account is yours there. We never see your password, and post nothing.",
    waiting: "Sign in in the window that has opened. The panel goes on by itself.",
    done_title: "Signed in",
    done: |handle, service| format!("You are {handle} at {service}: we know now."),
    close: "You can close this window. The panel goes on by itself.",
    failed_title: "Not signed in",
    nothing_done: "Nothing has changed. You are still a guest.",
    let_go: |service| {
        format!(
            "This account at {service} was connected to a member here who has disconnected it. Sign in as you did before, and connect it again from its task."
        )
    },
    over: "The sign-in did not come about, or took too long. Press the button once more.",
};
