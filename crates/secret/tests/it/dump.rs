//! A secret in a dump of bytes, which breaks in its middle.

use secret::{Mask, SecretString};

const TOKEN: &str = "ghp_Zq7/Xw\"Vk3 Jp9$Tm";

/// How a program shows bytes: in lines of so many, each line by this.
type Line = fn(usize, &[u8]) -> String;

const PROGRAMS: [(&str, usize, Line); 8] = [
    ("xxd", 16, |at, line| format!("{at:08x}: {:<39}  {}", words(line, [0, 1]), ascii(line))),
    ("xxd -g1 -u", 16, |at, line| format!("{at:08x}: {:<47}  {}", bytes(line).to_uppercase(), ascii(line))),
    ("hexdump -C", 16, |at, line| {
        let (left, right) = line.split_at(line.len().min(8));
        format!("{at:08x}  {:<23}  {:<23}  |{}|", bytes(left), bytes(right), ascii(line))
    }),
    ("hexdump", 16, |at, line| format!("{at:07x} {}", words(line, [1, 0]))),
    ("od -An -t x1", 16, |_, line| format!(" {}", bytes(line))),
    ("xxd -p", 30, |_, line| bytes(line).replace(' ', "")),
    ("xxd -e", 16, |at, line| format!("{at:08x}: {:<35}  {}", longs(line), ascii(line))),
    ("od -c", 16, |at, line| format!("{at:07o}{}", cells(line))),
];

fn longs(line: &[u8]) -> String {
    let word = |bytes: &[u8]| {
        let digits: String = bytes.iter().rev().map(|byte| format!("{byte:02x}")).collect();
        format!("{digits:>8}")
    };
    line.chunks(4).map(word).collect::<Vec<_>>().join(" ")
}

fn cells(line: &[u8]) -> String {
    line.iter().map(|byte| format!("   {}", char::from(*byte))).collect()
}

fn bytes(line: &[u8]) -> String {
    line.iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().join(" ")
}

fn words(line: &[u8], order: [usize; 2]) -> String {
    let word = |pair: &[u8]| match pair {
        [one] => format!("{one:02x}"),
        pair => order.map(|index| format!("{:02x}", pair[index])).concat(),
    };
    line.chunks(2).map(word).collect::<Vec<_>>().join(" ")
}

fn ascii(line: &[u8]) -> String {
    line.iter().map(|byte| if byte.is_ascii_graphic() { char::from(*byte) } else { '.' }).collect()
}

fn dump(text: &str, width: usize, line: Line) -> String {
    let lines = text.as_bytes().chunks(width).enumerate();
    lines.map(|(number, bytes)| line(number * width, bytes) + "\n").collect()
}

fn mask() -> Mask {
    let mask = Mask::new();
    mask.add(&SecretString::from(TOKEN));
    mask
}

/// That nothing of the secret is left that is longer than three bytes.
#[track_caller]
fn is_hidden(shown: &str, program: &str) {
    let shown = shown.to_lowercase();
    for part in TOKEN.as_bytes().windows(4) {
        let text = String::from_utf8_lossy(part).to_lowercase();
        let of = [
            text,
            bytes(part),
            bytes(part).replace(' ', ""),
            words(part, [0, 1]),
            words(part, [1, 0]),
            longs(part),
            cells(part).to_lowercase(),
        ];
        for of in of {
            assert!(!shown.contains(&of), "{program}: {of} is in\n{shown}");
        }
    }
}

#[test]
fn wherever_it_begins() {
    for (program, width, line) in PROGRAMS {
        for before in 0..width {
            // Words of two bytes are as long as the line: an odd one has no other.
            let text = format!("{}{TOKEN}{}", "-".repeat(before), "-".repeat(2 * width - before % 2));
            let dump = dump(&text, width, line);
            is_hidden(&mask().text(&format!("it holds\n{dump}done\n")), &format!("{program}, {before}"));
            assert!(mask().finds(dump.as_bytes()), "{program}\n{dump}");
        }
    }
}

#[test]
fn however_it_is_split_over_writes() {
    for (program, width, line) in PROGRAMS {
        let dump = format!("it holds\n{}done\n", dump(&format!("---{TOKEN}---------"), width, line));
        for cut in 0..dump.len() {
            let mut stream = mask().stream();
            let mut out = stream.push(&dump.as_bytes()[..cut]);
            out.extend(stream.push(&dump.as_bytes()[cut..]));
            out.extend(stream.finish());
            let out = String::from_utf8(out).unwrap();
            is_hidden(&out, &format!("{program}, cut at {cut}"));
            assert!(out.starts_with("it holds\n") && out.ends_with("done\n"), "{program}: {out}");
        }
        let mut stream = mask().stream();
        let mut out: Vec<u8> = dump.bytes().flat_map(|byte| stream.push(&[byte])).collect();
        out.extend(stream.finish());
        is_hidden(&String::from_utf8(out).unwrap(), &format!("{program}, byte by byte"));
    }
}

#[test]
fn base64_in_lines_of_76() {
    use base64::Engine as _;
    for before in 40..80 {
        let text = format!("{}{TOKEN}{}", "-".repeat(before), "-".repeat(60));
        let code = base64::engine::general_purpose::STANDARD.encode(text);
        let lines = |width| {
            let lines = code.as_bytes().chunks(width).map(String::from_utf8_lossy);
            lines.collect::<Vec<_>>().join("\n") + "\n"
        };
        for text in [lines(76), lines(64), lines(20)] {
            let shown = mask().text(&text);
            assert!(shown.contains("***"), "{before}\n{shown}");
        }
    }
}

#[test]
fn a_dump_of_something_else_stays() {
    for (program, width, line) in PROGRAMS {
        let dump = dump("nothing that anybody would want to hide from a reader", width, line);
        assert_eq!(mask().text(&dump), dump, "{program}");
        let mut stream = mask().stream();
        let mut out: Vec<u8> = dump.bytes().flat_map(|byte| stream.push(&[byte])).collect();
        out.extend(stream.finish());
        assert_eq!(String::from_utf8(out).unwrap(), dump, "{program}");
    }
}
