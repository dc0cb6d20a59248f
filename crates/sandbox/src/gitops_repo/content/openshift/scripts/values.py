"""The part of YAML that values files are written in: maps and lists by indentation, maps and lists in brackets, scalars."""

import re

KEY = re.compile(r"^([\w.-]+):(?:\s+(.*))?$")


def load(file):
    with open(file, encoding="utf-8") as opened:
        lines = [bare(line) for line in opened.read().splitlines()]
    lines = [line for line in lines if line.strip() and line.strip() != "---"]
    return block(lines, 0)[0]


def bare(line):
    """Without its comment."""
    return re.sub(r"(^|\s)#.*$", "", line).rstrip() if '"' not in line and "'" not in line else commented(line)


def commented(line):
    quote = ""
    for at, letter in enumerate(line):
        if quote:
            quote = "" if letter == quote else quote
        elif letter in "\"'":
            quote = letter
        elif letter == "#" and (at == 0 or line[at - 1].isspace()):
            return line[:at].rstrip()
    return line.rstrip()


def indent(line):
    return len(line) - len(line.lstrip())


def block(lines, at):
    """The value that begins at this line, and the line after it."""
    depth, result = indent(lines[at]), None
    while at < len(lines) and indent(lines[at]) == depth:
        text = lines[at].strip()
        if text.startswith("- "):
            result = [] if result is None else result
            lines[at] = " " * (depth + 2) + text[2:]
            value, at = block(lines, at) if KEY.match(text[2:]) else (scalar(text[2:]), at + 1)
            result.append(value)
            continue
        result = {} if result is None else result
        key, value = KEY.match(text).groups()
        at += 1
        if value:
            result[key] = scalar(value)
        elif at < len(lines) and (indent(lines[at]) > depth or lines[at].strip().startswith("- ")):
            result[key], at = block(lines, at)
        else:
            result[key] = None
    return result, at


def scalar(text):
    value, rest = flow(text.strip())
    return value if not rest.strip() else plain(text.strip())


def flow(text):
    """One value in brackets, in quotes or bare, and what stands behind it."""
    if text[:1] in "{[":
        return brackets(text[1:], text[0] == "{")
    if text[:1] in "\"'":
        end = text.index(text[0], 1)
        return text[1:end], text[end + 1 :]
    match = re.match(r"[^,\]}]*", text)
    return plain(match[0].strip()), text[match.end() :]


def brackets(text, is_map):
    result = {} if is_map else []
    while True:
        text = text.lstrip(" ,")
        if text[:1] in "]}":
            return result, text[1:]
        if is_map:
            key, text = text.split(":", 1)
            result[key.strip()], text = flow(text.lstrip())
        else:
            value, text = flow(text)
            result.append(value)


def plain(text):
    known = {"true": True, "false": False, "null": None, "~": None, "": None}
    if text in known:
        return known[text]
    return int(text) if re.fullmatch(r"-?\d+", text) else text
