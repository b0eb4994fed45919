"""Eighty names that some file system takes and some program does not."""

NAMES: tuple[bytes, ...] = (
    *(b"red\nblue", b"a\tb", b"a\rb", b"\x1b[31mred\x1b[0m", b"\x1b]0;title\x07", b"\x07bell"),
    *(b"\x7f", b"a\x08b", b"[bold red]x[/]", b"[link=file:///etc/passwd]x[/link]", b"[/]"),
    *(b"<script>alert(1)<|script>", b"<img src=x onerror=alert(1)>", b"&amp;", b"'\"><svg>"),
    *(b"{{7*7}}", b"{% raw %}", b"${HOME}", b"$(touch pwned)", b"`touch pwned`", b"; rm -rf ."),
    *(b"| cat", b"> out", b"*", b"?", b"[a-z]", b"~", b"~root", b"-rf", b"--out", b"-", b"%s%n"),
    *(b"%00", b"%2e%2e%2f", b"..%2f..", b"...", b"a.", b"a ", b" a", b" ", b"CON", b"nul", b"aux"),
    *(
        b"C:\\temp\\x",
        b"\\\\server\\share",
        b"a\\..\\b",
        b"=1+1",
        b"@SUM(A1)",
        b"+1",
        b"-1",
        b"1e5",
    ),
    *(b"NaN", b"nan", b"null", b"None", b"True", b"inf", b"", b"0", b"1.0", b"red;blue", b"a,b"),
    *(b'"', b'a"b', b"'", b"#", b"a#b", b"a|b", b".hidden", b"Thumbs.db", b"__MACOSX", b"train"),
    *("caf\u00e9".encode(), "cafe\u0301".encode(), "\u202egnp.exe".encode(), "\u200b".encode()),
    *("\ufeffbom".encode(), "\u2028".encode(), "\U0001f600".encode(), "\u0130I".encode()),
    *(b"\xff\xfe", b"caf\xe9", b"\xc3", b"\xed\xa0\x80", b"x" * 200, "\u00fc".encode() * 100),
    *(b"manifest.json", b"metrics.json", b"__proto__", b"constructor", b"model", b".tmp-x"),
)
NAMES = tuple(name for name in NAMES if name)[:80]
