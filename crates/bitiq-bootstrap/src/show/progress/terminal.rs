//! The terminal that spinners are drawn on. A terminal can be lost at any moment, and `indicatif` panics where a write
//! fails: no write fails here.

use std::io::{self, Write as _};
use std::sync::atomic::{AtomicBool, Ordering};

use indicatif::{ProgressDrawTarget, TermLike};
use parking_lot::{Mutex, MutexGuard};

/// How often a second it is drawn at most.
const REFRESH: u8 = 20;
/// The size of a terminal that does not tell its own.
const USUAL: (u16, u16) = (80, 24);

/// Draws on stderr. Draws nothing where stderr is no terminal that can move its cursor.
pub fn target() -> ProgressDrawTarget {
    let usual = ProgressDrawTarget::stderr();
    if usual.is_hidden() { usual } else { target_of(|bytes| io::stderr().write_all(bytes)) }
}

fn target_of(write: fn(&[u8]) -> io::Result<()>) -> ProgressDrawTarget {
    let terminal = Terminal { drawn: Mutex::default(), lost: AtomicBool::new(false), write };
    ProgressDrawTarget::term_like_with_hz(Box::new(terminal), REFRESH)
}

#[derive(Debug)]
struct Terminal {
    /// Written at once, so that nobody sees half a picture.
    drawn: Mutex<Vec<u8>>,
    /// After the first error nothing is written any more.
    lost: AtomicBool,
    write: fn(&[u8]) -> io::Result<()>,
}

impl Terminal {
    fn drawn(&self) -> MutexGuard<'_, Vec<u8>> {
        self.drawn.lock()
    }

    fn draw(&self, text: &str) {
        self.drawn().extend_from_slice(text.as_bytes());
    }

    /// Moves the cursor; to move it by 0 would move it by 1.
    fn moved(&self, n: usize, letter: char) {
        if n > 0 {
            self.draw(&format!("\u{1b}[{n}{letter}"));
        }
    }
}

/// The columns and rows now: a window changes its size.
fn size() -> (u16, u16) {
    terminal_size::terminal_size_of(io::stderr()).map_or(USUAL, |(width, height)| (width.0, height.0))
}

impl TermLike for Terminal {
    fn width(&self) -> u16 {
        size().0
    }

    fn height(&self) -> u16 {
        size().1
    }

    fn move_cursor_up(&self, n: usize) -> io::Result<()> {
        self.moved(n, 'A');
        Ok(())
    }

    fn move_cursor_down(&self, n: usize) -> io::Result<()> {
        self.moved(n, 'B');
        Ok(())
    }

    fn move_cursor_right(&self, n: usize) -> io::Result<()> {
        self.moved(n, 'C');
        Ok(())
    }

    fn move_cursor_left(&self, n: usize) -> io::Result<()> {
        self.moved(n, 'D');
        Ok(())
    }

    fn write_line(&self, text: &str) -> io::Result<()> {
        self.draw(&format!("{text}\n"));
        Ok(())
    }

    fn write_str(&self, text: &str) -> io::Result<()> {
        self.draw(text);
        Ok(())
    }

    fn clear_line(&self) -> io::Result<()> {
        self.draw("\r\u{1b}[2K");
        Ok(())
    }

    fn flush(&self) -> io::Result<()> {
        let drawn = std::mem::take(&mut *self.drawn());
        if !self.lost.load(Ordering::SeqCst) && (self.write)(&drawn).is_err() {
            self.lost.store(true, Ordering::SeqCst);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicU32;

    use indicatif::{MultiProgress, ProgressBar};

    use super::*;

    #[test]
    fn a_terminal_that_is_lost_stops_no_work_and_is_left_alone_from_then_on() {
        static WRITES: AtomicU32 = AtomicU32::new(0);
        fn gone(_: &[u8]) -> io::Result<()> {
            WRITES.fetch_add(1, Ordering::SeqCst);
            Err(io::ErrorKind::Other.into())
        }
        let live = MultiProgress::with_draw_target(target_of(gone));
        let bar = live.add(ProgressBar::new_spinner());
        bar.tick();
        assert_eq!((live.suspend(|| 1), live.suspend(|| 2)), (1, 2));
        bar.set_message("more");
        bar.finish_and_clear();
        assert_eq!(WRITES.load(Ordering::SeqCst), 1);
    }

    #[test]
    fn a_single_spinner_gives_way_on_a_lost_terminal_too() {
        let target = target_of(|_| Err(io::ErrorKind::BrokenPipe.into()));
        let bar = ProgressBar::with_draw_target(None, target);
        bar.tick();
        assert_eq!(bar.suspend(|| 1), 1);
        bar.finish_and_clear();
    }

    #[test]
    fn a_picture_is_written_at_once() {
        static SEEN: Mutex<Vec<Vec<u8>>> = Mutex::new(Vec::new());
        fn write(bytes: &[u8]) -> io::Result<()> {
            SEEN.lock().push(bytes.to_vec());
            Ok(())
        }
        let terminal = Terminal { drawn: Mutex::default(), lost: AtomicBool::new(false), write };
        terminal.move_cursor_up(0).unwrap();
        terminal.move_cursor_up(2).unwrap();
        terminal.clear_line().unwrap();
        terminal.write_str("a").unwrap();
        terminal.flush().unwrap();
        assert_eq!(*SEEN.lock(), [b"\x1b[2A\r\x1b[2Ka".to_vec()]);
    }
}
