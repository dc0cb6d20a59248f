use std::time::{Duration, Instant};

use parking_lot::{Mutex, MutexGuard};
use rustix::process::{Pid, Signal, kill_process_group, test_kill_process_group};

use crate::StopSignal;

/// The groups of all programs that are at work.
static AT_WORK: Mutex<Vec<Pid>> = Mutex::new(Vec::new());

/// How often is looked whether all groups have gone.
const LOOK: Duration = Duration::from_millis(25);

/// Ends all programs that this crate started: passes `signal` on to their groups, and kills what is left after
/// `grace`. It blocks, and is for a process that exits next: whoever waits for one of them hears nothing of it.
pub fn end_all(signal: &StopSignal, grace: Duration) {
    let groups = at_work().clone();
    let send = |signal| {
        for group in &groups {
            let _ = kill_process_group(*group, signal);
        }
    };
    send(signal.signal());
    let until = Instant::now() + grace;
    while groups.iter().any(|group| lives(*group)) && Instant::now() < until {
        std::thread::sleep(LOOK);
    }
    send(Signal::KILL);
}

/// Kills all programs that this crate started and that are at work, without any grace: whoever waits for them goes on.
pub fn kill_all() {
    for group in at_work().iter() {
        let _ = kill_process_group(*group, Signal::KILL);
    }
}

fn at_work() -> MutexGuard<'static, Vec<Pid>> {
    AT_WORK.lock()
}

/// The process group of a program that was started. What is left of it is killed when this goes out of scope: nothing
/// stays behind when a run is given up.
pub(crate) struct Group(Option<Pid>);

impl Group {
    /// The group whose leader has this process id.
    pub(crate) fn of(leader: Option<u32>) -> Self {
        let group = leader.and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw);
        at_work().extend(group);
        Self(group)
    }

    /// Sends `signal` to every member. A group that has gone is no error.
    pub(crate) fn signal(&self, signal: Signal) {
        if let Some(pid) = self.0 {
            let _ = kill_process_group(pid, signal);
        }
    }

    /// Whether a member lives.
    pub(crate) fn is_alive(&self) -> bool {
        self.0.is_some_and(lives)
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        self.signal(Signal::KILL);
        at_work().retain(|group| Some(*group) != self.0);
    }
}

fn lives(group: Pid) -> bool {
    test_kill_process_group(group).is_ok() && !only_zombies(group)
}

/// In a container nobody may collect the dead: they answer to signals as if they lived.
#[cfg(target_os = "linux")]
fn only_zombies(group: Pid) -> bool {
    let Ok(processes) = fs_err::read_dir("/proc") else { return false };
    let group = group.as_raw_nonzero().to_string();
    !processes.flatten().any(|process| {
        let Ok(stat) = fs_err::read(process.path().join("stat")) else { return false };
        let stat = String::from_utf8_lossy(&stat);
        // pid (name) state parent group …: the name may hold anything, so it is counted from its last parenthesis.
        let mut fields = stat.rsplit(") ").next().unwrap_or_default().split(' ');
        let state = fields.next();
        fields.nth(1) == Some(group.as_str()) && !matches!(state, Some("Z" | "X"))
    })
}

#[cfg(not(target_os = "linux"))]
fn only_zombies(_group: Pid) -> bool {
    false
}
