//! A real terminal: the program on one end, a person's eyes and hands on the other.

use std::io::{Read as _, Write as _};
use std::os::fd::OwnedFd;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use rustix::fs::{Mode, OFlags, open};
use rustix::io::{FdFlags, fcntl_setfd};
use rustix::process::{Pid, Signal, kill_process};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{Winsize, tcsetwinsize};

use super::process::Run;

/// Nothing in a terminal is waited for longer.
const LONGEST: Duration = Duration::from_secs(60);

/// A program that got our end too would keep the terminal open.
#[cfg(target_os = "linux")]
const OURS_ALONE: OpenptFlags = OpenptFlags::CLOEXEC;

#[cfg(not(target_os = "linux"))]
const OURS_ALONE: OpenptFlags = OpenptFlags::empty();

/// A terminal that is so wide.
pub struct Terminal {
    ours: fs_err::File,
    theirs: OwnedFd,
}

impl Terminal {
    pub fn new(columns: u16) -> Self {
        let ours = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY | OURS_ALONE).unwrap();
        fcntl_setfd(&ours, FdFlags::CLOEXEC).unwrap();
        grantpt(&ours).unwrap();
        unlockpt(&ours).unwrap();
        let name = ptsname(&ours, Vec::new()).unwrap();
        let size = Winsize { ws_row: 50, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0 };
        tcsetwinsize(&ours, size).unwrap();
        // It may not become the terminal of the tests.
        let flags = OFlags::RDWR | OFlags::NOCTTY | OFlags::CLOEXEC;
        let theirs = open(name.as_c_str(), flags, Mode::empty()).unwrap();
        let ours = fs_err::File::from_parts(std::fs::File::from(ours), "the terminal");
        Self { ours, theirs }
    }

    /// Starts the program with all three of its streams on the terminal, types these lines, and gives its exit code and
    /// all that the terminal was sent.
    pub fn runs(self, run: &Run, typed: &str) -> (i32, String) {
        let Self { mut ours, theirs } = self;
        let end = || Stdio::from(theirs.try_clone().unwrap());
        let mut command = run.plain_command();
        let mut child = command.stdin(end()).stdout(end()).stderr(end()).spawn().unwrap();
        drop((command, theirs));
        ours.write_all(typed.as_bytes()).unwrap();
        let reading = std::thread::spawn(move || {
            let mut seen = Vec::new();
            let mut some = [0; 4096];
            // The end of a terminal whose other end is closed is an error on Linux.
            while let Ok(count @ 1..) = ours.read(&mut some) {
                seen.extend_from_slice(&some[..count]);
            }
            String::from_utf8_lossy(&seen).into_owned()
        });
        (exit_code(&mut child), reading.join().unwrap())
    }

    /// Starts the program in the same way, and closes the terminal once the program has said this. Sends it the signal
    /// that the kernel sends to the leader of the terminal's session, where there is one. Gives its exit code.
    pub fn closed_after(self, run: &Run, text: &str, signal: Option<Signal>) -> i32 {
        let Self { mut ours, theirs } = self;
        let end = || Stdio::from(theirs.try_clone().unwrap());
        let mut command = run.plain_command();
        let mut child = command.stdin(end()).stdout(end()).stderr(end()).spawn().unwrap();
        drop((command, theirs));
        let (mut seen, mut some, began) = (Vec::new(), [0; 4096], Instant::now());
        while !String::from_utf8_lossy(&seen).contains(text) {
            match ours.read(&mut some) {
                Ok(count @ 1..) if began.elapsed() < LONGEST => seen.extend_from_slice(&some[..count]),
                _ => panic!("it never says `{text}`: {}", String::from_utf8_lossy(&seen)),
            }
        }
        drop(ours);
        if let Some(signal) = signal {
            kill_process(Pid::from_child(&child), signal).unwrap();
        }
        exit_code(&mut child)
    }
}

/// Awaits its end. -1: a signal killed it.
fn exit_code(child: &mut Child) -> i32 {
    let mut waited = Duration::ZERO;
    loop {
        match child.try_wait().unwrap() {
            Some(status) => return status.code().unwrap_or(-1),
            None if waited > LONGEST => {
                child.kill().unwrap();
                panic!("the program hangs");
            }
            None => std::thread::sleep(Duration::from_millis(20)),
        }
        waited += Duration::from_millis(20);
    }
}
