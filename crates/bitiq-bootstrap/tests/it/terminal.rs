//! A real terminal: the program on one end, a person's eyes and hands on the other.

use std::io::{Read as _, Write as _};
use std::os::fd::OwnedFd;
use std::process::Stdio;
use std::time::Duration;

use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{Winsize, tcsetwinsize};

use crate::world::Run;

/// A terminal that is so wide.
pub struct Terminal {
    ours: fs_err::File,
    theirs: OwnedFd,
}

impl Terminal {
    pub fn new(columns: u16) -> Self {
        let ours = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
        grantpt(&ours).unwrap();
        unlockpt(&ours).unwrap();
        let name = ptsname(&ours, Vec::new()).unwrap();
        let size = Winsize { ws_row: 50, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0 };
        tcsetwinsize(&ours, size).unwrap();
        let theirs = fs_err::OpenOptions::new().read(true).write(true).open(name.to_str().unwrap()).unwrap();
        let ours = fs_err::File::from_parts(std::fs::File::from(ours), "the terminal");
        Self { ours, theirs: theirs.into_parts().0.into() }
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
        let mut waited = Duration::ZERO;
        let status = loop {
            match child.try_wait().unwrap() {
                Some(status) => break status,
                None if waited > Duration::from_secs(60) => {
                    child.kill().unwrap();
                    panic!("the program hangs");
                }
                None => std::thread::sleep(Duration::from_millis(20)),
            }
            waited += Duration::from_millis(20);
        };
        (status.code().unwrap_or(-1), reading.join().unwrap())
    }
}
