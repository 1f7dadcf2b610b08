"""Writes LICENSE and NOTICE of everything that is in the connector's jar; run by scripts/licenses.sh.

The crates and their versions are those that cargo links for both processors; their texts are read from the crates
themselves. Of a choice of licenses the first in PREFERRED is taken. What is not known is an error, so that somebody looks.
"""

import json
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TEXTS = Path(__file__).resolve().parent / "licenses"
TARGETS = ["x86_64-unknown-linux-gnu", "aarch64-unknown-linux-gnu"]
PREFERRED = ["Apache-2.0", "MIT", "BSD-3-Clause", "ISC", "Unicode-3.0", "CDLA-Permissive-2.0"]

# Crates whose package has no license text; this is the text of their repository.
TEXT_OF = {"base64-simd": "nugine-simd.txt", "vsimd": "nugine-simd.txt"}

# The artifacts that the pom puts into the jar in addition to java-bridge. Their jars have no license text.
JAVA = {
    "org.ow2.asm:*": ("asm-commons", "ASM (asm, asm-commons, asm-tree)", "BSD-3-Clause", "asm.txt"),
    "info.picocli:picocli": ("picocli", "picocli", "Apache-2.0", None),
}

LINE = "=" * 80
NOTICE = """Aurora DSQL sink for Apache SeaTunnel

Licensed under the Apache License, Version 2.0; see LICENSE, which also names the licenses of the parts by others.

picocli
Copyright 2017 Remko Popma
"""


def chosen(expression):
    """The licenses that apply: one of each choice of an SPDX expression, as far as crates have them."""
    terms = [t.strip("() ") for t in re.split(r"\bAND\b", expression)]
    found = []
    for term in terms:
        choices = [c.strip() for c in re.split(r"\bOR\b|/", term)]
        known = [p for p in PREFERRED if p in choices]
        if not known:
            sys.exit(f"licenses: none of the known licenses in '{expression}'")
        found.append(known[0])
    return found


def linked():
    """Name and version of each crate in the library."""
    crates = set()
    for target in TARGETS:
        out = subprocess.run(
            ["cargo", "tree", "--locked", "--edges", "normal,no-proc-macro", "--package", "dsql-sink",
             "--target", target, "--prefix", "none", "--format", "{p}"],
            cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True).stdout
        crates |= {tuple(line.split()[:2]) for line in out.splitlines() if line}
    return {(name, version.removeprefix("v")) for name, version in crates if name != "dsql-sink"}


def license_files(folder, licenses):
    """The files that contain one of the licenses; LICENSE has Apache's own text already."""
    others = {"APACHE", "UNLICENSE", "BSL", "ZLIB"} | ({"MIT"} - {l.upper() for l in licenses})
    for file in sorted(folder.iterdir()):
        name = file.name.upper()
        if re.match(r"LICEN[SC]E|COPYING", name) and not any(o in name for o in others):
            # The file of a choice with the Unlicense: it only says that there is a choice.
            if name != "COPYING" or not (folder / "UNLICENSE").exists():
                yield file


def clean(text):
    return "\n".join(line.rstrip() for line in text.strip().splitlines())


def parts():
    """(title, licenses, texts) of each part, and the NOTICE files that come with them."""
    found, notices = [], []
    metadata = json.loads(subprocess.run(
        ["cargo", "metadata", "--locked", "--format-version", "1", *(f"--filter-platform={t}" for t in TARGETS)],
        cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True).stdout)
    packages = {(p["name"], p["version"]): p for p in metadata["packages"]}
    for name, version in sorted(linked()):
        package = packages[name, version]
        folder = Path(package["manifest_path"]).parent
        licenses = chosen(package["license"])
        texts = []
        if licenses != ["Apache-2.0"]:
            if name in TEXT_OF:
                texts = [(TEXTS / TEXT_OF[name]).read_text()]
            else:
                texts = [f.read_text() for f in license_files(folder, licenses)]
            if not texts:
                sys.exit(f"licenses: the crate {name} {version} has no text of {licenses}: add it to TEXT_OF")
        notices += [(name, f.read_text()) for f in sorted(folder.glob("NOTICE*"))]
        found.append((f"{name} {version}", licenses, texts))
    toolchain = re.search(r'channel = "(.*)"', (ROOT / "rust-toolchain.toml").read_text())[1]
    found.append((f"the standard library of Rust {toolchain}", ["Apache-2.0"], []))
    return found + java_parts(), notices


def java_parts():
    pom = (ROOT / "seatunnel-connector-dsql/pom.xml").read_text()
    shaded = set(re.findall(r"<include>(.*:.*)</include>", pom)) - {"io.dsqlsink:java-bridge"}
    if shaded != set(JAVA):
        sys.exit(f"licenses: the pom shades {sorted(shaded)}, but known are {sorted(JAVA)}")
    found = []
    for artifact, title, license_, text in JAVA.values():
        version = re.search(rf"<artifactId>{artifact}</artifactId>\s*<version>(.*)</version>", pom)[1]
        found.append((f"{title} {version}", [license_], [(TEXTS / text).read_text()] if text else []))
    return found


def license_text(found):
    out = [clean((ROOT / "LICENSE").read_text()), "", LINE, "",
           "The jar of the connector holds parts by others, under these licenses:", ""]
    of_license = {}
    for title, licenses, _ in found:
        of_license.setdefault(" and ".join(licenses), []).append(title)
    for name, titles in sorted(of_license.items()):
        out += [f"{name}:", *(f"    {title}" for title in titles), ""]
    of_text = {}
    for title, _, texts in found:
        for text in texts:
            of_text.setdefault(clean(text), []).append(title)
    for text, titles in sorted(of_text.items(), key=lambda entry: entry[1]):
        out += [LINE, "", "Of " + ", ".join(titles) + ":", "", text, ""]
    return "\n".join(out)


def main():
    target = Path(sys.argv[1])
    target.mkdir(parents=True, exist_ok=True)
    found, notices = parts()
    (target / "LICENSE").write_text(license_text(found))
    (target / "NOTICE").write_text(NOTICE + "".join(f"\n{name}\n{clean(text)}\n" for name, text in notices))


main()
